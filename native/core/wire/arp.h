#pragma once

// Constants with the kernel's spelling. ARPOP_ and ARPHRD_ come from libc's header: linux/if_arp.h brings in
// linux/if.h, which cannot be included before net/if.h.
#include <linux/if_ether.h>
#include <net/if_arp.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/wire/byte_order.h"
#include "core/wire/mac_address.h"

namespace arpsweep {

inline constexpr size_t kVlanTagLength = 4;

/// RFC 1042: DSAP and SSAP of SNAP, unnumbered information, and an organisation code of zero, which says that
/// an EtherType follows.
inline constexpr std::array<uint8_t, 6> kSnapHeader{0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00};
inline constexpr size_t kSnapLength = kSnapHeader.size() + sizeof(uint16_t);

/// What stands where the EtherType would: 802.1Q, 802.1ad, and the number used for QinQ before 802.1ad.
constexpr bool IsVlanProtocol(uint16_t protocol) {
  return protocol == ETH_P_8021Q || protocol == ETH_P_8021AD || protocol == ETH_P_QINQ1;
}

/// A VLAN tag as it stands in a frame, in host byte order.
struct VlanTag {
  uint16_t protocol = 0;  ///< TPID: ETH_P_8021Q, ETH_P_8021AD or ETH_P_QINQ1.
  uint16_t control = 0;   ///< TCI: priority, drop eligibility and VID.

  constexpr uint16_t Id() const { return control & 0x0fff; }
  constexpr uint8_t Priority() const { return static_cast<uint8_t>(control >> 13); }

  friend constexpr bool operator==(const VlanTag&, const VlanTag&) = default;
};

/// An ARP packet (RFC 826) for Ethernet and IPv4, over bytes that whoever makes the view has proved to be
/// there. It reads and judges nothing.
class ArpView {
 public:
  static constexpr size_t kHardwareType = 0;     // ar$hrd
  static constexpr size_t kProtocolType = 2;     // ar$pro
  static constexpr size_t kHardwareLength = 4;   // ar$hln
  static constexpr size_t kProtocolLength = 5;   // ar$pln
  static constexpr size_t kOperation = 6;        // ar$op
  static constexpr size_t kSenderHardware = 8;   // ar$sha
  static constexpr size_t kSenderProtocol = 14;  // ar$spa
  static constexpr size_t kTargetHardware = 18;  // ar$tha
  static constexpr size_t kTargetProtocol = 24;  // ar$tpa
  static constexpr size_t kLength = 28;

  explicit ArpView(std::span<const uint8_t, kLength> packet) : packet_(packet.data()) {}

  uint16_t HardwareType() const { return LoadBigEndian16(packet_ + kHardwareType); }
  uint16_t ProtocolType() const { return LoadBigEndian16(packet_ + kProtocolType); }
  uint8_t HardwareLength() const { return packet_[kHardwareLength]; }
  uint8_t ProtocolLength() const { return packet_[kProtocolLength]; }
  uint16_t Operation() const { return LoadBigEndian16(packet_ + kOperation); }
  MacAddress SenderHardware() const { return Mac(kSenderHardware); }
  uint32_t SenderProtocol() const { return LoadBigEndian32(packet_ + kSenderProtocol); }
  MacAddress TargetHardware() const { return Mac(kTargetHardware); }
  uint32_t TargetProtocol() const { return LoadBigEndian32(packet_ + kTargetProtocol); }

 private:
  MacAddress Mac(size_t offset) const {
    MacAddress address;
    for (size_t i = 0; i < address.bytes.size(); ++i) address.bytes[i] = packet_[offset + i];
    return address;
  }

  const uint8_t* packet_;
};

/// What an Ethernet frame with ARP says, in host byte order. Hardware and protocol types and lengths are not
/// kept: they are Ethernet's and IPv4's, or there is no ArpFrame.
struct ArpFrame {
  MacAddress ethernet_destination;
  MacAddress ethernet_source;
  std::array<VlanTag, 2>
      tags{};  ///< In-band tags, the outer one first; the ring strips one into its metadata.
  int tag_count = 0;
  uint16_t operation = 0;  ///< Any number: ARPOP_REQUEST and ARPOP_REPLY are for the caller to tell.
  MacAddress sender_hardware;
  uint32_t sender_protocol = 0;
  MacAddress target_hardware;
  uint32_t target_protocol = 0;

  friend bool operator==(const ArpFrame&, const ArpFrame&) = default;
};

/// Everything but kArp and kNotArp is a malformed frame.
enum class ParseResult : uint8_t {
  kArp,
  kNotArp,
  kTooShort,  ///< Ends before its type is known, or before its ARP packet does.
  kWrongHardwareType,
  kWrongProtocolType,
  kWrongHardwareLength,
  kWrongProtocolLength,
};

constexpr bool IsMalformed(ParseResult result) {
  return result != ParseResult::kArp && result != ParseResult::kNotArp;
}

/// Reads an Ethernet frame without its FCS: ARP untagged, behind one or two tags, or behind LLC/SNAP (RFC
/// 1042). What follows the ARP packet is padding, whatever it is. `*out` is written for kArp only.
ParseResult ParseArp(std::span<const uint8_t> frame, ArpFrame* out);

/// Writes the frame without padding, every byte of it, with as many tags as `tag_count` (0 to 2) says.
/// @returns its length, or 0 where `out` is too small and nothing was written.
size_t EmitArp(const ArpFrame& frame, std::span<uint8_t> out);

}  // namespace arpsweep
