#pragma once

#include <napi.h>

#include <exception>
#include <utility>

#include "core/system/system_error.h"

namespace arpsweep {

/// A JavaScript Error with the properties `syscall` and `errno` (positive); src/ makes a typed error of it.
inline Napi::Error ToJsError(Napi::Env env, const SystemError& error) {
  Napi::Error js_error = Napi::Error::New(env, error.what());
  js_error.Set("syscall", Napi::String::New(env, error.syscall()));
  js_error.Set("errno", Napi::Number::New(env, error.errno_value()));
  return js_error;
}

/// Runs `body` and returns what it returns. Every exception becomes a JavaScript one: node-addon-api passes
/// on Napi::Error and no other, and a C++ exception that reached Node would end the process.
template <typename Body>
auto WithJsErrors(Napi::Env env, Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (const Napi::Error&) {
    throw;
  } catch (const SystemError& error) {
    throw ToJsError(env, error);
  } catch (const std::exception& error) {
    throw Napi::Error::New(env, error.what());
  }
}

}  // namespace arpsweep
