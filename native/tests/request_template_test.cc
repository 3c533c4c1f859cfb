#include "core/wire/request_template.h"

#include <doctest/doctest.h>

#include <vector>

#include "frame_catalogue.h"

namespace arpsweep::test {
namespace {

// Filled from the template, with room around it that must stay as it is.
struct Frame {
  std::vector<uint8_t> memory = std::vector<uint8_t>(8 + RequestTemplate::kFrameLength + 8, 0xa5);

  explicit Frame(const RequestTemplate& request) { request.Fill(bytes()); }
  uint8_t* bytes() { return memory.data() + 8; }

  bool Is(const char* hex) const {
    std::vector<uint8_t> expected(8, 0xa5);
    const std::vector<uint8_t> frame = Bytes(hex);
    expected.insert(expected.end(), frame.begin(), frame.end());
    expected.resize(expected.size() + 8, 0xa5);
    return memory == expected;
  }
};

TEST_CASE("a request is a broadcast that asks for 0.0.0.0 until it has a target") {
  Frame frame(RequestTemplate(kOurMac, kOurIp));
  CHECK(frame.Is(
      "ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 00000000"));
}

TEST_CASE("a target changes TPA alone") {
  Frame frame(RequestTemplate(kOurMac, kOurIp));
  RequestTemplate::SetTarget(frame.bytes(), 0xc0a801fe);
  CHECK(frame.Is(
      "ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 c0a801fe"));
  RequestTemplate::SetTarget(frame.bytes(), 0xffffffff);
  CHECK(frame.Is(
      "ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 ffffffff"));
}

TEST_CASE("a sender address of 0 makes a probe, in the template or afterwards") {
  const char* probe =
      "ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 00000000 000000000000 00000000";
  CHECK(Frame(RequestTemplate(kOurMac, 0)).Is(probe));
  Frame frame(RequestTemplate(kOurMac, kOurIp));
  RequestTemplate::SetSender(frame.bytes(), 0);
  CHECK(frame.Is(probe));
}

TEST_CASE("a unicast request differs in its Ethernet destination alone: THA stays zero") {
  Frame frame(RequestTemplate(kOurMac, kOurIp));
  RequestTemplate::SetDestination(frame.bytes(), kTheirMac);
  CHECK(frame.Is(
      "020000000005 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 00000000"));
  RequestTemplate::SetDestination(frame.bytes(), kBroadcastMac);
  CHECK(frame.Is(
      "ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 00000000"));
}

}  // namespace
}  // namespace arpsweep::test
