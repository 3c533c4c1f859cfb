// Sweeps of simulated wires, many of each kind: what is promised of completeness and time, whatever the wire
// does.

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "simulated_runs.h"

namespace arpsweep::test {
namespace {

constexpr double kMostly = 0.99;        // share of runs that find every live host
constexpr double kLimited = 29.0 / 30;  // behind what lets so many frames through and no more

struct Promise {
  double complete = kMostly;
  double median = 0;  // seconds, at the most; 0: nothing is said
  double p95 = 0;
};

// A /16 with 301 live hosts at `--rate auto:max`.
SimulatedSweep Sparse(const WireConditions& wire) {
  return {.wire = wire};
}
// The same in little, for many runs.
SimulatedSweep Small(const WireConditions& wire) {
  return {.addresses = 4096, .live = 40, .wire = wire};
}
// A /24 at the rate, burst and ceiling that it has by default.
SimulatedSweep Default(const WireConditions& wire, uint32_t live = 20) {
  return {.addresses = 254, .live = live, .rate = 1000, .ceiling = 5000, .wire = wire};
}

std::string Join(const std::vector<uint64_t>& seeds) {
  std::string text;
  for (const uint64_t seed : seeds) text += " " + std::to_string(seed);
  return text;
}

// Each pass asks each address, and again what was lost with others; beside that there are pilots, and the
// questions of experiments and of the census. What is asked again is a few times the range at the most.
void CheckFrames(const SimulatedSweep& sweep, const SimulatedResult& result) {
  constexpr uint64_t kBeside = 10'000;
  const uint64_t addresses = sweep.addresses;
  CHECK(result.frames <= 2 * (result.passes * addresses + result.asked_again) + kBeside);
  CHECK(result.asked_again <= result.passes * (5 * addresses + kBeside));
}

void Check(const SimulatedSweep& sweep, uint32_t count, const Promise& promise = {}) {
  const SimulatedRuns runs(sweep, count);
  const double median = runs.median();
  CAPTURE(Join(runs.incomplete));
  CAPTURE(runs.missed);
  CAPTURE(runs.predicted);
  CAPTURE(median);
  CHECK(static_cast<double>(runs.incomplete.size()) <= std::ceil((1 - promise.complete) * count - 1e-9));
  if (promise.median > 0) CHECK(median <= promise.median);
  if (promise.p95 > 0) CHECK(runs.p95() <= promise.p95);
  CHECK(runs.longest() <= 5 * median);
  // Of what it misses a sweep knows, as far as chance goes.
  const double predicted = 1.5 * runs.predicted;
  CHECK(static_cast<double>(runs.missed) <= predicted + 2 * std::sqrt(predicted) + 1);
  for (const SimulatedResult& result : runs.results) {
    REQUIRE(result.outcome == SendOutcome::kSent);
    REQUIRE(result.untested == 0);
    CheckFrames(sweep, result);
  }
}

}  // namespace

TEST_CASE("simulated: a clean wire is swept at full speed") {
  Check(Sparse({}), 10, {.median = 0.9, .p95 = 0.9});
  Check(Small({}), 100);
}

TEST_CASE("simulated: with requests or replies lost at random, at a rate that the machine allows") {
  // Of a machine that sends 400,000 frames/s: passes are what costs.
  struct Lossy {
    WireConditions wire;
    double p95;
  };
  for (const Lossy& lossy : {Lossy{{.request_loss = 0.1}, 1.6}, Lossy{{.request_loss = 0.3}, 2.6},
                             Lossy{{.request_loss = 0.5}, 4.2}, Lossy{{.reply_loss = 0.3}, 2.6}}) {
    CAPTURE(lossy.wire.request_loss);
    CAPTURE(lossy.wire.reply_loss);
    Check(Sparse(lossy.wire), 3, {.p95 = lossy.p95});
  }
}

TEST_CASE("simulated: with requests lost at random in many small ranges") {
  for (const double share : {0.1, 0.3, 0.5}) {
    CAPTURE(share);
    Check(Small({.request_loss = share}), 20);
    Check(Default({.request_loss = share}), 60);
    Check(Default({.request_loss = share}, 3), 60, {.complete = 0.95});
  }
}

TEST_CASE("simulated: with loss at both ends") {
  Check(Small({.request_loss = 0.3, .reply_loss = 0.3}), 15);
  Check(Small({.request_loss = 0.1, .odd_hosts = 10, .odd_loss = 0.6}), 6, {.complete = 0.8});
}

TEST_CASE("simulated: at a fixed rate, which passes make up for") {
  SimulatedSweep sweep = Default({.request_loss = 0.3});
  sweep.ceiling = sweep.rate;
  Check(sweep, 50);
}

TEST_CASE("simulated: a policer of 2,000 frames per second") {
  constexpr double kBound = 65'536 / 2'000.0;
  Check(Sparse({.police = 2'000}), 10, {.complete = kLimited, .median = 1.3 * kBound + 0.7});
}

TEST_CASE("simulated: a policer of 20,000 frames per second") {
  constexpr double kBound = 65'536 / 20'000.0;
  Check(Sparse({.police = 20'000}), 10, {.complete = kLimited, .median = 1.5 * kBound + 0.7});
}

TEST_CASE("simulated: a policer of 2,000 frames per second, met from the default rate") {
  SimulatedSweep sweep = Sparse({.police = 2'000});
  sweep.rate = 1000;
  sweep.ceiling = 5000;
  Check(sweep, 10, {.complete = kLimited, .p95 = 45});
}

TEST_CASE("simulated: policers met by small ranges, and by the first burst") {
  Check(Small({.police = 2'000}), 60, {.complete = kLimited});
  Check(Small({.police = 20'000}), 60, {.complete = kLimited});
  Check(Default({.police = 300}), 60, {.complete = 0.95});
}

TEST_CASE("simulated: a policer on a wire that loses at random as well") {
  Check(Sparse({.request_loss = 0.3, .police = 20'000}), 3, {.complete = 0.6});
}

TEST_CASE("simulated: storm control") {
  constexpr uint32_t kFrames = 2'000;  // a second
  for (const int64_t window : {kSimSecond / 5, kSimSecond}) {
    CAPTURE(window);
    const auto frames = static_cast<uint32_t>(kFrames * window / kSimSecond);
    const WireConditions wire{.storm_frames = frames, .storm_window = window};
    Check(Sparse(wire), 3, {.complete = 0.3, .median = 65, .p95 = 130});
    Check(Small(wire), 20, {.complete = 0.95});
  }
}

TEST_CASE("simulated: bursts of loss") {
  for (const int64_t length : {5 * kSimMs, 50 * kSimMs}) {
    CAPTURE(length);
    const WireConditions wire{.burst_every = 20 * length, .burst_length = length};
    Check(Sparse(wire), 5);
    Check(Small(wire), 40);
    Check(Default(wire), 60);
  }
}

TEST_CASE("simulated: bursts of loss at the default rate, for long") {
  for (const int64_t length : {5 * kSimMs, 50 * kSimMs}) {
    CAPTURE(length);
    SimulatedSweep sweep = Small({.burst_every = 20 * length, .burst_length = length});
    sweep.rate = 1000;
    sweep.ceiling = 5000;
    Check(sweep, 60);
  }
}

TEST_CASE("simulated: hosts that answer once a second at the most") {
  Check(Small({.odd_hosts = 4, .odd_interval = kSimSecond}), 30);
  Check(Small({.odd_hosts = 40, .odd_interval = kSimSecond}), 30);
}

TEST_CASE("simulated: hosts that answer after 100 to 300 ms") {
  for (const uint32_t late : {4U, 40U}) {
    CAPTURE(late);
    Check(Small({.odd_hosts = late, .odd_delay_least = 100 * kSimMs, .odd_delay_most = 300 * kSimMs}), 30);
  }
}

TEST_CASE("simulated: few hosts, or one") {
  for (const uint32_t live : {1U, 3U}) {
    CAPTURE(live);
    SimulatedSweep sweep = Small({});
    sweep.live = live;
    Check(sweep, 40);
    Check(Default({}, live), 60);
  }
}

TEST_CASE("simulated: where nobody answers, nothing is estimated") {
  for (const double share : {0.0, 0.3}) {
    SimulatedSweep sweep = Small({.request_loss = share});
    sweep.live = 0;
    for (const SimulatedResult& result : SimulatedRuns(sweep, 10).results) {
      CHECK(std::isnan(result.completeness.loss));
      CHECK(std::isnan(result.completeness.expected_missed));
      CHECK(result.seconds < 2);
    }
  }
}

TEST_CASE("simulated: a range of which every address answers") {
  SimulatedSweep sweep = Small({});
  sweep.live = sweep.addresses;
  Check(sweep, 8);
  sweep.wire.request_loss = 0.3;
  Check(sweep, 8);
}

TEST_CASE("simulated: a /24 with 20 hosts takes no longer than a person notices") {
  Check(Default({}), 100, {.complete = 1, .median = 0.45, .p95 = 0.5});
}

TEST_CASE("simulated: answers that our own ring has no room for are asked for again") {
  SimulatedSweep sweep = Small({.ring_answers = 40});
  sweep.live = sweep.addresses;
  const SimulatedRuns runs(sweep, 20);
  for (const SimulatedResult& result : runs.results) {
    REQUIRE(result.drops > 0);
    CHECK(result.found == sweep.live);
    CHECK(result.asked_again > 0);
    CheckFrames(sweep, result);
  }
}

TEST_CASE("simulated: on a wire that loses nothing each silent address is asked once a pass") {
  for (const double rate : {10'000.0, std::numeric_limits<double>::infinity()}) {
    for (const uint32_t passes : {1U, 2U, 5U}) {
      CAPTURE(rate);
      CAPTURE(passes);
      SimulatedSweep sweep = Small({.hiccup_share = 0});
      sweep.rate = rate;
      sweep.passes = passes;
      sweep.adaptive = false;
      for (const SimulatedResult& result : SimulatedRuns(sweep, 10).results) {
        CHECK(result.missed == 0);
        CHECK(result.passes == passes);
        CHECK(result.silent_asked_least == passes);
        CHECK(result.silent_asked_most == passes);
      }
    }
  }
}

TEST_CASE("simulated: named addresses that are silent get their requests, and others no more for it") {
  SimulatedSweep sweep = Small({});
  sweep.named = 50;
  sweep.named_requests = 9;
  for (const SimulatedResult& result : SimulatedRuns(sweep, 10).results) {
    CHECK(result.named_asked_least == 9);
    CHECK(result.others_asked_most == result.passes);
    CHECK(result.passes < 9);
  }
}

TEST_CASE("simulated: with one pass each address is asked once, whoever answers, and nothing follows") {
  SimulatedSweep sweep = Small({});
  sweep.passes = 1;
  for (const SimulatedResult& result : SimulatedRuns(sweep, 10).results) {
    CHECK(result.frames == sweep.addresses);
    CHECK(std::isnan(result.completeness.loss));
    CHECK(std::isnan(result.completeness.expected_missed));
  }
}

TEST_CASE("simulated: a stop leaves the rest untested and takes nothing back") {
  SimulatedSweep sweep = Small({.request_loss = 0.3});
  sweep.rate = 1000;
  sweep.ceiling = 5000;
  sweep.stop_after = kSimSecond / 2;
  for (const SimulatedResult& result : SimulatedRuns(sweep, 20).results) {
    CHECK(result.outcome == SendOutcome::kInterrupted);
    CHECK(result.seconds < 0.51);
    CHECK(result.untested > 0);
    CHECK(result.untested + result.frames >= sweep.addresses);
  }
}

}  // namespace arpsweep::test
