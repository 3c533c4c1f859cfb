#pragma once

#include <cstdint>
#include <span>

namespace arpsweep {

/// A frame as a receiving socket hands it over; valid until the call that gives it returns.
struct ReceivedFrame {
  std::span<const uint8_t> bytes;
  uint32_t length = 0;         // on the wire; more than there is in bytes where the kernel cut it
  uint8_t packet_type = 0;     // sll_pkttype, packet(7)
  bool outgoing = false;       // PACKET_OUTGOING
  uint16_t vlan_id = 0;        // of the tag that the kernel took out; 0 where there was none
  uint16_t vlan_protocol = 0;  // its TPID; 0 where there was no tag
  uint16_t vlan_control = 0;   // all of it: priority, DEI and id
  int64_t realtime_ns = 0;     // when it entered or left the stack
  bool stamped = true;         // by the kernel; otherwise the time is that of reading, and too late

  void SetTag(uint16_t protocol, uint16_t control) {
    vlan_protocol = protocol;
    vlan_control = control;
    vlan_id = control & 0x0fff;
  }
};

}  // namespace arpsweep
