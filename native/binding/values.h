#pragma once

#include <napi.h>

#include <cstdint>
#include <span>
#include <string>

namespace arpsweep {

/// The system call that failed, as src/native.ts declares it, or null where none did.
inline Napi::Value FaultValue(Napi::Env env, const std::string& syscall, int error) {
  if (syscall.empty()) return env.Null();
  auto fault = Napi::Object::New(env);
  fault.Set("syscall", syscall);
  fault.Set("errno", error);
  return fault;
}

/// The packed values that fit a buffer. what: they are, for the TypeError of one that is not aligned.
template <typename Packed>
std::span<Packed> SpanIn(const Napi::Value& value, const char* what) {
  auto bytes = value.As<Napi::Uint8Array>();
  uint8_t* data = bytes.Data();
  if (reinterpret_cast<uintptr_t>(data) % alignof(Packed) != 0) {
    throw Napi::TypeError::New(value.Env(), std::string(what) + " need a buffer aligned to 8 bytes");
  }
  return {reinterpret_cast<Packed*>(data), bytes.ByteLength() / sizeof(Packed)};
}

}  // namespace arpsweep
