#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/wire/arp.h"

namespace arpsweep {

/// A frame that was heard on a link: as it was on the wire, and what it says. Crosses to TypeScript, which
/// decodes it in src/listen/heard-frame.ts.
struct HeardFrame {
  /// ARP behind two tags and LLC/SNAP takes 58 bytes, and Ethernet pads to 60; the rest of a longer frame is
  /// padding or rubbish.
  static constexpr size_t kMostBytes = 116;

  int64_t realtime_ns;  // of the kernel's stamp, since the epoch
  uint32_t link;        // index of the link that it was heard on
  uint16_t length;      // on the wire, all tags included, without FCS
  uint16_t captured;    // of `bytes`
  uint8_t packet_type;  // PACKET_ of linux/if_packet.h; PACKET_OUTGOING is sent by this machine on this link
  uint8_t result;       // ParseResult; the fields from `operation` on are 0 where it is not kArp
  uint16_t vlan;        // VID of the outer tag; 0, which equals untagged, without one
  uint16_t operation;
  uint16_t reserved;
  uint32_t sender_protocol;  // host byte order, as target_protocol
  uint32_t target_protocol;
  uint8_t sender_hardware[6];
  uint8_t target_hardware[6];
  uint8_t bytes[kMostBytes];
};
static_assert(sizeof(HeardFrame) == 160 && offsetof(HeardFrame, packet_type) == 16 &&
              offsetof(HeardFrame, sender_protocol) == 24 && offsetof(HeardFrame, sender_hardware) == 32 &&
              offsetof(HeardFrame, bytes) == 44);

/// Fills in what the bytes of a frame say, whose other fields from `result` on are 0: of a recording, which
/// keeps no more than bytes, time and direction.
void DescribeBytes(HeardFrame* frame);

/// Describes a frame that a packet socket gave. `stripped` is the outer tag, where the kernel has moved it
/// out of the data; it goes back to its place. `length` is that of the data before it was cut to `data`.
HeardFrame DescribeFrame(std::span<const uint8_t> data, size_t length, std::optional<VlanTag> stripped);

}  // namespace arpsweep
