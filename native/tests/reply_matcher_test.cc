#include "core/sweep/reply_matcher.h"

#include <doctest/doctest.h>

#include "wire.h"

namespace arpsweep::test {

TEST_CASE("a reply to the only request has a round trip") {
  Wire wire;
  wire.Request(kTarget, 0);
  wire.Reply(kTarget, kA, 3 * kMs);
  REQUIRE(wire.Find(kTarget, kA) != nullptr);
  CHECK(wire.RoundTrip(kTarget, kA) == 3 * kMs);
  CHECK(wire.Find(kTarget, kA)->first_at == 1'700'000'000'000'000'000 + 3 * kMs);
  CHECK(wire.counters.transmitted.value() == 1);
  CHECK(wire.counters.received.value() == 1);
  CHECK(wire.counters.answered.value() == 1);
  CHECK(wire.state.Answered(5));
}

TEST_CASE("a reply that may belong to either of two requests has none, the one that cannot has") {
  Wire wire;
  wire.Request(kTarget, 0);
  wire.Request(kTarget, 1 * kMs);
  wire.Reply(kTarget, kA, 2 * kMs);
  CHECK(wire.RoundTrip(kTarget, kA) == kNoRoundTrip);
  wire.Reply(kTarget, kA, 4 * kMs);
  CHECK(wire.RoundTrip(kTarget, kA) == 3 * kMs);
}

TEST_CASE("a late reply shows how late hosts may be, whichever request it answers") {
  Wire wire;
  wire.Request(kTarget, 0);
  wire.Request(kTarget, 10 * kMs);
  wire.Reply(kTarget, kA, 310 * kMs);
  CHECK(wire.RoundTrip(kTarget, kA) == kNoRoundTrip);
  CHECK(wire.matcher.max_round_trip_ns() == 300 * kMs);
}

TEST_CASE("the smallest round trip is kept") {
  Wire wire;
  wire.Request(kTarget, 0);
  wire.Reply(kTarget, kA, 9 * kMs);
  wire.Request(kTarget, 20 * kMs);
  wire.Reply(kTarget, kA, 22 * kMs);
  wire.Request(kTarget, 40 * kMs);
  wire.Reply(kTarget, kA, 45 * kMs);
  CHECK(wire.RoundTrip(kTarget, kA) == 2 * kMs);
  CHECK(wire.Find(kTarget, kA)->first_round_trip_ns == 9 * kMs);
  CHECK(wire.matcher.max_round_trip_ns() == 9 * kMs);
}

TEST_CASE("after a clock step what was asked before has no round trip") {
  Wire wire;
  wire.Request(kTarget, 0);
  wire.matcher.OnClockStep(1001 * kMs);
  wire.Reply(kTarget, kA, 3 * kMs);
  CHECK(wire.RoundTrip(kTarget, kA) == kNoRoundTrip);
  CHECK(wire.state.Answered(5));
}

TEST_CASE("every MAC that answers is a responder of its own") {
  Wire wire;
  wire.Request(kTarget, 0);
  wire.Reply(kTarget, kA, 1 * kMs);
  wire.Reply(kTarget, kB, 2 * kMs);
  CHECK(wire.table.size() == 2);
  CHECK(wire.counters.answered.value() == 1);
  CHECK(wire.counters.received.value() == 2);
}

TEST_CASE("two MACs that answer one request are a conflict") {
  Wire wire;
  wire.Request(kTarget, 0);
  wire.Reply(kTarget, kA, 1 * kMs);
  CHECK_FALSE(wire.Conflict(kTarget));
  wire.Reply(kTarget, kB, 2 * kMs);
  CHECK(wire.Entry(kTarget).same_request);
}

TEST_CASE("a conflict shows even where one of four answers was lost and the requests were close") {
  Wire wire;
  wire.Request(kTarget, 0);
  wire.Request(kTarget, 1);
  wire.Reply(kTarget, kA, 1 * kMs);
  wire.Reply(kTarget, kA, 2 * kMs);
  CHECK_FALSE(wire.Conflict(kTarget));
  wire.Reply(kTarget, kB, 3 * kMs);
  CHECK(wire.Conflict(kTarget));
}

TEST_CASE("an address that moves from one machine to another is not a conflict") {
  Wire wire;
  wire.Request(kTarget, 0);
  wire.Reply(kTarget, kA, 1 * kMs);
  wire.Request(kTarget, 100 * kMs);
  wire.Reply(kTarget, kB, 101 * kMs);
  wire.Request(kTarget, 200 * kMs);
  wire.Reply(kTarget, kB, 201 * kMs);
  CHECK(wire.table.size() == 2);
  CHECK_FALSE(wire.Conflict(kTarget));
}

TEST_CASE("an address that comes back to the first machine is one") {
  Wire wire;
  wire.Request(kTarget, 0);
  wire.Reply(kTarget, kA, 1 * kMs);
  wire.Request(kTarget, 100 * kMs);
  wire.Reply(kTarget, kB, 101 * kMs);
  wire.Request(kTarget, 200 * kMs);
  wire.Reply(kTarget, kA, 201 * kMs);
  CHECK(wire.Entry(kTarget).alternated);
}

TEST_CASE("a unicast answer confirms, and counts for its responder alone") {
  Wire wire;
  wire.Request(kTarget, 0);
  wire.Reply(kTarget, kA, 1 * kMs);
  CHECK_FALSE(wire.Find(kTarget, kA)->confirmed);
  wire.Unicast(kTarget, kA, 50 * kMs);
  wire.Reply(kTarget, kA, 50 * kMs + 7);
  CHECK(wire.Find(kTarget, kA)->confirmed);
  CHECK(wire.RoundTrip(kTarget, kA) == 7);
  CHECK(wire.matcher.Asked(5) == 2);
  CHECK_FALSE(wire.Conflict(kTarget));
}

TEST_CASE("an answer that may still be to the broadcast does not confirm") {
  Wire wire;
  wire.Request(kTarget, 0);
  wire.Reply(kTarget, kA, 1 * kMs);
  wire.Request(kTarget, 10 * kMs);
  wire.Unicast(kTarget, kA, 11 * kMs);
  wire.Reply(kTarget, kA, 12 * kMs);
  CHECK_FALSE(wire.Find(kTarget, kA)->confirmed);
  wire.Reply(kTarget, kA, 13 * kMs);
  CHECK(wire.Find(kTarget, kA)->confirmed);
}

TEST_CASE("a broadcast answer lost long ago does not keep a later one from confirming") {
  Wire wire;
  wire.Request(kTarget, 0);
  wire.Request(kTarget, 10 * kMs);
  wire.Reply(kTarget, kA, 12 * kMs);
  wire.Unicast(kTarget, kA, 200 * kMs);
  wire.Reply(kTarget, kA, 201 * kMs);
  CHECK(wire.Find(kTarget, kA)->confirmed);
  CHECK(wire.RoundTrip(kTarget, kA) == 1 * kMs);
}

TEST_CASE("answers to probes are told from answers to requests") {
  Wire wire;
  wire.Request(kTarget, 0);
  wire.Probe(kTarget, 1 * kMs);
  wire.ProbeReply(kTarget, kA, 3 * kMs);
  REQUIRE(wire.Find(kTarget, kA) != nullptr);
  CHECK(wire.Find(kTarget, kA)->request_replies == 0);
  CHECK(wire.Find(kTarget, kA)->probe_replies == 1);
  CHECK(wire.RoundTrip(kTarget, kA) == 2 * kMs);
}

TEST_CASE("without a sender address everything is asked by probe") {
  Wire wire(0);
  wire.Request(kTarget, 0);
  wire.Reply(kTarget, kA, 2 * kMs);
  CHECK(wire.RoundTrip(kTarget, kA) == 2 * kMs);
  CHECK(wire.counters.transmitted.value() == 1);
}

TEST_CASE("a claim on our own address counts apart") {
  Wire wire;
  wire.Probe(kOurIp, 0);
  wire.ProbeReply(kOurIp, kB, 1 * kMs);
  CHECK(wire.counters.answered.value() == 0);
  CHECK(wire.counters.answered_own.value() == 1);
  CHECK(wire.table.size() == 1);
}

TEST_CASE("what answers no question of ours is no answer") {
  Wire wire;
  wire.Request(kTarget, 0);
  wire.Reply(0x0a000006, kA, 1);    // not asked
  wire.Reply(0x0b000006, kA, 1);    // not a target
  wire.ProbeReply(kTarget, kA, 1);  // never probed
  wire.Send(Wire::Frame(ARPOP_REPLY, kA, kTarget, kOurMac, kOurMac, 0x0a000077), false,
            1);                                                                // to another address
  wire.Send(Wire::Frame(ARPOP_REPLY, kA, kTarget, kB, kB, kOurIp), false, 1);  // to another machine
  wire.Send(Wire::Frame(ARPOP_REPLY, kA, kTarget, kBroadcastMac, kA, kTarget), false, 1);     // announcement
  wire.Send(Wire::Frame(ARPOP_REQUEST, kA, kTarget, kBroadcastMac, {}, kOurIp), false, 1);    // a question
  wire.Send(Wire::Frame(ARPOP_REPLY, kOurMac, kTarget, kOurMac, kOurMac, kOurIp), false, 1);  // our own MAC
  wire.Send(Wire::Frame(ARPOP_REPLY, kA, kTarget, kOurMac, kOurMac, kOurIp), false, 1, 100);  // another VLAN
  CHECK(wire.table.size() == 0);
  CHECK(wire.counters.unsolicited.value() == 9);
  CHECK(wire.counters.received.value() == 0);
}

TEST_CASE("a broadcast reply and one with a priority tag are answers") {
  Wire wire;
  wire.Request(kTarget, 0);
  wire.Request(kTarget + 1, 0);
  wire.Send(Wire::Frame(ARPOP_REPLY, kA, kTarget, kBroadcastMac, kOurMac, kOurIp), false, 1);
  ArpFrame tagged = Wire::Frame(ARPOP_REPLY, kB, kTarget + 1, kOurMac, kOurMac, kOurIp);
  tagged.tags[0] = {.protocol = ETH_P_8021Q, .control = 0xe000};
  tagged.tag_count = 1;
  wire.Send(tagged, false, 1);
  CHECK(wire.table.size() == 2);
}

TEST_CASE("no MAC is a MAC without a host") {
  Wire wire;
  wire.Request(kTarget, 0);
  wire.Reply(kTarget, MacAddress{}, 1);
  wire.Reply(kTarget, kBroadcastMac, 1);
  CHECK(wire.table.size() == 0);
  CHECK(wire.counters.malformed.value() == 2);
}

TEST_CASE("answers to others on this machine are not ours") {
  Wire wire;
  wire.ForeignRequest(kTarget, 0);
  wire.Reply(kTarget, kA, 1 * kMs);
  CHECK(wire.table.size() == 0);
  wire.Request(kTarget, 10 * kMs);
  wire.ForeignRequest(kTarget, 11 * kMs);
  wire.Reply(kTarget, kA, 12 * kMs);
  wire.Reply(kTarget, kA, 13 * kMs);
  REQUIRE(wire.Find(kTarget, kA) != nullptr);
  CHECK(wire.RoundTrip(kTarget, kA) == kNoRoundTrip);
  CHECK(wire.counters.transmitted.value() == 1);
  CHECK(wire.Entry(kTarget).foreign_requests == 2);
}

TEST_CASE("an answer proves a request that the ring did not show") {
  Wire wire;
  wire.state.AddQueued(5);
  wire.Reply(kTarget, kA, 1 * kMs);
  CHECK(wire.state.Transmitted(5) == 1);
  CHECK(wire.state.Answered(5));
  CHECK(wire.RoundTrip(kTarget, kA) == kNoRoundTrip);
}

TEST_CASE("a flood of replies with ever new MACs is bounded and counted") {
  Wire wire;
  wire.Request(kTarget, 0);
  for (uint64_t i = 0; i < 5000; ++i) wire.Reply(kTarget, MacAddress::FromKey(0x020000000100 + i), 1 * kMs);
  CHECK(wire.table.size() == ResponderTable::kMaxPerAddress);
  CHECK(wire.counters.overruns.value() == 5000 - ResponderTable::kMaxPerAddress);
  CHECK(wire.counters.received.value() == 5000);
  wire.Reply(kTarget, MacAddress::FromKey(0x020000000100), 2 * kMs);
  CHECK(wire.counters.overruns.value() == 5000 - ResponderTable::kMaxPerAddress);
}

}  // namespace arpsweep::test
