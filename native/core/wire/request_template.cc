#include "core/wire/request_template.h"

#include <array>

namespace arpsweep {
namespace {

constexpr size_t kMostTags = 2;
constexpr size_t kMostBytes = ETH_HLEN + kMostTags * kVlanTagLength + ArpView::kLength;

// The frame with the fields that any ARP frame has.
std::vector<uint8_t> OrdinaryFrame(const RequestFields& fields) {
  ArpFrame arp{.ethernet_destination = fields.destination,
               .ethernet_source = fields.source,
               .operation = fields.operation,
               .sender_hardware = fields.sender_hardware,
               .sender_protocol = fields.sender_ip,
               .target_hardware = fields.target_hardware};
  for (const VlanTag& tag : fields.tags) {
    if (arp.tag_count < static_cast<int>(kMostTags)) arp.tags[static_cast<size_t>(arp.tag_count++)] = tag;
  }
  std::array<uint8_t, kMostBytes> bytes;
  const size_t length = EmitArp(arp, bytes);
  return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length)};
}

}  // namespace

RequestTemplate::RequestTemplate(const RequestFields& fields) : frame_(OrdinaryFrame(fields)) {
  arp_ = frame_.size() - ArpView::kLength;
  uint8_t* type = &frame_[arp_ - sizeof(uint16_t)];
  StoreBigEndian16(type, fields.ether_type);
  uint8_t* arp = &frame_[arp_];
  StoreBigEndian16(arp + ArpView::kHardwareType, fields.hardware_type);
  StoreBigEndian16(arp + ArpView::kProtocolType, fields.protocol_type);
  arp[ArpView::kHardwareLength] = fields.hardware_length;
  arp[ArpView::kProtocolLength] = fields.protocol_length;
  if (fields.llc_snap) {
    // The EtherType moves behind the SNAP header, and the length of what is not padding takes its place.
    StoreBigEndian16(type, kSnapLength + ArpView::kLength);
    std::array<uint8_t, kSnapLength> snap;
    std::copy(kSnapHeader.begin(), kSnapHeader.end(), snap.begin());
    StoreBigEndian16(&snap[kSnapHeader.size()], fields.ether_type);
    frame_.insert(frame_.begin() + static_cast<std::ptrdiff_t>(arp_), snap.begin(), snap.end());
    arp_ += kSnapLength;
  }
  frame_.insert(frame_.end(), fields.padding.begin(), fields.padding.end());
}

}  // namespace arpsweep
