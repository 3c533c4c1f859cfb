#include "binding/capabilities_binding.h"

#include <cstdint>

#include "binding/errors.h"
#include "core/system/capabilities.h"
#include "core/system/packet_socket.h"

namespace arpsweep {
namespace {

// As src/native.ts declares it.
Napi::Value KeepOnlyBinding(const Napi::CallbackInfo& info) {
  const auto numbers = info[0].As<Napi::Array>();
  const bool limits_programs = info[1].As<Napi::Boolean>().Value();
  CapabilitySet keep = 0;
  for (uint32_t i = 0; i < numbers.Length(); ++i) {
    keep |= CapabilitySet{1} << numbers.Get(i).As<Napi::Number>().Uint32Value();
  }
  return WithJsErrors(info.Env(), [&]() -> Napi::Value {
    const size_t threads =
        KeepOnlyCapabilities(keep, limits_programs ? Programs::kAsLimited : Programs::kUnlimited);
    return Napi::Number::New(info.Env(), static_cast<double>(threads));
  });
}

Napi::Value TryPacketSocketBinding(const Napi::CallbackInfo& info) {
  return WithJsErrors(info.Env(), [&] { return Napi::Number::New(info.Env(), TryPacketSocket()); });
}

}  // namespace

void InitCapabilities(Napi::Env env, Napi::Object exports) {
  exports.Set("keepOnlyCapabilities", Napi::Function::New<KeepOnlyBinding>(env, "keepOnlyCapabilities"));
  exports.Set("tryPacketSocket", Napi::Function::New<TryPacketSocketBinding>(env, "tryPacketSocket"));
}

}  // namespace arpsweep
