// The fuzz target: any bytes as a frame. Beyond not crashing, it holds parser, emitter and filter to each
// other.
//
// Fuzzing: scripts/native-tests.sh builds it; then, from the root of the repository,
//   build/native-address/fuzz_frames -max_len=256 build/native-address/corpus test/fuzz/corpus
// New inputs go to the first folder. One that fails belongs into test/fuzz/corpus, under a name that tells
// why.

#include <linux/if_packet.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "bpf_interpreter.h"
#include "core/wire/arp.h"
#include "core/wire/bpf_filter.h"
#include "frame_catalogue.h"

namespace arpsweep::test {
namespace {

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "fuzz_frames: %s\n", what);
  std::abort();
}

bool IsToUs(std::span<const uint8_t> frame) {
  return frame.size() >= ETH_HLEN && std::equal(kOurMac.bytes.begin(), kOurMac.bytes.end(), frame.begin());
}

void CheckRoundTrip(const ArpFrame& parsed) {
  std::array<uint8_t, 64> emitted;
  emitted.fill(0xa5);
  const size_t length = EmitArp(parsed, emitted);
  ArpFrame again;
  Require(ParseArp(std::span(emitted).first(length), &again) == ParseResult::kArp,
          "emitted frame is not ARP");
  Require(again == parsed, "emitted frame reads differently");
}

// What the filter must do with a frame that comes in, said without its jumps.
bool MustPass(ParseResult result, const ArpFrame& arp) {
  if (result != ParseResult::kArp) return false;
  const bool to_us_or_group = arp.ethernet_destination == kOurMac || arp.ethernet_destination.IsMulticast();
  return arp.ethernet_source == kOurMac || arp.target_hardware == kOurMac ||
         (arp.operation == ARPOP_REPLY && to_us_or_group);
}

void CheckFilter(std::span<const uint8_t> frame, ParseResult result, const ArpFrame& arp) {
  static const std::vector<sock_filter> filter = BuildSweepFilter(kOurMac, kOurMac);
  const bool in = BpfInterpreter(filter, frame, PACKET_HOST).Run() != 0;
  const bool out = BpfInterpreter(filter, frame, PACKET_OUTGOING).Run() != 0;
  switch (result) {
    case ParseResult::kArp:
      Require(in == MustPass(result, arp), "incoming ARP judged wrongly");
      Require(out == (arp.operation == ARPOP_REQUEST && arp.ethernet_source == kOurMac),
              "outgoing ARP judged wrongly");
      break;
    case ParseResult::kNotArp:
      Require(!in && !out, "passed what is not ARP");
      break;
    case ParseResult::kTooShort:
      break;  // It may be too short to be known as ARP.
    default:
      Require(in || !IsToUs(frame), "malformed frame to us was not passed");
  }
}

}  // namespace
}  // namespace arpsweep::test

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace arpsweep;
  const std::span<const uint8_t> frame(data, size);
  ArpFrame arp;
  const ParseResult result = ParseArp(frame, &arp);
  test::Require((result == ParseResult::kArp) || arp == ArpFrame{}, "wrote a frame that is not ARP");
  if (result == ParseResult::kArp) test::CheckRoundTrip(arp);
  test::CheckFilter(frame, result, arp);
  return 0;
}
