#pragma once

#include <napi.h>

namespace arpsweep {

/// Sets `Replay` and `describeFrames` on the exports.
void InitReplay(Napi::Env env, Napi::Object exports);

}  // namespace arpsweep
