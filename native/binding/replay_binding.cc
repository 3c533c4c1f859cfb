#include "binding/replay_binding.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "binding/errors.h"
#include "binding/sweep_values.h"
#include "binding/values.h"
#include "core/replay/replay.h"

namespace arpsweep {
namespace {

// The first of so many frames in a buffer, as both arguments say.
std::span<HeardFrame> FramesFrom(const Napi::CallbackInfo& info) {
  const auto frames = SpanIn<HeardFrame>(info[0], "frames");
  const size_t count = info[1].As<Napi::Number>().Uint32Value();
  return frames.first(std::min(count, frames.size()));
}

// Whatever the types of ReplayOptions (src/native.ts) promise is taken for granted: only native.ts comes
// here.
ReplayConfig ConfigFrom(const Napi::Object& options) {
  ReplayConfig config;
  config.link = options.Get("link").As<Napi::Number>().Uint32Value();
  config.vlan = static_cast<uint16_t>(options.Get("vlan").As<Napi::Number>().Uint32Value());
  for (const uint32_t vlan : NumbersFrom(options.Get("otherVlans"))) {
    config.other_vlans.push_back(static_cast<uint16_t>(vlan));
  }
  config.source_mac = MacFrom(options.Get("sourceMac"));
  config.by_source = options.Get("bySource").ToBoolean();
  config.sender_ip = options.Get("sourceIp").As<Napi::Number>().Uint32Value();
  config.targets = RangesFrom(options.Get("targets"));
  config.own = NumbersFrom(options.Get("own"));
  return config;
}

class ReplayObject : public Napi::ObjectWrap<ReplayObject> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(
        env, "Replay",
        {InstanceMethod<&ReplayObject::Feed>("feed"), InstanceMethod<&ReplayObject::Status>("status"),
         InstanceMethod<&ReplayObject::Read>("read"), InstanceMethod<&ReplayObject::Untested>("untested"),
         InstanceMethod<&ReplayObject::RequestsTo>("requestsTo"),
         InstanceMethod<&ReplayObject::Strays>("strays")});
  }

  explicit ReplayObject(const Napi::CallbackInfo& info) : ObjectWrap(info) {
    core_ = WithJsErrors(info.Env(),
                         [&] { return std::make_unique<Replay>(ConfigFrom(info[0].As<Napi::Object>())); });
  }

 private:
  void Feed(const Napi::CallbackInfo& info) {
    WithJsErrors(info.Env(), [&] { core_->Feed(FramesFrom(info)); });
  }

  Napi::Value Status(const Napi::CallbackInfo& info) {
    const ReplayStatus status = core_->Status();
    auto result = Napi::Object::New(info.Env());
    const std::pair<const char*, double> numbers[] = {
        {"asked", static_cast<double>(status.asked)},
        {"received", static_cast<double>(status.received)},
        {"malformed", static_cast<double>(status.malformed)},
        {"overruns", static_cast<double>(status.overruns)},
        {"answered", static_cast<double>(status.answered)},
        {"untested", static_cast<double>(status.untested)},
        {"responders", static_cast<double>(status.responders)},
        {"passes", static_cast<double>(status.passes)},
        {"rate", status.rate},
    };
    for (const auto& [name, value] : numbers) result.Set(name, value);
    return result;
  }

  Napi::Value Read(const Napi::CallbackInfo& info) {
    const auto from = static_cast<size_t>(info[0].As<Napi::Number>().Int64Value());
    return Napi::Number::New(info.Env(),
                             static_cast<double>(core_->Read(from, SpanIn<Record>(info[1], "records"))));
  }

  Napi::Value Untested(const Napi::CallbackInfo& info) {
    const uint32_t limit = info[0].As<Napi::Number>().Uint32Value();
    return WithJsErrors(info.Env(), [&] { return ToPairs(info.Env(), core_->Untested(limit)); });
  }

  Napi::Value RequestsTo(const Napi::CallbackInfo& info) { return RequestsToEach(info, *core_); }

  Napi::Value Strays(const Napi::CallbackInfo& info) {
    return WithJsErrors(info.Env(), [&] { return ToBytes(info.Env(), core_->Strays()); });
  }

  std::unique_ptr<Replay> core_;
};

void DescribeFrames(const Napi::CallbackInfo& info) {
  for (HeardFrame& frame : FramesFrom(info)) DescribeBytes(&frame);
}

}  // namespace

void InitReplay(Napi::Env env, Napi::Object exports) {
  exports.Set("Replay", ReplayObject::Define(env));
  exports.Set("describeFrames", Napi::Function::New<DescribeFrames>(env, "describeFrames"));
}

}  // namespace arpsweep
