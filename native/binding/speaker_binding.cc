#include "binding/speaker_binding.h"

#include <memory>
#include <string>

#include "binding/errors.h"
#include "core/speak/speaker.h"

namespace arpsweep {
namespace {

// Whatever the types of src/native.ts promise is taken for granted: only native.ts comes here.
class SpeakerObject : public Napi::ObjectWrap<SpeakerObject> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(
        env, "Speaker",
        {InstanceMethod<&SpeakerObject::Send>("send"), InstanceMethod<&SpeakerObject::Close>("close")});
  }

  explicit SpeakerObject(const Napi::CallbackInfo& info) : ObjectWrap(info) {
    const auto link = info[0].As<Napi::Object>();
    const Napi::Value path = link.Get("namespacePath");
    const std::string interface = link.Get("interface").As<Napi::String>().Utf8Value();
    const std::string namespace_path = path.IsString() ? path.As<Napi::String>().Utf8Value() : std::string();
    speaker_ = WithJsErrors(info.Env(), [&] { return std::make_unique<Speaker>(interface, namespace_path); });
  }

 private:
  Napi::Value Send(const Napi::CallbackInfo& info) {
    auto frame = info[0].As<Napi::Uint8Array>();
    return Napi::Number::New(info.Env(), speaker_->Send({frame.Data(), frame.ByteLength()}));
  }
  void Close(const Napi::CallbackInfo&) { speaker_->Close(); }

  std::unique_ptr<Speaker> speaker_;
};

}  // namespace

void InitSpeaker(Napi::Env env, Napi::Object exports) {
  exports.Set("Speaker", SpeakerObject::Define(env));
}

}  // namespace arpsweep
