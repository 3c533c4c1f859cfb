#include "core/sweep/regulator.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "simulated_wire.h"

namespace arpsweep::test {
namespace {

constexpr double kUnpaced = std::numeric_limits<double>::infinity();
constexpr double kStartRate = 10'000;
constexpr double kMachine = 100'000;  // frames per second that it can send
constexpr uint64_t kSeeds = 20;

// Frames per second.
struct Traffic {
  double sent = 0;
  double passed = 0;
};

// A sender that does what the regulator says, at a wire with hosts that always answer: of each pilot it is
// known 5 ms later that it was answered, or 15 ms later that it was not.
class Drive {
 public:
  Drive(const WireConditions& conditions, uint64_t seed, double ceiling = kUnpaced, double start = kStartRate)
      : regulator(start, ceiling), wire_(conditions, now_, seed), choice_(seed + 1000) {}

  // The wire changes.
  void Replace(const WireConditions& conditions) { wire_ = SimulatedWire(conditions, now_, 1); }

  Traffic Run(int64_t duration) {
    uint64_t sent = 0;
    uint64_t passed = 0;
    for (const int64_t end = now_ + duration; now_ < end; ++sent) {
      now_ += static_cast<int64_t>(kSimSecond / std::min(regulator.rate(), kMachine));
      if (regulator.pilots_only() && now_ < regulator.quiet_from()) now_ = regulator.quiet_from();
      const bool pilot = regulator.pilots_only() || choice_.Happens(regulator.pilot_share());
      const bool passes = wire_.Passes(now_);
      passed += passes ? 1 : 0;
      if (pilot) pilots_.push_back({regulator.OnPilot(now_), now_, !passes});
      ++frames_;
      if (now_ - judged_at_ >= kJudgeNs) Judge();
    }
    const double seconds = static_cast<double>(duration) / kSimSecond;
    return {static_cast<double>(sent) / seconds, static_cast<double>(passed) / seconds};
  }

  // Goes on until a condition holds, or so long. @returns whether it does.
  template <typename Condition>
  bool RunUntil(Condition condition, int64_t longest = 20 * kSimSecond) {
    for (const int64_t end = now_ + longest; now_ < end && !condition();) Run(kSimMs);
    return condition();
  }

  int64_t now() const { return now_; }
  uint64_t verdicts(Verdict verdict) const { return verdicts_[static_cast<size_t>(verdict)]; }
  bool is_unpaced() const { return std::isinf(regulator.rate()); }
  bool has_met_limit() const { return regulator.limit() > 0; }

  Regulator regulator;

 private:
  static constexpr int64_t kJudgeNs = kSimMs / 5;
  static constexpr int64_t kMeasureNs = 5 * kSimMs;

  struct Pilot {
    uint64_t epoch;
    int64_t at;
    bool lost;
  };

  void Judge() {
    judged_at_ = now_;
    std::erase_if(pilots_, [this](const Pilot& pilot) {
      if (now_ < pilot.at + (pilot.lost ? 15 : 5) * kSimMs) return false;
      regulator.OnOutcome(pilot.epoch, pilot.lost);
      return true;
    });
    if (now_ - measured_at_ >= kMeasureNs) {
      const auto frames = static_cast<double>(frames_ - measured_);
      achieved_ = frames * kSimSecond / static_cast<double>(now_ - measured_at_);
      measured_at_ = now_;
      measured_ = frames_;
    }
    regulator.OnFrames(static_cast<uint32_t>(frames_ - noted_), false);
    noted_ = frames_;
    while (true) {
      const Verdict verdict = regulator.Judge(now_, achieved_);
      if (verdict == Verdict::kOpen) break;
      ++verdicts_[static_cast<size_t>(verdict)];
      REQUIRE(regulator.vouched_until() <= now_);
    }
  }

  int64_t now_ = 100 * kSimSecond;
  SimulatedWire wire_;
  SimulatedChance choice_;
  std::vector<Pilot> pilots_;
  int64_t judged_at_ = 0;
  int64_t measured_at_ = now_;
  uint64_t frames_ = 0;
  uint64_t measured_ = 0;
  uint64_t noted_ = 0;
  double achieved_ = 0;
  std::array<uint64_t, 4> verdicts_{};
};

}  // namespace

TEST_CASE("regulator: on a clean wire the rate soon is all that the machine can do, and nothing is lost") {
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    CAPTURE(seed);
    Drive drive({}, seed);
    CHECK(drive.RunUntil([&] { return drive.is_unpaced(); }, kSimSecond / 4));
    drive.Run(kSimSecond);
    CHECK(drive.is_unpaced());
    CHECK(drive.verdicts(Verdict::kLost) == 0);
    CHECK(drive.verdicts(Verdict::kUsual) > 10);
    CHECK_FALSE(drive.has_met_limit());
  }
}

TEST_CASE("regulator: the ceiling is reached and kept") {
  for (const double ceiling : {500.0, 5'000.0, 100'000.0}) {
    CAPTURE(ceiling);
    Drive drive({}, 1, ceiling, std::min(1000.0, ceiling / 10));
    CHECK(drive.RunUntil([&] { return drive.regulator.rate() == ceiling; }));
    CHECK_FALSE(drive.RunUntil([&] { return drive.regulator.rate() > ceiling; }, 2 * kSimSecond));
  }
}

TEST_CASE("regulator: a limit is found where questions are lost at random as well") {
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    CAPTURE(seed);
    Drive drive({.request_loss = 0.3, .police = 20'000}, seed);
    CHECK(drive.RunUntil([&] { return drive.has_met_limit(); }, 10 * kSimSecond));
    drive.Run(10 * kSimSecond);
    const Traffic traffic = drive.Run(20 * kSimSecond);
    CHECK(traffic.sent <= 1.2 * 20'000);
    CHECK(traffic.passed >= 0.4 * 0.7 * 20'000);
  }
}

TEST_CASE("regulator: loss at random is no reason to go slower") {
  for (const double share : {0.1, 0.3, 0.5}) {
    for (uint64_t seed = 0; seed < kSeeds; ++seed) {
      CAPTURE(share);
      CAPTURE(seed);
      Drive drive({.request_loss = share}, seed);
      CHECK(drive.RunUntil([&] { return drive.is_unpaced(); }, kSimSecond));
      CHECK(drive.Run(2 * kSimSecond).sent >= 0.9 * kMachine);
    }
  }
}

TEST_CASE("regulator: a policer is met, and the rate settles just below it") {
  for (const double police : {2'000.0, 20'000.0}) {
    for (uint64_t seed = 0; seed < kSeeds; ++seed) {
      CAPTURE(police);
      CAPTURE(seed);
      Drive drive({.police = police}, seed);
      CHECK(drive.RunUntil([&] { return drive.has_met_limit(); }, 2 * kSimSecond));
      drive.Run(8 * kSimSecond);
      const Traffic traffic = drive.Run(10 * kSimSecond);
      CHECK(traffic.passed >= 0.7 * police);
      CHECK(traffic.passed >= 0.97 * traffic.sent);
    }
  }
}

TEST_CASE("regulator: bursts of loss, again and again, leave most of the rate") {
  for (const int64_t length : {5 * kSimMs, 50 * kSimMs}) {
    for (uint64_t seed = 0; seed < kSeeds / 4; ++seed) {
      CAPTURE(length);
      CAPTURE(seed);
      Drive drive({.burst_every = 20 * length, .burst_length = length}, seed);
      drive.Run(40 * kSimSecond);
      CHECK(drive.Run(10 * kSimSecond).passed >= 0.3 * kMachine);
    }
  }
}

TEST_CASE("regulator: a loss that passes by costs what was lost and no rate") {
  for (const int64_t length : {5 * kSimMs, 50 * kSimMs}) {
    for (uint64_t seed = 0; seed < kSeeds; ++seed) {
      CAPTURE(length);
      CAPTURE(seed);
      Drive drive({.outage_at = kSimSecond, .outage_length = length}, seed);
      drive.Run(kSimSecond - kSimMs);
      REQUIRE(drive.is_unpaced());
      drive.Run(2 * kSimSecond);
      CHECK(drive.is_unpaced());
      CHECK_FALSE(drive.has_met_limit());
      CHECK(drive.Run(kSimSecond).passed >= 0.95 * kMachine);
    }
  }
}

TEST_CASE("regulator: under storm control the rate settles where next to nothing is lost") {
  struct Storm {
    uint32_t frames;
    int64_t window;
  };
  for (const Storm storm : {Storm{400, 200 * kSimMs}, Storm{2000, kSimSecond}}) {
    for (uint64_t seed = 0; seed < kSeeds; ++seed) {
      CAPTURE(storm.window);
      CAPTURE(seed);
      Drive drive({.storm_frames = storm.frames, .storm_window = storm.window}, seed);
      drive.Run(20 * kSimSecond);
      const Traffic traffic = drive.Run(20 * kSimSecond);
      CHECK(traffic.passed >= 0.7 * 2000);
      CHECK(traffic.passed >= 0.95 * traffic.sent);
    }
  }
}

TEST_CASE("regulator: a limit that goes away is not kept for ever, one that comes is met") {
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    CAPTURE(seed);
    Drive drive({.police = 2'000}, seed, 20'000);
    REQUIRE(drive.RunUntil([&] { return drive.has_met_limit(); }));
    drive.Run(10 * kSimSecond);
    drive.Replace({});
    CHECK(drive.RunUntil([&] { return drive.regulator.rate() > 2 * 2'000; }, 300 * kSimSecond));
    drive.Replace({.police = 1'000});
    drive.Run(20 * kSimSecond);
    CHECK(drive.Run(20 * kSimSecond).passed >= 0.5 * 1'000);
  }
}

TEST_CASE("regulator: without anybody to ask again, no faster than a switch's processor survives") {
  for (const double ceiling : {5'000.0, kUnpaced}) {
    CAPTURE(ceiling);
    Regulator regulator(1000, ceiling);
    for (int i = 0; i < 10'000; ++i) {
      regulator.OnFrames(64, true);
      REQUIRE(regulator.rate() >= 1000);
      REQUIRE(regulator.rate() <= std::min(ceiling, 10'000.0));
    }
    CHECK(regulator.rate() == std::min(ceiling, 10'000.0));
  }
}

TEST_CASE("regulator: what this machine drops lowers the rate, never below its start, and for a while") {
  Drive drive({}, 1);
  REQUIRE(drive.RunUntil([&] { return drive.is_unpaced(); }));
  drive.Run(100 * kSimMs);
  drive.regulator.OnOwnDrops(drive.now());
  CHECK(drive.regulator.rate() < 0.75 * kMachine);
  CHECK(drive.regulator.rate() >= kStartRate);
  for (int i = 0; i < 20; ++i) drive.regulator.OnOwnDrops(drive.now());
  CHECK(drive.regulator.rate() >= kStartRate);
  CHECK(drive.RunUntil([&] { return drive.is_unpaced(); }, 2 * kSimSecond));
}

TEST_CASE("regulator: an experiment ends though nobody answers any more") {
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    CAPTURE(seed);
    Drive drive({.outage_at = kSimSecond, .outage_length = 3600 * kSimSecond}, seed);
    drive.Run(kSimSecond);
    CHECK(drive.RunUntil([&] { return drive.regulator.experimenting(); }));
    CHECK(drive.RunUntil([&] { return !drive.regulator.experimenting(); }, 10 * kSimSecond));
  }
}

TEST_CASE("regulator: an experiment whose pilots have no fate ends as well") {
  Drive drive({.outage_at = 0, .outage_length = 3600 * kSimSecond}, 1);
  REQUIRE(drive.RunUntil([&] { return drive.regulator.experimenting(); }));
  int64_t now = drive.now();
  for (const int64_t end = now + 10 * kSimSecond; now < end && drive.regulator.experimenting();
       now += kSimMs) {
    drive.regulator.OnPilot(now);
    drive.regulator.Judge(now, 0);
  }
  CHECK_FALSE(drive.regulator.experimenting());
}

TEST_CASE("regulator: pilots of an epoch that is over say nothing") {
  Regulator regulator(kStartRate, kUnpaced);
  const int64_t now = kSimSecond;
  const uint64_t first = regulator.OnPilot(now);
  regulator.Forget(now);
  for (int i = 0; i < 1000; ++i) regulator.OnOutcome(first, true);
  CHECK(regulator.Judge(now, kStartRate) == Verdict::kOpen);
  CHECK(regulator.rate() == kStartRate);
  CHECK_FALSE(regulator.experimenting());
}

TEST_CASE("regulator: what was learnt is forgotten on demand") {
  Drive drive({.police = 2'000}, 1);
  REQUIRE(drive.RunUntil([&] { return drive.has_met_limit(); }));
  drive.regulator.Forget(drive.now());
  CHECK(drive.regulator.limit() == 0);
  CHECK(drive.regulator.rate() == kStartRate);
  CHECK_FALSE(drive.regulator.careful());
  CHECK_FALSE(drive.regulator.experimenting());
}

}  // namespace arpsweep::test
