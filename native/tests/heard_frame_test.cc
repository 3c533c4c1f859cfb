// How a frame that was heard is told: its bytes as on the wire, and its fields.

#include "core/listen/heard_frame.h"

#include <doctest/doctest.h>

#include "core/listen/frame_queue.h"
#include "frame_catalogue.h"

namespace arpsweep::test {
namespace {

constexpr VlanTag kTag{ETH_P_8021AD, 5 << 13 | 100};

std::vector<uint8_t> BytesOf(const HeardFrame& frame) {
  return {frame.bytes, frame.bytes + frame.captured};
}

MacAddress Mac(const uint8_t* bytes) {
  MacAddress mac;
  std::copy_n(bytes, mac.bytes.size(), mac.bytes.begin());
  return mac;
}

HeardFrame Numbered(uint32_t number) {
  HeardFrame frame{};
  frame.link = number;
  return frame;
}

}  // namespace

TEST_CASE("heard frames have the fields that the parser finds, for every frame of the catalogue") {
  for (const CatalogueEntry& entry : FrameCatalogue()) {
    CAPTURE(entry.name);
    const HeardFrame frame = DescribeFrame(entry.frame, entry.frame.size(), std::nullopt);
    CHECK(frame.result == static_cast<uint8_t>(entry.result));
    CHECK(frame.length == entry.frame.size());
    const size_t kept = std::min(entry.frame.size(), HeardFrame::kMostBytes);
    CHECK(BytesOf(frame) == std::vector<uint8_t>(entry.frame.data(), entry.frame.data() + kept));
    const bool arp = entry.result == ParseResult::kArp;
    CHECK(frame.operation == (arp ? entry.fields.operation : 0));
    CHECK(frame.sender_protocol == (arp ? entry.fields.sender_protocol : 0));
    CHECK(frame.target_protocol == (arp ? entry.fields.target_protocol : 0));
    CHECK(Mac(frame.sender_hardware) == (arp ? entry.fields.sender_hardware : MacAddress{}));
    CHECK(Mac(frame.target_hardware) == (arp ? entry.fields.target_hardware : MacAddress{}));
    CHECK(frame.vlan == (arp && entry.fields.tag_count > 0 ? entry.fields.tags[0].Id() : 0));
  }
}

TEST_CASE("a tag that the kernel took out goes back to where it was, and is the outer one") {
  std::vector<uint8_t> on_wire(64), data(64);
  on_wire.resize(EmitArp(Tagged(Reply(), kTag, {ETH_P_8021Q, 200}), on_wire));
  data.resize(EmitArp(Tagged(Reply(), {ETH_P_8021Q, 200}), data));
  const HeardFrame frame = DescribeFrame(data, data.size(), kTag);
  CHECK(BytesOf(frame) == on_wire);
  CHECK(frame.length == on_wire.size());
  CHECK(frame.vlan == 100);
  CHECK(frame.result == static_cast<uint8_t>(ParseResult::kArp));
  CHECK(frame.sender_protocol == kTheirIp);
}

TEST_CASE("a priority tag is no VLAN") {
  std::vector<uint8_t> data(64);
  data.resize(EmitArp(Reply(), data));
  CHECK(DescribeFrame(data, data.size(), VlanTag{ETH_P_8021Q, 7 << 13}).vlan == 0);
}

TEST_CASE("a frame that is cut, by the socket or for want of room, tells its whole length") {
  std::vector<uint8_t> data(9000, 0xa5);
  const size_t length = EmitArp(Reply(), data);
  REQUIRE(length > 0);
  const HeardFrame cut_here = DescribeFrame(data, data.size(), kTag);
  CHECK(cut_here.length == 9004);
  CHECK(cut_here.captured == HeardFrame::kMostBytes);
  CHECK(cut_here.result == static_cast<uint8_t>(ParseResult::kArp));
  const HeardFrame cut_before = DescribeFrame(std::span(data).first(60), 9000, std::nullopt);
  CHECK(cut_before.length == 9000);
  CHECK(cut_before.captured == 60);
  const HeardFrame runt = DescribeFrame(std::span(data).first(5), 5, kTag);
  CHECK(runt.captured == 5);
  CHECK(runt.result == static_cast<uint8_t>(ParseResult::kTooShort));
}

TEST_CASE("a queue of frames gives them in order, loses what finds no room, and counts that") {
  FrameQueue queue(3);
  std::vector<HeardFrame> taken(8);
  CHECK(queue.Take(taken) == 0);
  for (uint32_t round = 0; round < 4; ++round) {
    for (uint32_t i = 0; i < 5; ++i) queue.Push(Numbered(10 * round + i));
    CHECK(queue.overruns() == 2 * (round + 1));
    REQUIRE(queue.Take(std::span(taken).first(2)) == 2);
    REQUIRE(queue.Take(std::span(taken).subspan(2)) == 1);
    for (uint32_t i = 0; i < 3; ++i) CHECK(taken[i].link == 10 * round + i);
  }
}

}  // namespace arpsweep::test
