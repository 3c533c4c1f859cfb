#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace arpsweep {

static_assert(std::endian::native == std::endian::little,
              "records are little endian; the reader decodes them so");

/// A responder as it crosses to TypeScript, which decodes it in src/sweep/record.ts. Where nothing else is
/// said, numbers are known once the sweep is done.
struct Record {
  enum Confirmed : uint8_t { kNotConfirmed = 0, kConfirmed = 1, kNotAsked = 2 };
  enum AddressFlags : uint32_t { kSameRequest = 1, kAlternated = 2 };
  enum RecordFlags : uint16_t { kOwnAddress = 1, kSourceDiffers = 2 };

  uint32_t ip;  // host byte order
  uint8_t mac[6];
  uint8_t confirmed;
  uint8_t unicasts;  // requests to this responder alone
  uint32_t replies;  // to questions of every kind
  uint32_t address_flags;
  uint32_t asked;              // questions of every kind to this address
  double first_at_ms;          // since the epoch, as soon as it is heard
  double rtt_ms;               // NaN: none
  uint8_t ethernet_source[6];  // of the first answer
  uint16_t flags;
  double last_at_ms;
  uint32_t probe_replies;    // of `replies`
  uint8_t probes;            // of `asked`
  uint8_t later_broadcasts;  // answered after requests by unicast had stayed without an answer
  uint16_t reserved;
};
static_assert(sizeof(Record) == 64 && offsetof(Record, replies) == 12 &&
              offsetof(Record, first_at_ms) == 24 && offsetof(Record, ethernet_source) == 40 &&
              offsetof(Record, flags) == 46 && offsetof(Record, probe_replies) == 56 &&
              offsetof(Record, later_broadcasts) == 61);

/// A stray as it crosses to TypeScript, which decodes it in src/sweep/stray.ts.
struct StrayRecord {
  uint32_t ip;  // host byte order
  uint8_t mac[6];
  uint16_t vlan_id;
  uint32_t count;
  uint32_t asked;  // of what came back: questions to this address, those of others on this machine included
  double first_at_ms;  // since the epoch
  double last_at_ms;
  uint8_t kind;
  uint8_t reserved;
  uint16_t inner_vlan_id;
  uint8_t reserved_too[4];
};
static_assert(sizeof(StrayRecord) == 48 && offsetof(StrayRecord, count) == 12 &&
              offsetof(StrayRecord, first_at_ms) == 24 && offsetof(StrayRecord, kind) == 40 &&
              offsetof(StrayRecord, inner_vlan_id) == 42);

}  // namespace arpsweep
