#include "binding/engine_binding.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "binding/errors.h"
#include "binding/request_binding.h"
#include "binding/sweep_values.h"
#include "binding/threaded_object.h"
#include "binding/values.h"
#include "core/sweep/sweep_engine.h"

namespace arpsweep {
namespace {

// Positions cross as inclusive pairs, like addresses.
std::vector<Slice> SlicesFrom(const Napi::Value& value) {
  std::vector<Slice> slices;
  for (const AddressRange& range : RangesFrom(value)) slices.push_back({range.first, range.last + 1});
  return slices;
}

// Whatever the types of EngineOptions (src/native.ts) promise is taken for granted: only native.ts comes
// here.
SweepConfig ConfigFrom(const Napi::Object& options) {
  SweepConfig config;
  config.interface_index = options.Get("interfaceIndex").As<Napi::Number>().Int32Value();
  const Napi::Value path = options.Get("namespacePath");
  if (path.IsString()) config.namespace_path = path.As<Napi::String>().Utf8Value();
  config.promiscuous = options.Get("promiscuous").ToBoolean();
  config.request = RequestFieldsFrom(options.Get("frame").As<Napi::Object>());
  config.targets = RangesFrom(options.Get("targets"));
  config.named = RangesFrom(options.Get("named"));
  config.named_requests = options.Get("namedRequests").As<Napi::Number>().Uint32Value();
  config.own = NumbersFrom(options.Get("own"));
  config.probes_own = options.Get("probesOwn").ToBoolean();
  config.rate = options.Get("rate").As<Napi::Number>().DoubleValue();
  config.ceiling = options.Get("ceiling").As<Napi::Number>().DoubleValue();
  config.burst = options.Get("burst").As<Napi::Number>().Uint32Value();
  config.passes = options.Get("passes").As<Napi::Number>().Uint32Value();
  config.adaptive_passes = options.Get("adaptivePasses").ToBoolean();
  config.census = options.Get("census").ToBoolean();
  const double cooldown_ms = options.Get("cooldownMs").As<Napi::Number>().DoubleValue();
  if (!std::isnan(cooldown_ms)) config.cooldown_ns = static_cast<int64_t>(cooldown_ms * 1e6);
  config.part = SlicesFrom(options.Get("part"));
  config.sequential = options.Get("sequential").ToBoolean();
  config.seed = options.Get("seed").As<Napi::Number>().Uint32Value();
  return config;
}

const char* NameOf(SweepStatus::State state) {
  switch (state) {
    case SweepStatus::State::kIdle:
      return "idle";
    case SweepStatus::State::kRunning:
      return "running";
    case SweepStatus::State::kDone:
      return "done";
    case SweepStatus::State::kClosed:
      return "closed";
  }
  return "";
}

const char* NameOf(Phase phase) {
  switch (phase) {
    case Phase::kIdle:
      return "idle";
    case Phase::kSweep:
      return "sweep";
    case Phase::kCensus:
      return "census";
    case Phase::kCooldown:
      return "cooldown";
    case Phase::kDone:
      return "done";
  }
  return "";
}

const char* NameOf(SendOutcome outcome) {
  switch (outcome) {
    case SendOutcome::kSent:
      return "no";
    case SendOutcome::kInterrupted:
      return "interrupted";
    case SendOutcome::kSendBlocked:
      return "send-blocked";
    case SendOutcome::kLinkDown:
      return "link-down";
    case SendOutcome::kLinkGone:
      return "link-gone";
    case SendOutcome::kSystemError:
      return "system-error";
  }
  return "";
}

class Engine : public ThreadedObject<Engine, SweepEngine> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(
        env, "Engine",
        {InstanceMethod<&Engine::Open>("open"), InstanceMethod<&Engine::Start>("start"),
         InstanceMethod<&Engine::Stop>("stop"), InstanceMethod<&Engine::Close>("close"),
         InstanceMethod<&Engine::Status>("status"), InstanceMethod<&Engine::Read>("read"),
         InstanceMethod<&Engine::Untested>("untested"), InstanceMethod<&Engine::Remaining>("remaining"),
         InstanceMethod<&Engine::Holds>("holds"), InstanceMethod<&Engine::RequestsTo>("requestsTo"),
         InstanceMethod<&Engine::Strays>("strays")});
  }

  explicit Engine(const Napi::CallbackInfo& info) : ThreadedObject(info, info[1]) {
    auto engine = WithJsErrors(info.Env(), [&] {
      return std::make_unique<SweepEngine>(ConfigFrom(info[0].As<Napi::Object>()), [this] { Wake(); });
    });
    const size_t bytes = engine->memory_bytes();
    Hold(std::move(engine), bytes);
  }

 private:
  void Open(const Napi::CallbackInfo& info) {
    WithJsErrors(info.Env(), [this] { core().Open(); });
  }
  void Start(const Napi::CallbackInfo&) { StartOnce("a sweep starts once"); }
  void Stop(const Napi::CallbackInfo&) { core().Stop(); }
  void Close(const Napi::CallbackInfo&) { Shut(); }

  Napi::Value Status(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    const SweepStatus status = core().Status();
    auto result = Napi::Object::New(env);
    result.Set("state", NameOf(status.state));
    result.Set("phase", NameOf(status.phase));
    result.Set("stopped", NameOf(status.outcome));
    result.Set("fault", FaultValue(env, status.fault_syscall, status.fault_errno));
    const std::pair<const char*, double> numbers[] = {
        {"queued", static_cast<double>(status.queued)},
        {"transmitted", static_cast<double>(status.transmitted)},
        {"received", static_cast<double>(status.received)},
        {"passes", static_cast<double>(status.passes)},
        {"sendErrors", static_cast<double>(status.send_errors)},
        {"malformed", static_cast<double>(status.malformed)},
        {"unsolicited", static_cast<double>(status.unsolicited)},
        {"kernelDrops", static_cast<double>(status.kernel_drops)},
        {"unmendedDrops", static_cast<double>(status.unmended_drops)},
        {"unsent", static_cast<double>(status.unsent)},
        {"overruns", static_cast<double>(status.overruns)},
        {"rate", status.rate},
        {"elapsedMs", status.elapsed_ms},
        {"remainingMs", status.remaining_ms},
        {"answered", static_cast<double>(status.answered)},
        {"targets", static_cast<double>(status.targets)},
        {"untested", static_cast<double>(status.untested)},
        {"responders", static_cast<double>(status.responders)},
        {"lossEstimate", status.completeness.loss},
        {"expectedMissed", status.completeness.expected_missed},
        {"pilots", status.completeness.pilots},
        {"pilotsLost", status.completeness.pilots_lost},
        {"limit", status.limit},
        {"askedAgain", static_cast<double>(status.asked_again)},
        {"linkFlaps", static_cast<double>(status.link_flaps)},
    };
    for (const auto& [name, value] : numbers) result.Set(name, value);
    return result;
  }

  Napi::Value Read(const Napi::CallbackInfo& info) {
    const auto from = static_cast<size_t>(info[0].As<Napi::Number>().Int64Value());
    return Napi::Number::New(info.Env(),
                             static_cast<double>(core().Read(from, SpanIn<Record>(info[1], "records"))));
  }

  Napi::Value Untested(const Napi::CallbackInfo& info) {
    const uint32_t limit = info[0].As<Napi::Number>().Uint32Value();
    return WithJsErrors(info.Env(), [&] { return ToPairs(info.Env(), core().Untested(limit)); });
  }

  Napi::Value Remaining(const Napi::CallbackInfo& info) {
    const uint32_t limit = info[0].As<Napi::Number>().Uint32Value();
    return WithJsErrors(info.Env(), [&] {
      std::vector<AddressRange> positions;
      for (const Slice& slice : core().Remaining(limit)) positions.push_back({slice.first, slice.last - 1});
      return ToPairs(info.Env(), positions);
    });
  }

  Napi::Value Holds(const Napi::CallbackInfo& info) {
    return Napi::Boolean::New(info.Env(), core().Holds(info[0].As<Napi::Number>().Uint32Value()));
  }

  Napi::Value RequestsTo(const Napi::CallbackInfo& info) { return RequestsToEach(info, core()); }

  Napi::Value Strays(const Napi::CallbackInfo& info) { return ToBytes(info.Env(), core().Strays()); }
};

}  // namespace

void InitEngine(Napi::Env env, Napi::Object exports) {
  exports.Set("Engine", Engine::Define(env));
}

}  // namespace arpsweep
