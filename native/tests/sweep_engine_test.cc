// The engine and its threads against a real kernel in another namespace. Runs under TSan as well.

#include "core/sweep/sweep_engine.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <string>
#include <thread>

#include "core/system/system_error.h"
#include "far_host.h"

namespace arpsweep::test {

TEST_SUITE("threads") {
  TEST_CASE("a range that a kernel answers for is found whole, and the numbers add up" * NeedsLab()) {
    FarHost far;
    far.config.targets = {{kBase, kBase + 4095}};
    SUBCASE("our frames are seen leaving") {
      far.config.rate = kProvenRate;
    }
    SUBCASE("at full speed they are not") {
      far.config.rate = kFullRate;
    }
    std::atomic<int> news{0};
    SweepEngine engine(far.config, [&news] { ++news; });
    engine.Start();
    std::vector<Record> heard(100);
    size_t drained = 0;
    REQUIRE(WaitFor([&] {
      drained += engine.Read(drained, heard);
      return IsDone(engine);
    }));
    while (const size_t more = engine.Read(drained, heard)) drained += more;
    const SweepStatus status = engine.Status();
    CHECK(status.outcome == SendOutcome::kSent);
    CHECK(drained == 4096);
    CHECK(status.answered == 4096);
    CHECK(status.untested == 0);
    CHECK(status.transmitted == status.queued);
    CHECK(news >= 1);

    std::vector<Record> records(5000);
    REQUIRE(engine.Read(0, records) == 4096);
    uint64_t asked = 0;
    uint64_t replies = 0;
    int timed = 0;
    for (size_t i = 0; i < 4096; ++i) {
      asked += records[i].asked;
      replies += records[i].replies;
      CHECK(records[i].asked >= 3);  // in a pass, once more to settle it, and by unicast
      CHECK(records[i].confirmed == Record::kConfirmed);
      CHECK(records[i].address_flags == 0);
      // A sender that was held up does not know when its frames left.
      if (std::isnan(records[i].rtt_ms) && !far.config.proves_sending()) continue;
      CHECK(records[i].rtt_ms > 0);
      ++timed;
    }
    CHECK(timed > 2048);
    CHECK(replies == status.received);
    CHECK(asked + 2 == status.transmitted);  // and two probes of our own address
  }

  TEST_CASE("with one pass each address is asked once and nothing follows" * NeedsLab()) {
    FarHost far;
    far.config.passes = 1;
    far.config.census = false;
    SweepEngine engine(far.config, kNothing);
    engine.Start();
    REQUIRE(WaitFor([&] { return IsDone(engine); }));
    CHECK(engine.Status().queued == 256 + 1);
    std::vector<Record> records(300);
    REQUIRE(engine.Read(0, records) == 256);
    CHECK(std::all_of(records.begin(), records.begin() + 256,
                      [](const Record& r) { return r.asked == 1 && r.confirmed == Record::kNotAsked; }));
  }

  TEST_CASE("a stop ends a slow sweep within 100 ms with what was heard" * NeedsLab()) {
    FarHost far;
    far.config.rate = 2;
    far.config.burst = 10;
    SweepEngine engine(far.config, kNothing);
    engine.Start();
    REQUIRE(WaitFor([&] { return engine.Status().answered >= 8; }));
    std::thread other([&engine] { engine.Stop(); });
    const int64_t before = MonotonicNs();
    REQUIRE(WaitFor([&] { return IsDone(engine); }));
    const int64_t took = MonotonicNs() - before;
    other.join();
    CHECK(took < 100'000'000);
    const SweepStatus status = engine.Status();
    CHECK(status.outcome == SendOutcome::kInterrupted);
    CHECK(status.answered + status.untested == 256);
    CHECK(engine.Untested(10).size() <= 10);
    CHECK(CountOf(engine.Untested(0)) == status.untested);
  }

  TEST_CASE("engines over the same targets at once do not count each other's answers" * NeedsLab()) {
    FarHost far;
    far.config.targets = {{kBase, kBase + 999}};
    SUBCASE("our frames are seen leaving") {
      far.config.rate = kProvenRate;
    }
    SUBCASE("at full speed they are not") {
      far.config.rate = kFullRate;
    }
    SweepConfig other = far.config;
    other.targets = {{kBase + 500, kBase + 1499}};
    other.seed = 2;
    SweepEngine a(far.config, kNothing);
    SweepEngine b(other, kNothing);
    a.Start();
    b.Start();
    REQUIRE(WaitFor([&] { return IsDone(a) && IsDone(b); }));
    for (SweepEngine* engine : {&a, &b}) {
      const SweepStatus status = engine->Status();
      CHECK(status.answered == 1000);
      CHECK(status.transmitted <= status.queued);
      std::vector<Record> records(2000);
      REQUIRE(engine->Read(0, records) == 1000);
      uint64_t replies = 0;
      for (size_t i = 0; i < 1000; ++i) {
        CHECK(records[i].replies <= records[i].asked);
        replies += records[i].replies;
      }
      CHECK(replies == status.received);
    }
  }

  TEST_CASE("an engine is closed twice, destroyed while it runs, and destroyed unstarted" * NeedsLab()) {
    FarHost far;
    far.config.rate = 1;
    {
      SweepEngine unstarted(far.config, kNothing);
      CHECK(unstarted.Status().untested == 256);
      CHECK(unstarted.Untested(10).size() == 1);
      unstarted.Close();
    }
    SweepEngine engine(far.config, kNothing);
    engine.Start();
    engine.Close();
    engine.Close();
    CHECK(engine.Status().outcome == SendOutcome::kInterrupted);
    SweepEngine running(far.config, kNothing);
    running.Start();
  }

  TEST_CASE("once done the results are final, and once closed nothing else is left" * NeedsLab()) {
    FarHost far;
    SUBCASE("of many addresses") {}
    SUBCASE("of few") {
      far.config.targets = {{kBase, kBase + 9}};
    }
    SweepEngine* running = nullptr;
    std::vector<SweepStatus> ends;
    // By the engine's own threads, one after the other.
    SweepEngine engine(far.config, [&] {
      const SweepStatus status = running->Status();
      if (status.state >= SweepStatus::State::kDone) ends.push_back(status);
    });
    running = &engine;
    const size_t held = CountDescriptors();
    engine.Start();
    REQUIRE(WaitFor([&] { return engine.Status().state == SweepStatus::State::kClosed; }));
    CHECK(CountDescriptors() == held);
    engine.Close();
    REQUIRE(ends.size() == 2);
    CHECK(ends[0].state == SweepStatus::State::kDone);
    CHECK(ends[0].answered == CountOf(far.config.targets));
    CHECK(ends[0].untested == 0);
    CHECK(ends[1].state == SweepStatus::State::kClosed);
    CHECK(ends[1].elapsed_ms == ends[0].elapsed_ms);
    CHECK(ends[1].received == ends[0].received);
    CHECK(ends[1].transmitted == ends[0].transmitted);
  }

  TEST_CASE("a link that does not exist is a system error that names the call" * NeedsLab()) {
    FarHost far;
    far.config.interface_index = 4711;
    SweepEngine engine(far.config, kNothing);
    try {
      engine.Start();
      FAIL("it started");
    } catch (const SystemError& error) {
      CHECK(error.errno_value() == ENODEV);
      CHECK(std::string(error.syscall()) == "bind AF_PACKET");
    }
  }

  TEST_CASE("a link that goes away in the middle leaves the rest untested" * NeedsLab()) {
    FarHost far;
    far.config.rate = 1000;
    far.config.targets = {{kBase, kBase + 4095}};
    SweepEngine engine(far.config, kNothing);
    engine.Start();
    REQUIRE(WaitFor([&] { return engine.Status().answered > 100; }));
    SUBCASE("deleted") {
      Run("ip link delete near");
      REQUIRE(WaitFor([&] { return IsDone(engine); }));
      CHECK(engine.Status().outcome == SendOutcome::kLinkGone);
    }
    SUBCASE("its far namespace deleted") {
      Run("ip netns delete far");
      REQUIRE(WaitFor([&] { return IsDone(engine); }));
      CHECK(engine.Status().outcome == SendOutcome::kLinkGone);
    }
    SUBCASE("down") {
      Run("ip link set near down");
      REQUIRE(WaitFor([&] { return IsDone(engine); }));
      CHECK(engine.Status().outcome == SendOutcome::kLinkDown);
    }
    SUBCASE("without carrier") {
      Run("ip -n far link set far down");
      REQUIRE(WaitFor([&] { return IsDone(engine); }));
      CHECK(engine.Status().outcome == SendOutcome::kLinkDown);
    }
    const SweepStatus status = engine.Status();
    CHECK(status.answered > 100);
    CHECK(status.untested > 3000);
    CHECK(CountOf(engine.Untested(0)) == status.untested);
    CHECK(status.answered + status.untested == 4096);
  }

  TEST_CASE("after a flap what fell into it is asked again" * NeedsLab()) {
    FarHost far;
    far.config.rate = 3000;
    far.config.passes = 1;
    far.config.census = false;
    far.config.targets = {{kBase, kBase + 4095}};
    SweepEngine engine(far.config, kNothing);
    engine.Start();
    REQUIRE(WaitFor([&] { return engine.Status().answered > 1000; }));
    SUBCASE("of our end") {
      Run("ip link set near down && ip link set near up");
    }
    SUBCASE("of the other end") {
      Run("ip -n far link set far down && ip -n far link set far up");
    }
    REQUIRE(WaitFor([&] { return IsDone(engine); }));
    const SweepStatus status = engine.Status();
    CHECK(status.outcome == SendOutcome::kSent);
    CHECK(status.link_flaps >= 1);
    CHECK(status.answered == 4096);
    CHECK(status.untested == 0);
  }

  TEST_CASE("an egress filter that drops all ends the sweep, one that drops some leaves these untested" *
            NeedsLab()) {
    FarHost far;
    far.config.targets = {{kBase, kBase + 127}};
    Run("nft add table netdev block && nft 'add chain netdev block out { type filter hook egress device near "
        "priority 0; }'");
    std::string rule = "nft add rule netdev block out ether type arp ";
    SUBCASE("all") {
      Run(rule + "drop");
      SweepEngine engine(far.config, kNothing);
      engine.Start();
      REQUIRE(WaitFor([&] { return IsDone(engine); }, 5000));
      CHECK(engine.Status().outcome == SendOutcome::kSendBlocked);
      CHECK(engine.Status().untested == 128);
      CHECK(engine.Status().send_errors > 0);
      CHECK(engine.Status().queued == 0);
    }
    SUBCASE("some") {
      Run(rule + "arp daddr ip 10.99.0.7 drop");
      SweepEngine engine(far.config, kNothing);
      engine.Start();
      REQUIRE(WaitFor([&] { return IsDone(engine); }, 10'000));
      CHECK(engine.Status().outcome == SendOutcome::kSent);
      CHECK(engine.Status().answered == 127);
      const auto untested = engine.Untested(10);
      REQUIRE(untested.size() == 1);
      CHECK(untested[0].first == kBase + 7);
      CHECK(untested[0].last == kBase + 7);
    }
    SUBCASE("a subnet") {
      far.config.targets = {{kBase, kBase + 511}};
      Run(rule + "arp daddr ip 10.99.1.0/24 drop");
      SweepEngine engine(far.config, kNothing);
      engine.Start();
      REQUIRE(WaitFor([&] { return IsDone(engine); }, 30'000));
      CHECK(engine.Status().outcome == SendOutcome::kSent);
      CHECK(engine.Status().passes == 2);
      CHECK(engine.Status().answered == 256);
      const auto untested = engine.Untested(10);
      REQUIRE(untested.size() == 1);
      CHECK(untested[0].first == kBase + 256);
      CHECK(untested[0].last == kBase + 511);
    }
    Run("nft delete table netdev block");
  }
}

}  // namespace arpsweep::test
