#pragma once

#include <napi.h>

namespace arpsweep {

/// Sets `lockFile` on the exports.
void InitFileLock(Napi::Env env, Napi::Object exports);

}  // namespace arpsweep
