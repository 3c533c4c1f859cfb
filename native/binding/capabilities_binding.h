#pragma once

#include <napi.h>

namespace arpsweep {

/// Sets `keepOnlyCapabilities` and `tryPacketSocket` on the exports.
void InitCapabilities(Napi::Env env, Napi::Object exports);

}  // namespace arpsweep
