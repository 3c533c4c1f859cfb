#pragma once

#include <napi.h>

namespace arpsweep {

/// Sets `Engine` on the exports.
void InitEngine(Napi::Env env, Napi::Object exports);

}  // namespace arpsweep
