#pragma once

#include <napi.h>

namespace arpsweep {

/// Sets `listLinks` and the other lists of what the kernel knows, and `namespaceId`, as src/native.ts
/// declares them.
void InitInterfaces(Napi::Env env, Napi::Object exports);

}  // namespace arpsweep
