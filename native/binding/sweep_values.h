#pragma once

#include <napi.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "core/sweep/target_space.h"
#include "core/wire/mac_address.h"

namespace arpsweep {

// What both an engine and a replay take and give, in the form of src/native.ts.

inline MacAddress MacFrom(const Napi::Value& value) {
  const auto mac = MacAddress::Parse(value.As<Napi::String>().Utf8Value());
  if (!mac) throw Napi::TypeError::New(value.Env(), "sourceMac is not a MAC address");
  return *mac;
}

inline std::vector<AddressRange> RangesFrom(const Napi::Value& value) {
  const auto pairs = value.As<Napi::Uint32Array>();
  std::vector<AddressRange> ranges;
  ranges.reserve(pairs.ElementLength() / 2);
  for (size_t i = 0; i + 1 < pairs.ElementLength(); i += 2) ranges.push_back({pairs[i], pairs[i + 1]});
  return ranges;
}

inline Napi::Uint32Array ToPairs(Napi::Env env, const std::vector<AddressRange>& ranges) {
  auto pairs = Napi::Uint32Array::New(env, ranges.size() * 2);
  for (size_t i = 0; i < ranges.size(); ++i) {
    pairs[2 * i] = ranges[i].first;
    pairs[2 * i + 1] = ranges[i].last;
  }
  return pairs;
}

inline std::vector<uint32_t> NumbersFrom(const Napi::Value& value) {
  const auto numbers = value.As<Napi::Uint32Array>();
  return {numbers.Data(), numbers.Data() + numbers.ElementLength()};
}

/// How often each address of the first argument was asked.
template <typename Core>
Napi::Value RequestsToEach(const Napi::CallbackInfo& info, const Core& core) {
  const auto addresses = info[0].As<Napi::Uint32Array>();
  auto requests = Napi::Uint32Array::New(info.Env(), addresses.ElementLength());
  for (size_t i = 0; i < addresses.ElementLength(); ++i) requests[i] = core.RequestsTo(addresses[i]);
  return requests;
}

template <typename Packed>
Napi::Uint8Array ToBytes(Napi::Env env, const std::vector<Packed>& values) {
  auto bytes = Napi::Uint8Array::New(env, values.size() * sizeof(Packed));
  const auto* from = reinterpret_cast<const uint8_t*>(values.data());
  std::copy(from, from + bytes.ByteLength(), bytes.Data());
  return bytes;
}

}  // namespace arpsweep
