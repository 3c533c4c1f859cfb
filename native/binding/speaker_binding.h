#pragma once

#include <napi.h>

namespace arpsweep {

/// Sets `Speaker` on the exports.
void InitSpeaker(Napi::Env env, Napi::Object exports);

}  // namespace arpsweep
