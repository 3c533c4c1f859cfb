// What the matcher does not see, or sees of others: it makes nothing of it that could be wrong.

#include <doctest/doctest.h>

#include "wire.h"

namespace arpsweep::test {

TEST_CASE("a request that the ring did not show makes no round trip of its answer and no conflict") {
  Wire wire;
  SUBCASE("the answer comes late, after the next request") {
    wire.state.AddQueued(5);
    wire.Request(kTarget, 100 * kMs);
    wire.Reply(kTarget, kA, 101 * kMs);
    CHECK(wire.RoundTrip(kTarget, kA) == kNoRoundTrip);
    wire.Reply(kTarget, kA, 103 * kMs);
    CHECK(wire.RoundTrip(kTarget, kA) == 3 * kMs);
  }
  SUBCASE("the address has moved meanwhile") {
    wire.Request(kTarget, 0);
    wire.Reply(kTarget, kA, 1 * kMs);
    wire.state.AddQueued(5);
    wire.Reply(kTarget, kB, 101 * kMs);
    CHECK_FALSE(wire.Conflict(kTarget));
  }
  SUBCASE("nor does one by unicast") {
    wire.Request(kTarget, 0);
    wire.Reply(kTarget, kA, 1 * kMs);
    wire.Request(kTarget, 100 * kMs);
    wire.Reply(kTarget, kB, 101 * kMs);
    wire.Find(kTarget, kB)->unicast_queued = 1;
    wire.Reply(kTarget, kB, 201 * kMs);
    CHECK_FALSE(wire.Conflict(kTarget));
  }
}

TEST_CASE("a time that holds about gives no round trip, and says which question was the later one") {
  Wire wire(kOurIp, false);
  wire.state.AddQueued(5);
  wire.times.Set(5, About(1000 * kMs));
  wire.Reply(kTarget, kA, 1 * kMs);
  REQUIRE(wire.Find(kTarget, kA) != nullptr);
  CHECK(wire.RoundTrip(kTarget, kA) == kNoRoundTrip);
  wire.Find(kTarget, kA)->unicast_queued = 1;
  wire.Find(kTarget, kA)->unicast_at = Exactly(1100 * kMs);
  SUBCASE("by unicast, which is answered") {
    wire.Reply(kTarget, kA, 102 * kMs);
    CHECK(wire.Find(kTarget, kA)->confirmed);
    CHECK(wire.RoundTrip(kTarget, kA) == 2 * kMs);
  }
  SUBCASE("by broadcast, which is answered while it is being sent") {
    wire.state.AddQueued(5);
    wire.times.Set(5, About(1300 * kMs));
    wire.Reply(kTarget, kA, 301 * kMs);
    CHECK_FALSE(wire.Find(kTarget, kA)->confirmed);
    CHECK(wire.RoundTrip(kTarget, kA) == kNoRoundTrip);
  }
}

TEST_CASE("an answer proves a probe that the ring did not show") {
  Wire wire;
  wire.state.AddProbeQueued(5);
  wire.ProbeReply(kTarget, kA, 1 * kMs);
  REQUIRE(wire.Find(kTarget, kA) != nullptr);
  CHECK(wire.RoundTrip(kTarget, kA) == kNoRoundTrip);
  CHECK(wire.counters.transmitted.value() == 1);
  CHECK(wire.matcher.Asked(5) == 1);
}

TEST_CASE("what a VLAN interface above the link sends is not ours") {
  Wire wire;
  wire.state.AddQueued(5);
  wire.Send(Wire::Frame(ARPOP_REQUEST, kOurMac, kOurIp, kBroadcastMac, {}, kTarget), true, 0, 100);
  CHECK(wire.counters.transmitted.value() == 0);
  CHECK(wire.state.Transmitted(5) == 0);
}

TEST_CASE("the kernel's unicast checks of a neighbour give no round trip and no conflict") {
  Wire wire;
  wire.Request(kTarget, 0);
  const auto kernel_asks = [&](int64_t at) {
    wire.Send(Wire::Frame(ARPOP_REQUEST, kOurMac, kOurIp, kA, {}, kTarget), true, at);
  };
  SUBCASE("of one that we have not heard yet") {
    kernel_asks(100 * kMs);
    wire.Reply(kTarget, kA, 101 * kMs);
    CHECK(wire.RoundTrip(kTarget, kA) == kNoRoundTrip);
  }
  SUBCASE("of one whose answer to us was lost") {
    wire.Reply(kTarget, kA, 2 * kMs);
    wire.Request(kTarget, 50 * kMs);
    kernel_asks(51 * kMs);
    wire.Reply(kTarget, kA, 51 * kMs + 1);
    CHECK(wire.RoundTrip(kTarget, kA) == 2 * kMs);
    wire.Request(kTarget, 100 * kMs);
    wire.Reply(kTarget, kA, 100 * kMs + 1);
    CHECK(wire.RoundTrip(kTarget, kA) == 2 * kMs);
  }
  SUBCASE("of one whose address then moves") {
    wire.Reply(kTarget, kA, 2 * kMs);
    kernel_asks(10 * kMs);
    wire.Reply(kTarget, kA, 11 * kMs);
    wire.Request(kTarget, 100 * kMs);
    wire.Reply(kTarget, kB, 101 * kMs);
    CHECK_FALSE(wire.Conflict(kTarget));
  }
  SUBCASE("and leave a unicast answer to us what it is") {
    wire.Reply(kTarget, kA, 2 * kMs);
    wire.Unicast(kTarget, kA, 50 * kMs);
    kernel_asks(51 * kMs);
    wire.Reply(kTarget, kA, 52 * kMs);
    CHECK_FALSE(wire.Find(kTarget, kA)->confirmed);
    wire.Reply(kTarget, kA, 53 * kMs);
    CHECK(wire.Find(kTarget, kA)->confirmed);
    CHECK(wire.matcher.RepliesOf(*wire.Find(kTarget, kA)) == 2);
    CHECK(wire.matcher.RepliesToOthers() == 1);
  }
}

}  // namespace arpsweep::test
