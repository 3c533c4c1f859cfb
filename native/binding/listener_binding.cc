#include "binding/listener_binding.h"

#include <memory>
#include <string>

#include "binding/errors.h"
#include "binding/threaded_object.h"
#include "binding/values.h"
#include "core/listen/listener.h"

namespace arpsweep {
namespace {

const char* NameOf(ListenerStatus::State state) {
  switch (state) {
    case ListenerStatus::State::kIdle:
      return "idle";
    case ListenerStatus::State::kListening:
      return "listening";
    case ListenerStatus::State::kDone:
      return "done";
  }
  return "";
}

const char* NameOf(LinkState state) {
  switch (state) {
    case LinkState::kUp:
      return "up";
    case LinkState::kNoCarrier:
      return "no-carrier";
    case LinkState::kDown:
      return "down";
    case LinkState::kGone:
      return "gone";
  }
  return "";
}

// Whatever the types of src/native.ts promise is taken for granted: only native.ts comes here.
class ListenerObject : public ThreadedObject<ListenerObject, Listener> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(
        env, "Listener",
        {InstanceMethod<&ListenerObject::Open>("open"), InstanceMethod<&ListenerObject::Start>("start"),
         InstanceMethod<&ListenerObject::Finish>("finish"), InstanceMethod<&ListenerObject::Close>("close"),
         InstanceMethod<&ListenerObject::Drain>("drain"), InstanceMethod<&ListenerObject::Status>("status")});
  }

  explicit ListenerObject(const Napi::CallbackInfo& info) : ThreadedObject(info, info[1]) {
    const auto capacity = static_cast<size_t>(info[0].As<Napi::Number>().Int64Value());
    Hold(WithJsErrors(info.Env(), [&] { return std::make_unique<Listener>(capacity, [this] { Wake(); }); }),
         capacity * sizeof(HeardFrame));
  }

 private:
  void Open(const Napi::CallbackInfo& info) {
    const auto link = info[0].As<Napi::Object>();
    const Napi::Value path = link.Get("namespacePath");
    ListenLink opened;
    opened.interface = link.Get("interface").As<Napi::String>().Utf8Value();
    if (path.IsString()) opened.namespace_path = path.As<Napi::String>().Utf8Value();
    opened.promiscuous = link.Get("promiscuous").ToBoolean();
    opened.outgoing = link.Get("outgoing").ToBoolean();
    WithJsErrors(info.Env(), [&] { core().Open(opened); });
  }

  void Start(const Napi::CallbackInfo&) { StartOnce("a listener starts once"); }
  void Finish(const Napi::CallbackInfo&) { core().Finish(); }
  void Close(const Napi::CallbackInfo&) { Shut(); }

  Napi::Value Drain(const Napi::CallbackInfo& info) {
    const auto taken = core().Take(SpanIn<HeardFrame>(info[0], "frames"));
    return Napi::Number::New(info.Env(), static_cast<double>(taken));
  }

  Napi::Value Status(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    const ListenerStatus status = core().Status();
    auto links = Napi::Array::New(env, status.links.size());
    for (uint32_t i = 0; i < status.links.size(); ++i) {
      auto link = Napi::Object::New(env);
      link.Set("state", NameOf(status.links[i].state));
      link.Set("kernelDrops", static_cast<double>(status.links[i].kernel_drops));
      link.Set("overruns", static_cast<double>(status.links[i].overruns));
      links.Set(i, link);
    }
    auto result = Napi::Object::New(env);
    result.Set("state", NameOf(status.state));
    result.Set("overruns", static_cast<double>(status.overruns));
    result.Set("links", links);
    result.Set("fault", FaultValue(env, status.fault_syscall, status.fault_errno));
    return result;
  }
};

}  // namespace

void InitListener(Napi::Env env, Napi::Object exports) {
  exports.Set("Listener", ListenerObject::Define(env));
}

}  // namespace arpsweep
