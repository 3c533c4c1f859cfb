#include "core/wire/bpf_filter.h"

#include <doctest/doctest.h>

#include "bpf_interpreter.h"
#include "core/wire/bpf_assembler.h"
#include "frame_catalogue.h"

namespace arpsweep::test {
namespace {

uint32_t Judge(const std::vector<sock_filter>& filter, std::span<const uint8_t> frame, uint8_t packet_type) {
  return BpfInterpreter(filter, frame, packet_type).Run();
}

TEST_CASE("the filter passes incoming frames of the catalogue as the table says, whole") {
  const auto filter = BuildSweepFilter(kOurMac, kOurMac);
  for (const CatalogueEntry& entry : FrameCatalogue()) {
    CAPTURE(entry.name);
    const uint32_t expected = entry.in ? 0xffffffff : 0;
    CHECK(Judge(filter, entry.frame, PACKET_HOST) == expected);
    CHECK(Judge(filter, entry.frame, PACKET_BROADCAST) == expected);
    CHECK(Judge(filter, entry.frame, PACKET_MULTICAST) == expected);
    CHECK(Judge(filter, entry.frame, PACKET_OTHERHOST) == expected);
  }
}

TEST_CASE("of outgoing frames the filter passes our requests alone, as proof of sending") {
  const auto filter = BuildSweepFilter(kOurMac, kOurMac);
  for (const CatalogueEntry& entry : FrameCatalogue()) {
    CAPTURE(entry.name);
    CHECK(Judge(filter, entry.frame, PACKET_OUTGOING) == (entry.out ? 0xffffffff : 0));
  }
}

TEST_CASE("every malformed ARP frame to us reaches the counter, at whatever length it was cut") {
  const auto filter = BuildSweepFilter(kOurMac, kOurMac);
  for (const CatalogueEntry& entry : FrameCatalogue()) {
    if (!entry.in) continue;
    for (size_t length = 0; length < entry.frame.size(); ++length) {
      const auto cut = std::span(entry.frame).first(length);
      ArpFrame parsed;
      const ParseResult result = ParseArp(cut, &parsed);
      // Where a frame ends before its type does, nothing says that it was ARP.
      const size_t typed = ETH_HLEN + 4 * static_cast<size_t>(entry.fields.tag_count);
      if (!IsMalformed(result) || length < typed || entry.result != ParseResult::kArp) continue;
      if (!std::equal(kOurMac.bytes.begin(), kOurMac.bytes.end(), cut.begin())) continue;
      CAPTURE(entry.name);
      CAPTURE(length);
      CHECK(Judge(filter, cut, PACKET_HOST) != 0);
      CHECK(Judge(filter, cut, PACKET_OUTGOING) == 0);
    }
  }
}

TEST_CASE("the filter tells our MAC from those that differ in one bit") {
  std::vector<uint8_t> reply =
      Bytes("020000000001 525400ffffff 0806 0001 0800 06 04 0002 525400ffffff 0a000005");
  const std::vector<uint8_t> tail = Bytes("020000000001 0a000001");
  reply.insert(reply.end(), tail.begin(), tail.end());
  for (int bit = 0; bit < 48; ++bit) {
    const MacAddress near = MacAddress::FromKey(kOurMac.ToKey() ^ uint64_t{1} << bit);
    const auto filter = BuildSweepFilter(near, near);
    CAPTURE(bit);
    CHECK(Judge(filter, reply, PACKET_OTHERHOST) == 0);
  }
}

TEST_CASE("the filter of a listener passes all that says it is ARP, in either direction, and nothing else") {
  const auto filter = BuildListenFilter();
  for (const CatalogueEntry& entry : FrameCatalogue()) {
    CAPTURE(entry.name);
    // Of those that are too short, some end before their type does.
    const bool typed = entry.result != ParseResult::kTooShort || entry.in || entry.name == "cut, to another";
    const uint32_t expected = typed && entry.result != ParseResult::kNotArp ? 0xffffffff : 0;
    CHECK(Judge(filter, entry.frame, PACKET_HOST) == expected);
    CHECK(Judge(filter, entry.frame, PACKET_OTHERHOST) == expected);
    CHECK(Judge(filter, entry.frame, PACKET_OUTGOING) == expected);
  }
}

TEST_CASE("the assembler refuses labels that lie behind, nowhere or too far") {
  BpfAssembler nowhere;
  nowhere.Jump(nowhere.NewLabel());
  CHECK_THROWS_AS(nowhere.Finish(), std::logic_error);

  BpfAssembler behind;
  const auto start = behind.NewLabel();
  behind.Place(start);
  behind.Jump(start);
  CHECK_THROWS_AS(behind.Finish(), std::logic_error);

  for (const int distance : {255, 256}) {
    BpfAssembler far;
    const auto end = far.NewLabel();
    far.JumpIf(BPF_JEQ, 0, end);
    for (int i = 0; i < distance; ++i) far.Statement(BPF_MISC | BPF_TAX);
    far.Place(end);
    far.Statement(BPF_RET | BPF_K, 0);
    if (distance == 255) {
      CHECK(far.Finish().front().jt == 255);
    } else {
      CHECK_THROWS_AS(far.Finish(), std::logic_error);
    }
  }
}

}  // namespace
}  // namespace arpsweep::test
