#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/wire/mac_address.h"

namespace arpsweep {

/// An ARP request prepared once, of which only a few bytes change from target to target. The setters are
/// static: they work on frames that Fill has made, wherever the sender keeps its batch.
class RequestTemplate {
 public:
  /// Ethernet and ARP without padding; the driver or the hardware pads.
  static constexpr size_t kFrameLength = 42;

  /// A broadcast request from `source`, with target 0.0.0.0. A `sender_ip` (host byte order) of 0 makes it an
  /// RFC 5227 probe. THA is zero and remains so: RFC 826 leaves it open, the kernel sends zero.
  RequestTemplate(const MacAddress& source, uint32_t sender_ip);

  /// Writes the whole frame, kFrameLength bytes.
  void Fill(uint8_t* frame) const;

  /// TPA, host byte order.
  static void SetTarget(uint8_t* frame, uint32_t target_ip);

  /// Ethernet destination, for a request by unicast (RFC 1122, 2.3.2.1) or back to broadcast.
  static void SetDestination(uint8_t* frame, const MacAddress& destination);

  /// SPA, host byte order; 0 makes the frame a probe.
  static void SetSender(uint8_t* frame, uint32_t sender_ip);

 private:
  std::array<uint8_t, kFrameLength> frame_{};
};

}  // namespace arpsweep
