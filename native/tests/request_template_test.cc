#include "core/wire/request_template.h"

#include <doctest/doctest.h>

#include <vector>

#include "frame_catalogue.h"

namespace arpsweep::test {
namespace {

const RequestFields kPlain{.source = kOurMac, .sender_ip = kOurIp};

// Filled from the template, with room around it that must stay as it is.
struct Frame {
  RequestTemplate request;
  std::vector<uint8_t> memory = std::vector<uint8_t>(8 + request.length() + 8, 0xa5);

  explicit Frame(const RequestFields& fields = kPlain) : request(fields) { request.Fill(bytes()); }
  uint8_t* bytes() { return memory.data() + 8; }

  bool Is(const char* hex) const {
    std::vector<uint8_t> expected(8, 0xa5);
    const std::vector<uint8_t> frame = Bytes(hex);
    expected.insert(expected.end(), frame.begin(), frame.end());
    expected.resize(expected.size() + 8, 0xa5);
    return memory == expected;
  }
};

VlanTag Tag(uint16_t control, uint16_t protocol = ETH_P_8021Q) {
  return {.protocol = protocol, .control = control};
}

TEST_CASE("a request is a broadcast that asks for 0.0.0.0 until it has a target") {
  CHECK(Frame().Is(
      "ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 00000000"));
}

TEST_CASE("a target changes TPA alone") {
  Frame frame;
  frame.request.SetTarget(frame.bytes(), 0xc0a801fe);
  CHECK(frame.Is(
      "ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 c0a801fe"));
  frame.request.SetTarget(frame.bytes(), 0xffffffff);
  CHECK(frame.Is(
      "ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 ffffffff"));
}

TEST_CASE("a sender address of 0 makes a probe, in the template or afterwards") {
  const char* probe =
      "ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 00000000 000000000000 00000000";
  CHECK(Frame({.source = kOurMac}).Is(probe));
  Frame frame;
  frame.request.SetSender(frame.bytes(), 0);
  CHECK(frame.Is(probe));
}

TEST_CASE("a unicast request differs in its Ethernet destination alone: THA stays zero") {
  Frame frame;
  RequestTemplate::SetDestination(frame.bytes(), kTheirMac);
  CHECK(frame.Is(
      "020000000005 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 00000000"));
  RequestTemplate::SetDestination(frame.bytes(), kBroadcastMac);
  CHECK(frame.Is(
      "ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 00000000"));
}

TEST_CASE("tags stand behind the addresses, the outer one first, and the setters find what they move") {
  Frame frame({.source = kOurMac, .tags = {Tag(0x6000 | 100)}, .sender_ip = kOurIp});
  frame.request.SetTarget(frame.bytes(), 0x0a000005);
  frame.request.SetSender(frame.bytes(), 0x0a000002);
  CHECK(
      frame.Is("ffffffffffff 020000000001 8100 6064 0806 0001 0800 06 04 0001 020000000001 0a000002 "
               "000000000000 0a000005"));
  Frame two({.source = kOurMac, .tags = {Tag(200, ETH_P_8021AD), Tag(0xa000 | 7)}});
  two.request.SetTarget(two.bytes(), 0x0a000005);
  CHECK(
      two.Is("ffffffffffff 020000000001 88a8 00c8 8100 a007 0806 0001 0800 06 04 0001 020000000001 "
             "00000000 000000000000 0a000005"));
}

TEST_CASE("every field can be set by hand, and stays in its place behind LLC/SNAP and before the padding") {
  RequestFields fields{.source = kTheirMac,
                       .destination = {{0x01, 0, 0x5e, 0, 0, 1}},
                       .hardware_type = 6,
                       .protocol_type = 0x86dd,
                       .hardware_length = 8,
                       .protocol_length = 16,
                       .operation = 9,
                       .sender_hardware = kOurMac,
                       .sender_ip = kOurIp,
                       .target_hardware = kBroadcastMac,
                       .padding = {0xde, 0xad, 0xbe, 0xef}};
  Frame frame(fields);
  frame.request.SetTarget(frame.bytes(), 0x0a000005);
  CHECK(
      frame.Is("01005e000001 020000000005 0806 0006 86dd 08 10 0009 020000000001 0a000001 ffffffffffff "
               "0a000005 deadbeef"));
  fields.llc_snap = true;
  fields.ether_type = 0x1234;
  fields.tags = {Tag(5)};
  Frame snap(fields);
  snap.request.SetTarget(snap.bytes(), 0x0a000005);
  CHECK(
      snap.Is("01005e000001 020000000005 8100 0005 0024 aaaa03 000000 1234 0006 86dd 08 10 0009 "
              "020000000001 0a000001 ffffffffffff 0a000005 deadbeef"));
}

TEST_CASE("only what reads as a request counts as one") {
  CHECK(kPlain.IsRequest());
  const auto with = [](auto change) {
    RequestFields fields = kPlain;
    change(fields);
    ArpFrame arp;
    const RequestTemplate request(fields);
    std::vector<uint8_t> bytes(request.length());
    request.Fill(bytes.data());
    const bool reads = ParseArp(bytes, &arp) == ParseResult::kArp && arp.operation == ARPOP_REQUEST;
    CHECK(reads == fields.IsRequest());
    return reads;
  };
  CHECK(with([](RequestFields& f) { f.llc_snap = true; }));
  CHECK(with([](RequestFields& f) { f.hardware_type = ARPHRD_IEEE802; }));
  CHECK_FALSE(with([](RequestFields& f) { f.hardware_type = 7; }));
  CHECK_FALSE(with([](RequestFields& f) { f.protocol_type = 0x0801; }));
  CHECK_FALSE(with([](RequestFields& f) { f.hardware_length = 5; }));
  CHECK_FALSE(with([](RequestFields& f) { f.protocol_length = 5; }));
  CHECK_FALSE(with([](RequestFields& f) { f.operation = ARPOP_REPLY; }));
  CHECK_FALSE(with([](RequestFields& f) { f.ether_type = 0x88b5; }));
}

TEST_CASE("a sender address that is the target's follows it") {
  const RequestFields fields{.source = kOurMac, .sender_ip = kOurIp, .sender_is_target = true};
  CHECK(fields.SenderFor(0x0a000005) == 0x0a000005);
  CHECK(kPlain.SenderFor(0x0a000005) == kOurIp);
}

}  // namespace
}  // namespace arpsweep::test
