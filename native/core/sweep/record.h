#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace arpsweep {

static_assert(std::endian::native == std::endian::little,
              "records are little endian; the reader decodes them so");

/// A responder as it crosses to TypeScript, which decodes it in src/record.ts.
struct Record {
  enum Confirmed : uint8_t { kNotConfirmed = 0, kConfirmed = 1, kNotAsked = 2 };
  enum AddressFlags : uint32_t { kSameRequest = 1, kAlternated = 2 };
  enum RecordFlags : uint16_t { kOwnAddress = 1, kSourceDiffers = 2 };

  uint32_t ip;  // host byte order
  uint8_t mac[6];
  uint8_t confirmed;
  uint8_t reserved;
  uint32_t replies;
  uint32_t address_flags;
  uint32_t asked;      // questions to this address
  double first_at_ms;  // since the epoch
  double rtt_ms;       // NaN: none
  uint8_t ethernet_source[6];
  uint16_t flags;
};
static_assert(sizeof(Record) == 48 && offsetof(Record, replies) == 12 &&
              offsetof(Record, first_at_ms) == 24 && offsetof(Record, ethernet_source) == 40 &&
              offsetof(Record, flags) == 46);

}  // namespace arpsweep
