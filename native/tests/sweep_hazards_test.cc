// What may go wrong around an engine: others at work on its link, links that come and go, frames that are
// refused. Runs under TSan as well.

#include <doctest/doctest.h>

#include <string>

#include "far_host.h"

namespace arpsweep::test {

TEST_SUITE("threads") {
  TEST_CASE("an engine ends while another one keeps the link busy" * NeedsLab()) {
    FarHost far;
    SweepConfig endless = far.config;
    endless.rate = 2000;
    endless.targets = {{kBase, kBase + 0xffff}};
    SweepEngine busy(endless, kNothing);
    busy.Start();
    REQUIRE(WaitFor([&] { return busy.Status().answered > 0; }));
    SweepEngine engine(far.config, kNothing);
    engine.Start();
    SUBCASE("by itself") {}
    SUBCASE("when it is stopped") {
      engine.Stop();
    }
    CHECK(WaitFor([&] { return IsDone(engine); }, 5000));
    CHECK_FALSE(IsDone(busy));
  }

  TEST_CASE("without a sender address the probes of a named target are its requests" * NeedsLab()) {
    FarHost far;
    far.config.request.sender_ip = 0;
    far.config.own = {};
    far.config.targets = {{kBase, kBase}};
    far.config.named = far.config.targets;
    SweepEngine engine(far.config, kNothing);
    engine.Start();
    REQUIRE(WaitFor([&] { return IsDone(engine); }));
    const SweepStatus status = engine.Status();
    CHECK(status.transmitted == status.queued);
    Record record{};
    REQUIRE(engine.Read(0, {&record, 1}) == 1);
    CHECK(record.asked == status.queued);
    CHECK(record.replies == record.asked);
    CHECK(record.confirmed == Record::kConfirmed);
    CHECK(record.rtt_ms > 0);
  }

  TEST_CASE("our own address among the targets is neither asked like them nor untested" * NeedsLab()) {
    FarHost far;
    far.config.rate = 1;
    far.config.targets = {{kNearIp - 10, kNearIp + 1}};
    SweepEngine engine(far.config, kNothing);
    engine.Start();
    REQUIRE(WaitFor([&] { return engine.Status().transmitted > 0; }));
    engine.Stop();
    REQUIRE(WaitFor([&] { return IsDone(engine); }));
    const SweepStatus status = engine.Status();
    CHECK(status.untested == 11 + 1 - status.transmitted);  // the first question was our own probe
    const auto untested = engine.Untested(0);
    CHECK(CountOf(untested) == status.untested);
    for (const AddressRange& range : untested) CHECK((kNearIp < range.first || kNearIp > range.last));
  }

  TEST_CASE("what other links do makes the gap of a flap no wider" * NeedsLab()) {
    FarHost far;
    far.config.rate = 500;
    far.config.passes = 1;
    far.config.census = false;
    far.config.targets = {{kBase + 0x8000, kBase + 0x8000 + 2500}};  // nobody answers there
    SweepEngine engine(far.config, kNothing);
    engine.Start();
    REQUIRE(WaitFor([&] { return engine.Status().queued > 50; }));
    Run("ip link set near down && ip link set near up");
    REQUIRE(WaitFor([&] { return engine.Status().link_flaps == 1; }));
    while (!IsDone(engine)) Run("ip link add other type veth && ip link delete other");
    CHECK(engine.Status().untested == 0);
    CHECK(engine.Status().queued < 2 * 2500);
  }

  TEST_CASE("a single target that is refused leaves the sweep blocked" * NeedsLab()) {
    FarHost far;
    far.config.own = {};
    far.config.targets = {{kBase, kBase}};
    Run("nft add table netdev block && nft 'add chain netdev block out { type filter hook egress device near "
        "priority 0; }' && nft add rule netdev block out ether type arp drop");
    SweepEngine engine(far.config, kNothing);
    engine.Start();
    REQUIRE(WaitFor([&] { return IsDone(engine); }));
    CHECK(engine.Status().outcome == SendOutcome::kSendBlocked);
    CHECK(engine.Status().untested == 1);
    Run("nft delete table netdev block");
  }
}

}  // namespace arpsweep::test
