#include "core/wire/arp.h"

#include <algorithm>

namespace arpsweep {
namespace {

struct Tags {
  std::array<VlanTag, 2> tags{};
  size_t count = 0;
};

// Reads as many of the in-band tags as there is room for; the frame has at least an Ethernet header.
// Returns the offset of what follows the type, or 0 where the frame ends in a tag.
size_t ReadTags(std::span<const uint8_t> frame, Tags* out, uint16_t* type) {
  size_t offset = ETH_HLEN;
  while (IsVlanProtocol(*type) && out->count < out->tags.size()) {
    if (frame.size() < offset + kVlanTagLength) return 0;
    out->tags[out->count++] = {*type, LoadBigEndian16(&frame[offset])};
    *type = LoadBigEndian16(&frame[offset + 2]);
    offset += kVlanTagLength;
  }
  return offset;
}

// With a length in place of the type (IEEE 802.3), finds out whether ARP follows behind LLC/SNAP.
ParseResult CheckSnap(std::span<const uint8_t> rest, uint16_t length) {
  if (rest.size() < kSnapLength) return ParseResult::kNotArp;
  if (!std::equal(kSnapHeader.begin(), kSnapHeader.end(), rest.begin())) return ParseResult::kNotArp;
  if (LoadBigEndian16(&rest[kSnapHeader.size()]) != ETH_P_ARP) return ParseResult::kNotArp;
  // What the length leaves out is padding, even if it looks like ARP.
  return length < kSnapLength + ArpView::kLength ? ParseResult::kTooShort : ParseResult::kArp;
}

ParseResult CheckTypes(const ArpView& arp) {
  // As the kernel does: hosts that frame by RFC 1042 call their hardware IEEE 802, and mean the same
  // addresses.
  const uint16_t hardware = arp.HardwareType();
  if (hardware != ARPHRD_ETHER && hardware != ARPHRD_IEEE802) return ParseResult::kWrongHardwareType;
  if (arp.ProtocolType() != ETH_P_IP) return ParseResult::kWrongProtocolType;
  if (arp.HardwareLength() != ETH_ALEN) return ParseResult::kWrongHardwareLength;
  if (arp.ProtocolLength() != sizeof(uint32_t)) return ParseResult::kWrongProtocolLength;
  return ParseResult::kArp;
}

MacAddress LoadMac(const uint8_t* bytes) {
  MacAddress address;
  std::copy_n(bytes, address.bytes.size(), address.bytes.begin());
  return address;
}

uint8_t* StoreMac(uint8_t* bytes, const MacAddress& address) {
  return std::copy(address.bytes.begin(), address.bytes.end(), bytes);
}

}  // namespace

ParseResult ParseArp(std::span<const uint8_t> frame, ArpFrame* out) {
  if (frame.size() < ETH_HLEN) return ParseResult::kTooShort;

  Tags tags;
  uint16_t type = LoadBigEndian16(&frame[2 * ETH_ALEN]);
  size_t offset = ETH_HLEN;
  if (type != ETH_P_ARP) {
    offset = ReadTags(frame, &tags, &type);
    if (offset == 0) return ParseResult::kTooShort;
    if (type < ETH_P_802_3_MIN) {
      const ParseResult snap = CheckSnap(frame.subspan(offset), type);
      if (snap != ParseResult::kArp) return snap;
      offset += kSnapLength;
    } else if (type != ETH_P_ARP) {
      return ParseResult::kNotArp;
    }
  }

  if (frame.size() < offset + ArpView::kLength) return ParseResult::kTooShort;
  const ArpView arp(frame.subspan(offset).first<ArpView::kLength>());
  const ParseResult types = CheckTypes(arp);
  if (types != ParseResult::kArp) return types;

  out->ethernet_destination = LoadMac(&frame[0]);
  out->ethernet_source = LoadMac(&frame[ETH_ALEN]);
  out->tags = tags.tags;
  out->tag_count = static_cast<int>(tags.count);
  out->operation = arp.Operation();
  out->sender_hardware = arp.SenderHardware();
  out->sender_protocol = arp.SenderProtocol();
  out->target_hardware = arp.TargetHardware();
  out->target_protocol = arp.TargetProtocol();
  return ParseResult::kArp;
}

size_t EmitArp(const ArpFrame& frame, std::span<uint8_t> out) {
  const size_t tag_count = static_cast<size_t>(std::clamp(frame.tag_count, 0, 2));
  const size_t length = ETH_HLEN + tag_count * kVlanTagLength + ArpView::kLength;
  if (out.size() < length) return 0;

  uint8_t* cursor = StoreMac(out.data(), frame.ethernet_destination);
  cursor = StoreMac(cursor, frame.ethernet_source);
  for (size_t i = 0; i < tag_count; ++i) {
    StoreBigEndian16(cursor, frame.tags[i].protocol);
    StoreBigEndian16(cursor + 2, frame.tags[i].control);
    cursor += kVlanTagLength;
  }
  StoreBigEndian16(cursor, ETH_P_ARP);
  uint8_t* const arp = cursor + sizeof(uint16_t);

  StoreBigEndian16(arp + ArpView::kHardwareType, ARPHRD_ETHER);
  StoreBigEndian16(arp + ArpView::kProtocolType, ETH_P_IP);
  arp[ArpView::kHardwareLength] = ETH_ALEN;
  arp[ArpView::kProtocolLength] = sizeof(uint32_t);
  StoreBigEndian16(arp + ArpView::kOperation, frame.operation);
  StoreMac(arp + ArpView::kSenderHardware, frame.sender_hardware);
  StoreBigEndian32(arp + ArpView::kSenderProtocol, frame.sender_protocol);
  StoreMac(arp + ArpView::kTargetHardware, frame.target_hardware);
  StoreBigEndian32(arp + ArpView::kTargetProtocol, frame.target_protocol);
  return length;
}

}  // namespace arpsweep
