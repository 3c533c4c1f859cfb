#include "core/listen/heard_frame.h"

#include <algorithm>
#include <limits>

namespace arpsweep {
namespace {

constexpr size_t kTagOffset = 2 * ETH_ALEN;

// Copies as much of the frame as there is room for. Returns how much that is.
size_t CopyFrame(std::span<const uint8_t> data, const std::optional<VlanTag>& stripped,
                 std::span<uint8_t> out) {
  if (!stripped || data.size() < kTagOffset) {
    const size_t length = std::min(data.size(), out.size());
    std::copy_n(data.begin(), length, out.begin());
    return length;
  }
  std::copy_n(data.begin(), kTagOffset, out.begin());
  StoreBigEndian16(&out[kTagOffset], stripped->protocol);
  StoreBigEndian16(&out[kTagOffset + 2], stripped->control);
  const auto rest = data.subspan(kTagOffset);
  const auto room = out.subspan(kTagOffset + kVlanTagLength);
  const size_t length = std::min(rest.size(), room.size());
  std::copy_n(rest.begin(), length, room.begin());
  return kTagOffset + kVlanTagLength + length;
}

// Fills in what the frame says in `data`, whose first tag, where it has any, is taken for the outer one.
void DescribeArp(std::span<const uint8_t> data, HeardFrame* frame) {
  ArpFrame arp;
  const ParseResult result = ParseArp(data, &arp);
  frame->result = static_cast<uint8_t>(result);
  if (result != ParseResult::kArp) return;
  if (arp.tag_count > 0) frame->vlan = arp.tags[0].Id();
  frame->operation = arp.operation;
  frame->sender_protocol = arp.sender_protocol;
  frame->target_protocol = arp.target_protocol;
  std::copy(arp.sender_hardware.bytes.begin(), arp.sender_hardware.bytes.end(), frame->sender_hardware);
  std::copy(arp.target_hardware.bytes.begin(), arp.target_hardware.bytes.end(), frame->target_hardware);
}

}  // namespace

void DescribeBytes(HeardFrame* frame) {
  frame->captured = std::min<uint16_t>(frame->captured, HeardFrame::kMostBytes);
  DescribeArp({frame->bytes, frame->captured}, frame);
}

HeardFrame DescribeFrame(std::span<const uint8_t> data, size_t length, std::optional<VlanTag> stripped) {
  HeardFrame frame{};
  constexpr size_t kLongest = std::numeric_limits<uint16_t>::max();
  frame.length = static_cast<uint16_t>(std::min(length + (stripped ? kVlanTagLength : 0), kLongest));
  frame.captured = static_cast<uint16_t>(CopyFrame(data, stripped, frame.bytes));
  DescribeArp(data, &frame);
  if (stripped) frame.vlan = stripped->Id();
  return frame;
}

}  // namespace arpsweep
