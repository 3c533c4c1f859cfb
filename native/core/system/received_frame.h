#pragma once

#include <cstdint>
#include <span>

namespace arpsweep {

/// A frame as a receiving socket hands it over; valid until the call that gives it returns.
struct ReceivedFrame {
  std::span<const uint8_t> bytes;
  bool outgoing = false;
  uint16_t vlan_id = 0;     // of the tag that the kernel took out; 0 where there was none
  int64_t realtime_ns = 0;  // when it entered or left the stack
  bool stamped = true;      // by the kernel; otherwise the time is that of reading, and too late
};

}  // namespace arpsweep
