#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/wire/arp.h"
#include "core/wire/mac_address.h"
#include "core/wire/vlan_ids.h"

namespace arpsweep {

/// What the frames of a sweep say beside their targets. Left alone they are requests as a kernel sends them;
/// a person may set any field by hand, right or wrong.
struct RequestFields {
  MacAddress source;  ///< Ethernet source.
  MacAddress destination = kBroadcastMac;
  std::vector<VlanTag> tags;  ///< The outer one first; at most two.
  uint16_t ether_type = ETH_P_ARP;
  bool llc_snap = false;  ///< Framed by RFC 1042 in place of Ethernet II.
  uint16_t hardware_type = ARPHRD_ETHER;
  uint16_t protocol_type = ETH_P_IP;
  uint8_t hardware_length = ETH_ALEN;  ///< What the field says; the addresses stay as long as they are.
  uint8_t protocol_length = sizeof(uint32_t);
  uint16_t operation = ARPOP_REQUEST;
  MacAddress sender_hardware = source;  ///< SHA, to which answers come.
  uint32_t sender_ip = 0;               ///< SPA, host byte order; 0 makes RFC 5227 probes.
  bool sender_is_target = false;        ///< SPA is that of the target, each time.
  MacAddress target_hardware;           ///< THA: RFC 826 leaves it open, the kernel sends zero.
  std::vector<uint8_t> padding;  ///< Behind the ARP packet; the driver or the hardware pads short frames.

  uint32_t SenderFor(uint32_t target_ip) const { return sender_is_target ? target_ip : sender_ip; }
  VlanIds vlan_ids() const { return VlanIds::Of(tags); }

  /// Whether whoever sees such a frame reads it as an ARP request: then we do so as well, and see it leave.
  bool IsRequest() const {
    return ether_type == ETH_P_ARP && (hardware_type == ARPHRD_ETHER || hardware_type == ARPHRD_IEEE802) &&
           protocol_type == ETH_P_IP && hardware_length == ETH_ALEN && protocol_length == sizeof(uint32_t) &&
           operation == ARPOP_REQUEST;
  }
};

/// A frame prepared once, of which only a few bytes change from target to target. The setters work on frames
/// that Fill has made, wherever the sender keeps its batch.
class RequestTemplate {
 public:
  explicit RequestTemplate(const RequestFields& fields);

  /// Of the whole frame, without FCS.
  size_t length() const { return frame_.size(); }

  /// Writes the whole frame, `length()` bytes, with target 0.0.0.0.
  void Fill(uint8_t* frame) const { std::copy(frame_.begin(), frame_.end(), frame); }

  /// TPA, host byte order.
  void SetTarget(uint8_t* frame, uint32_t target_ip) const {
    StoreBigEndian32(frame + arp_ + ArpView::kTargetProtocol, target_ip);
  }

  /// SPA, host byte order; 0 makes the frame a probe.
  void SetSender(uint8_t* frame, uint32_t sender_ip) const {
    StoreBigEndian32(frame + arp_ + ArpView::kSenderProtocol, sender_ip);
  }

  /// Ethernet destination, for a request by unicast (RFC 1122, 2.3.2.1) or back to what it was.
  static void SetDestination(uint8_t* frame, const MacAddress& destination) {
    std::copy(destination.bytes.begin(), destination.bytes.end(), frame);
  }

 private:
  std::vector<uint8_t> frame_;
  size_t arp_ = 0;  // where the ARP packet begins
};

}  // namespace arpsweep
