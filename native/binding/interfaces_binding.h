#pragma once

#include <napi.h>

namespace arpsweep {

/// Sets `listLinks`, `listRoutes` and `listNeighbours` as src/native.ts declares them.
void InitInterfaces(Napi::Env env, Napi::Object exports);

}  // namespace arpsweep
