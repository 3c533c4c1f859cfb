#pragma once

#include <napi.h>

namespace arpsweep {

/// Sets `Listener` on the exports.
void InitListener(Napi::Env env, Napi::Object exports);

}  // namespace arpsweep
