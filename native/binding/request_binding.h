#pragma once

#include <napi.h>

#include "core/wire/request_template.h"

namespace arpsweep {

/// The fields of a RequestFrame (src/native.ts), the types of which are taken for granted: only native.ts
/// comes here.
RequestFields RequestFieldsFrom(const Napi::Object& frame);

/// Sets `requestFrame` on the exports.
void InitRequest(Napi::Env env, Napi::Object exports);

}  // namespace arpsweep
