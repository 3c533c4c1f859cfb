#include "core/wire/arp.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <random>

#include "frame_catalogue.h"

namespace arpsweep::test {
namespace {

// In memory of exactly its size and with every alignment in turn, so that the sanitizers see a byte too many.
ParseResult ParseExact(std::span<const uint8_t> frame, size_t misalignment, ArpFrame* out) {
  const auto memory = std::make_unique<uint8_t[]>(misalignment + frame.size());
  std::copy(frame.begin(), frame.end(), memory.get() + misalignment);
  return ParseArp({memory.get() + misalignment, frame.size()}, out);
}

// A frame that nothing in the catalogue is equal to: shows whether `*out` was written.
ArpFrame Untouched() {
  ArpFrame frame;
  frame.operation = 0xa5a5;
  frame.tag_count = 2;
  frame.tags[0] = {0xa5a5, 0xa5a5};
  return frame;
}

TEST_CASE("parses every frame of the catalogue as the table says") {
  for (const CatalogueEntry& entry : FrameCatalogue()) {
    CAPTURE(entry.name);
    for (size_t misalignment = 0; misalignment < 4; ++misalignment) {
      ArpFrame parsed = Untouched();
      CHECK(ParseExact(entry.frame, misalignment, &parsed) == entry.result);
      CHECK(parsed == (entry.result == ParseResult::kArp ? entry.fields : Untouched()));
    }
  }
}

TEST_CASE("no frame of the catalogue is ARP any more when cut within its ARP packet") {
  for (const CatalogueEntry& entry : FrameCatalogue()) {
    if (entry.result != ParseResult::kArp) continue;
    CAPTURE(entry.name);
    const bool snap = entry.name.starts_with("LLC/SNAP");
    const size_t whole =
        ETH_HLEN + 4 * static_cast<size_t>(entry.fields.tag_count) + (snap ? 8 : 0) + ArpView::kLength;
    for (size_t length = 0; length < entry.frame.size(); ++length) {
      CAPTURE(length);
      ArpFrame parsed;
      const ParseResult result = ParseExact(std::span(entry.frame).first(length), 0, &parsed);
      CHECK((result == ParseResult::kArp) == (length >= whole));
    }
  }
}

TEST_CASE("tells malformed frames from those that are not ARP") {
  CHECK_FALSE(IsMalformed(ParseResult::kArp));
  CHECK_FALSE(IsMalformed(ParseResult::kNotArp));
  for (const ParseResult result :
       {ParseResult::kTooShort, ParseResult::kWrongHardwareType, ParseResult::kWrongProtocolType,
        ParseResult::kWrongHardwareLength, ParseResult::kWrongProtocolLength}) {
    CHECK(IsMalformed(result));
  }
}

TEST_CASE("emits every byte of a frame and none beyond") {
  struct Case {
    ArpFrame frame;
    const char* bytes;
  };
  const std::vector<Case> cases = {
      {Reply(),
       "020000000001 020000000005 0806 0001 0800 06 04 0002 020000000005 0a000005 020000000001 0a000001"},
      {Tagged(Reply(), {ETH_P_8021Q, 0xe064}),
       "020000000001 020000000005 8100 e064 0806 0001 0800 06 04 0002 020000000005 0a000005 020000000001 "
       "0a000001"},
      {Tagged(Reply(), {ETH_P_8021AD, 100}, {ETH_P_8021Q, 200}),
       "020000000001 020000000005 88a8 0064 8100 00c8 0806 0001 0800 06 04 0002 020000000005 0a000005 "
       "020000000001 "
       "0a000001"},
      {ArpFrame{},
       "000000000000 000000000000 0806 0001 0800 06 04 0000 000000000000 00000000 000000000000 00000000"},
  };
  for (const Case& c : cases) {
    std::vector<uint8_t> expected = Bytes(c.bytes);
    const size_t length = expected.size();
    expected.resize(length + 16, 0xa5);
    std::vector<uint8_t> emitted(length + 16, 0xa5);
    CHECK(EmitArp(c.frame, emitted) == length);
    CHECK(emitted == expected);
  }
}

TEST_CASE("emits nothing into a buffer that is too small") {
  for (const ArpFrame& frame : {Reply(), Tagged(Reply(), {ETH_P_8021Q, 1})}) {
    const size_t needed = 42 + 4 * static_cast<size_t>(frame.tag_count);
    std::vector<uint8_t> buffer(needed - 1, 0xa5);
    CHECK(EmitArp(frame, buffer) == 0);
    CHECK(std::all_of(buffer.begin(), buffer.end(), [](uint8_t byte) { return byte == 0xa5; }));
  }
}

TEST_CASE("reads back whatever it emits") {
  std::mt19937_64 random(826);
  const auto mac = [&random] { return MacAddress::FromKey(random()); };
  for (int i = 0; i < 2000; ++i) {
    ArpFrame frame = Says(static_cast<uint16_t>(random()), mac(), mac(), mac(),
                          static_cast<uint32_t>(random()), mac(), static_cast<uint32_t>(random()));
    if (i % 3 >= 1) frame = Tagged(frame, {ETH_P_8021Q, static_cast<uint16_t>(random())});
    if (i % 3 == 2) frame = Tagged(frame, {ETH_P_8021AD, static_cast<uint16_t>(random())}, frame.tags[0]);
    std::array<uint8_t, 60> buffer;
    buffer.fill(0xa5);
    const size_t length = EmitArp(frame, buffer);
    ArpFrame parsed;
    REQUIRE(ParseArp(std::span(buffer).first(length), &parsed) == ParseResult::kArp);
    CHECK(parsed == frame);
    REQUIRE(ParseArp(buffer, &parsed) == ParseResult::kArp);
    CHECK(parsed == frame);
  }
}

TEST_CASE("splits a tag into VID and priority") {
  constexpr VlanTag tag{ETH_P_8021Q, 0xb064};
  CHECK(tag.Id() == 100);
  CHECK(tag.Priority() == 5);
}

TEST_CASE("reads and writes MAC addresses") {
  const MacAddress address{{0x00, 0x50, 0x56, 0xab, 0x47, 0x0f}};
  CHECK(address.ToString() == "00:50:56:ab:47:0f");
  CHECK(MacAddress::Parse("00:50:56:ab:47:0f") == address);
  CHECK(MacAddress::Parse("00:50:56:AB:47:0F") == address);
  CHECK(kBroadcastMac.ToString() == "ff:ff:ff:ff:ff:ff");
  for (const char* wrong :
       {"", "00:50:56:ab:47", "00:50:56:ab:47:0", "00:50:56:ab:47:0f:", "00:50:56:ab:47:0f:11",
        "00-50-56-ab-47-0f", "005056ab470f", "0:50:56:ab:47:0f", "00:50:56:ab:47:0g", "00:50:56:ab:47:-1",
        " 0:50:56:ab:47:0f", "00:50:56:ab:47;0f"}) {
    CAPTURE(wrong);
    CHECK_FALSE(MacAddress::Parse(wrong).has_value());
  }
}

TEST_CASE("MAC addresses make keys that sort as they do") {
  const MacAddress low{{0x00, 0xff, 0xff, 0xff, 0xff, 0xff}}, high{{0x80, 0, 0, 0, 0, 0x01}};
  CHECK(low.ToKey() == 0x00ffffffffff);
  CHECK(high.ToKey() == 0x800000000001);
  CHECK(low < high);
  CHECK(MacAddress::FromKey(high.ToKey()) == high);
  CHECK(MacAddress::FromKey(0xffff000000000000 | low.ToKey()) == low);
}

TEST_CASE("tells group addresses by the first bit on the wire") {
  CHECK(kBroadcastMac.IsMulticast());
  CHECK(MacAddress{{0x01, 0, 0x5e, 0, 0, 1}}.IsMulticast());
  CHECK_FALSE(MacAddress{{0xfe, 0xff, 0xff, 0xff, 0xff, 0xff}}.IsMulticast());
  CHECK_FALSE(kOurMac.IsMulticast());
}

}  // namespace
}  // namespace arpsweep::test
