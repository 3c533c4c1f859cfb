// Frames that concern us though they answer no question, and what is counted apart of those that do.

#include <doctest/doctest.h>

#include "wire.h"

namespace arpsweep::test {
namespace {

ArpFrame OurRequest(uint32_t target) {
  return Wire::Frame(ARPOP_REQUEST, kOurMac, kOurIp, kBroadcastMac, {}, target);
}

ArpFrame ReplyTo(uint32_t tpa) {
  return Wire::Frame(ARPOP_REPLY, kA, kTarget, kOurMac, kOurMac, tpa);
}

}  // namespace

TEST_CASE("an answer with another tag is noted with it, however the tag came") {
  Wire wire;
  wire.Request(kTarget, 0);
  wire.Send(ReplyTo(kOurIp), false, 1 * kMs, 100);
  ArpFrame in_band = ReplyTo(kOurIp);
  in_band.tags[0] = {.protocol = ETH_P_8021Q, .control = 0xe000 | 200};
  in_band.tag_count = 1;
  wire.Send(in_band, false, 2 * kMs);
  wire.Send(in_band, false, 9 * kMs);
  CHECK(wire.Strays(Stray::Kind::kOtherVlan, kTarget, kA, 100) == 1);
  CHECK(wire.Strays(Stray::Kind::kOtherVlan, kTarget, kA, 200) == 2);
  CHECK(wire.table.size() == 0);
  CHECK(wire.counters.unsolicited.value() == 3);
  const auto& [key, stray] = *std::prev(wire.matcher.strays().end());
  CHECK(stray.last_at - stray.first_at == 7 * kMs);
}

TEST_CASE("a tagged reply that follows no question of ours, or is not to us, is no stray") {
  Wire wire;
  wire.Send(ReplyTo(kOurIp), false, 1, 100);
  wire.Request(kTarget, 2);
  wire.Send(ReplyTo(kOurIp + 7), false, 3, 100);
  wire.Send(Wire::Frame(ARPOP_REPLY, kA, kTarget, kB, kB, kOurIp), false, 4, 100);
  wire.Send(Wire::Frame(ARPOP_REQUEST, kA, kTarget, kBroadcastMac, {}, kOurIp), false, 5, 100);
  CHECK(wire.matcher.strays().size() == 0);
  CHECK(wire.counters.unsolicited.value() == 4);
}

TEST_CASE("a question that comes back is told from anything else with our MAC") {
  Wire wire;
  wire.Request(kTarget, 0);
  wire.Probe(kOurIp, 0);
  wire.Send(OurRequest(kTarget), false, 1);
  wire.Send(OurRequest(kTarget), false, 2);
  wire.Send(OurRequest(kTarget), false, 3, 100);
  wire.Send(Wire::Frame(ARPOP_REQUEST, kOurMac, 0, kBroadcastMac, {}, kOurIp), false, 4);
  CHECK(wire.Strays(Stray::Kind::kReturned, kTarget, kOurMac) == 2);
  CHECK(wire.Strays(Stray::Kind::kReturned, kTarget, kOurMac, 100) == 1);
  CHECK(wire.Strays(Stray::Kind::kReturned, kOurIp, kOurMac) == 1);

  const uint32_t clone = 0x0a000063;
  wire.Send(Wire::Frame(ARPOP_REQUEST, kOurMac, clone, kBroadcastMac, {}, kTarget), false, 5);
  wire.Send(Wire::Frame(ARPOP_REPLY, kOurMac, clone, kOurMac, kOurMac, kOurIp), false, 6);
  CHECK(wire.Strays(Stray::Kind::kOurMac, clone, kOurMac) == 2);
  // Not asked yet: the kernel's own request, or that of another program here.
  wire.Send(OurRequest(kTarget + 1), false, 7);
  CHECK(wire.Strays(Stray::Kind::kOurMac, kOurIp, kOurMac) == 1);
  CHECK(wire.counters.unsolicited.value() == 7);
  CHECK(wire.table.size() == 0);
}

TEST_CASE("our MAC in an answer from elsewhere is no frame of ours") {
  Wire wire;
  wire.Request(kTarget, 0);
  ArpFrame claim = Wire::Frame(ARPOP_REPLY, kOurMac, kTarget, kOurMac, kOurMac, kOurIp);
  claim.ethernet_source = kA;
  wire.Send(claim, false, 1);
  wire.Send(claim, false, 1, 100);
  CHECK(wire.matcher.strays().size() == 0);
  CHECK(wire.table.size() == 0);
}

TEST_CASE("what others on this machine ask may come back as well, and is no copy too many") {
  Wire wire;
  wire.Request(kTarget, 0);
  wire.ForeignRequest(kTarget, 1);
  wire.ForeignRequest(kTarget, 2);
  CHECK(wire.matcher.AskedByAnybody(5) == 3);
  CHECK(wire.matcher.Asked(5) == 1);
  CHECK(wire.matcher.AskedByAnybody(6) == 0);
}

TEST_CASE("strays are bounded, and those that are known go on counting") {
  Wire wire;
  const auto clone = [&](uint32_t ip) {
    wire.Send(Wire::Frame(ARPOP_REQUEST, kOurMac, ip, kBroadcastMac, {}, kTarget), false, 1);
  };
  for (uint32_t ip = 1; ip <= StrayTable::kMaxStrays + 100; ++ip) clone(ip);
  clone(1);
  CHECK(wire.matcher.strays().size() == StrayTable::kMaxStrays);
  CHECK(wire.Strays(Stray::Kind::kOurMac, 1, kOurMac) == 2);
  CHECK(wire.counters.unsolicited.value() == StrayTable::kMaxStrays + 101);
}

TEST_CASE("what was asked and answered is told by kind") {
  Wire wire;
  wire.Request(kTarget, 0);
  wire.Reply(kTarget, kA, 1 * kMs);
  wire.Request(kTarget, 100 * kMs);
  wire.Probe(kTarget, 200 * kMs);
  wire.ProbeReply(kTarget, kA, 201 * kMs);
  wire.Unicast(kTarget, kA, 300 * kMs);
  wire.Reply(kTarget, kA, 301 * kMs);
  const Account account = wire.matcher.AccountOf(wire.Entry(kTarget), *wire.Find(kTarget, kA));
  CHECK(account.asked == 4);
  CHECK(account.probes == 1);
  CHECK(account.unicasts == 1);
  CHECK(account.request_replies == 2);
  CHECK(account.probe_replies == 1);
  CHECK(wire.Find(kTarget, kA)->last_at - wire.Find(kTarget, kA)->first_at == 300 * kMs);
}

TEST_CASE("broadcasts that are answered long after a unicast was not are counted") {
  Wire wire;
  wire.Request(kTarget, 0);
  wire.Reply(kTarget, kA, 1 * kMs);
  wire.Unicast(kTarget, kA, 100 * kMs);
  SUBCASE("and so tell a fabric from a host") {
    wire.Request(kTarget, 200 * kMs);
    wire.Reply(kTarget, kA, 201 * kMs);
    wire.Request(kTarget, 300 * kMs);
    wire.Reply(kTarget, kA, 301 * kMs);
    CHECK(wire.Find(kTarget, kA)->later_broadcasts == 2);
    CHECK_FALSE(wire.Find(kTarget, kA)->confirmed);
  }
  SUBCASE("not where the answer may be to the unicast, which came late") {
    wire.Request(kTarget, 110 * kMs);
    wire.Reply(kTarget, kA, 111 * kMs);
    CHECK(wire.Find(kTarget, kA)->later_broadcasts == 0);
  }
  SUBCASE("nor where the kernel asked meanwhile, by unicast perhaps") {
    wire.Request(kTarget, 200 * kMs);
    wire.Send(Wire::Frame(ARPOP_REQUEST, kOurMac, kOurIp, kA, {}, kTarget), true, 201 * kMs);
    wire.Reply(kTarget, kA, 202 * kMs);
    CHECK(wire.Find(kTarget, kA)->later_broadcasts == 0);
  }
}

}  // namespace arpsweep::test
