#include "core/sweep/loss_estimator.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <random>
#include <utility>
#include <vector>

namespace arpsweep {
namespace {

using Random = std::mt19937_64;

double Uniform(Random& random) {
  return static_cast<double>(random() >> 11) * 0x1p-53;
}

struct Wire {
  uint32_t hosts = 301;
  uint64_t addresses = 65'536;
  std::function<double(Random&)> loss;  // of one host
  double pilots = 2;                    // to each host that has answered, in each pass, on average
  double burst_share = 0;               // of the time; a burst takes 19 of 20 questions
  double burst_length = 0;              // passes, on average
};

std::function<double(Random&)> Always(double loss) {
  return [loss](Random&) { return loss; };
}

std::function<double(Random&)> Some(double share, double loss, double others) {
  return [=](Random& random) { return Uniform(random) < share ? loss : others; };
}

/// Beta(rank, of + 1 - rank): the rank-th smallest of so many uniform numbers.
std::function<double(Random&)> Spread(size_t rank, size_t of) {
  return [=](Random& random) {
    std::vector<double> numbers(of);
    for (double& number : numbers) number = Uniform(random);
    std::sort(numbers.begin(), numbers.end());
    return numbers[rank - 1];
  };
}

/// A sweep of a wire; time is counted in passes.
class Sweep {
 public:
  Sweep(const Wire& wire, Random& random) : wire_(wire), random_(random), hosts_(wire.hosts) {
    for (Host& host : hosts_) host.loss = wire.loss(random);
    double at = 0;
    for (bool burst = Uniform(random) < wire.burst_share; wire.burst_share > 0 && at < kLongest;
         burst = !burst) {
      const double mean = burst ? wire.burst_length : wire.burst_length * (1 / wire.burst_share - 1);
      const double until = at - mean * std::log(1 - Uniform(random));
      if (burst) bursts_.emplace_back(at, until);
      at = until;
    }
  }

  void Pass() {
    ++passes_;
    for (Host& host : hosts_) {
      double from = passes_ - 1;
      if (!host.heard) {
        from += Uniform(random_);
        host.heard = !IsLost(host, from);
        host.tally.asked_until_answer = static_cast<uint8_t>(passes_);
      }
      if (!host.heard) continue;
      for (double due = wire_.pilots * (passes_ - from); Uniform(random_) < due; --due)
        SendPilot(host, from + Uniform(random_) * (passes_ - from));
    }
  }

  /// Spread over the hosts, at once.
  void SendPilots(uint32_t pilots) {
    while (pilots > 0) {
      for (Host& host : hosts_) {
        if (host.heard && pilots > 0 && pilots-- > 0) SendPilot(host, passes_);
      }
    }
  }

  LossEstimate Estimate(double threshold = 0.01) const {
    LossEstimator estimator;
    for (const Host& host : hosts_) {
      if (host.heard) estimator.Add(host.tally);
    }
    return estimator.Estimate(passes_, wire_.addresses - wire_.hosts + missed(), threshold);
  }

  uint32_t passes() const { return passes_; }
  uint32_t missed() const {
    return static_cast<uint32_t>(
        std::count_if(hosts_.begin(), hosts_.end(), [](const Host& host) { return !host.heard; }));
  }

 private:
  static constexpr double kLongest = 32;
  struct Host {
    double loss = 0;
    bool heard = false;
    HostTally tally;
  };

  bool IsLost(const Host& host, double at) {
    for (const auto& [from, until] : bursts_) {
      if (at >= from && at < until && Uniform(random_) < 0.95) return true;
    }
    return Uniform(random_) < host.loss;
  }

  void SendPilot(Host& host, double at) {
    ++host.tally.pilots;
    host.tally.lost = static_cast<uint16_t>(host.tally.lost + (IsLost(host, at) ? 1 : 0));
  }

  const Wire& wire_;
  Random& random_;
  std::vector<Host> hosts_;
  std::vector<std::pair<double, double>> bursts_;
  uint32_t passes_ = 0;
};

/// Sums over many runs.
struct Calibration {
  double predicted = 0;
  double missed = 0;
  double squares = 0;
  double passes = 0;
  int runs = 0;

  void Add(double expected, const Sweep& sweep) {
    const double difference = sweep.missed() - expected;
    predicted += expected;
    missed += sweep.missed();
    squares += difference * difference;
    passes += sweep.passes();
    ++runs;
  }
  /// Standard deviation of what is missed from what is predicted.
  double deviation() const {
    const double difference = missed - predicted;
    return std::sqrt(std::max(squares - difference * difference / runs, predicted));
  }
};

Calibration AfterPasses(const Wire& wire, uint32_t passes, int runs) {
  Random random(passes);
  Calibration calibration;
  for (int run = 0; run < runs; ++run) {
    Sweep sweep(wire, random);
    while (sweep.passes() < passes) sweep.Pass();
    const LossEstimate estimate = sweep.Estimate();
    REQUIRE(estimate.known);
    calibration.Add(estimate.expected_missed, sweep);
  }
  return calibration;
}

// As the sweep does: two passes at least, pilots where they are cheaper than a pass, 30 passes at most.
double PredictedWhenDone(Sweep& sweep, double threshold) {
  constexpr uint32_t kMostPasses = 30;
  while (true) {
    sweep.Pass();
    if (sweep.passes() < 2) continue;
    LossEstimate estimate = sweep.Estimate(threshold);
    for (int round = 0; round < 4 && estimate.pilots_wanted > 0; ++round) {
      sweep.SendPilots(estimate.pilots_wanted);
      estimate = sweep.Estimate(threshold);
    }
    if (estimate.known && (estimate.expected_missed < threshold || sweep.passes() == kMostPasses))
      return estimate.expected_missed;
  }
}

Calibration WhenDone(const Wire& wire, double threshold, int runs) {
  Random random(1);
  Calibration calibration;
  for (int run = 0; run < runs; ++run) {
    Sweep sweep(wire, random);
    const double predicted = PredictedWhenDone(sweep, threshold);
    calibration.Add(predicted, sweep);
  }
  return calibration;
}

LossEstimate Estimate(const std::vector<HostTally>& hosts, uint32_t questions, uint64_t silent,
                      double threshold = 0.01) {
  LossEstimator estimator;
  for (const HostTally& host : hosts) estimator.Add(host);
  return estimator.Estimate(questions, silent, threshold);
}

std::vector<HostTally> Clean(size_t hosts, uint16_t pilots) {
  return std::vector<HostTally>(hosts, {.asked_until_answer = 1, .pilots = pilots});
}

const std::vector<std::function<double(Random&)>> kHostsThatDiffer = {
    Some(0.05, 0.5, 0), Some(0.05, 0.55, 0.1), Some(0.1, 0.8, 0), Spread(1, 9), Spread(6, 19)};

}  // namespace

TEST_CASE("hosts that lose alike are missed as often as predicted, after any number of passes") {
  for (const double loss : {0.1, 0.3, 0.5}) {
    for (const uint32_t passes : {2U, 3U, 4U, 6U, 9U}) {
      CAPTURE(loss);
      CAPTURE(passes);
      const Calibration sums = AfterPasses({.loss = Always(loss), .pilots = 5}, passes, 80);
      // Fifteen comparisons: chance takes one of them beyond two deviations.
      CHECK(std::abs(sums.missed - sums.predicted) <= 3 * sums.deviation());
    }
  }
}

TEST_CASE(
    "hosts that lose alike are missed as often as predicted where the prediction decides when to stop") {
  for (const double threshold : {0.1, 0.01}) {
    for (const double loss : {0.1, 0.3, 0.5}) {
      CAPTURE(threshold);
      CAPTURE(loss);
      const Calibration many = WhenDone({.loss = Always(loss)}, threshold, 50);
      CHECK(std::abs(many.missed - many.predicted) <= 2 * many.deviation());
      const Calibration few =
          WhenDone({.hosts = 20, .addresses = 256, .loss = Always(loss), .pilots = 1}, threshold, 120);
      CHECK(std::abs(few.missed - few.predicted) <= 2 * few.deviation());
    }
  }
}

TEST_CASE("three hosts and fewer are missed no more often than predicted") {
  for (const double loss : {0.1, 0.3, 0.5}) {
    CAPTURE(loss);
    Random random(3);
    Calibration sums;
    for (int run = 0; run < 360; ++run) {
      const Wire wire = {
          .hosts = 1U + static_cast<uint32_t>(run) % 3, .addresses = 256, .loss = Always(loss)};
      Sweep sweep(wire, random);
      const double predicted = PredictedWhenDone(sweep, 0.1);
      sums.Add(predicted, sweep);
    }
    CHECK(sums.missed <= sums.predicted + 2 * sums.deviation());
  }
}

TEST_CASE("of hosts that differ at most half as many again are missed") {
  for (size_t kind = 0; kind < kHostsThatDiffer.size(); ++kind) {
    CAPTURE(kind);
    const Wire wire = {.loss = kHostsThatDiffer[kind]};
    for (const uint32_t passes : {2U, 3U, 4U, 6U}) {
      CAPTURE(passes);
      const Calibration sums = AfterPasses(wire, passes, 60);
      CHECK(sums.missed <= 1.5 * sums.predicted);
    }
    const Calibration sums = WhenDone(wire, 0.1, 40);
    CHECK(sums.missed <= 1.5 * sums.predicted);
  }
}

TEST_CASE("bursts, short or as long as a pass, take at most half as many again") {
  for (const double share : {0.1, 0.3}) {
    for (const double length : {0.05, 0.3, 1.0}) {
      CAPTURE(share);
      CAPTURE(length);
      const Wire wire = {.loss = Always(0), .burst_share = share, .burst_length = length};
      for (const uint32_t passes : {2U, 3U}) {
        CAPTURE(passes);
        const Calibration sums = AfterPasses(wire, passes, 60);
        CHECK(sums.missed <= 1.5 * sums.predicted);
      }
      const Calibration sums = WhenDone(wire, 0.5, 60);
      CHECK(sums.missed <= 1.5 * sums.predicted);
    }
  }
}

TEST_CASE("the sweep goes on for no longer than it must") {
  for (const double loss : {0.0, 0.01, 0.1, 0.3, 0.5}) {
    CAPTURE(loss);
    const Calibration sums = WhenDone({.loss = Always(loss)}, 0.01, 25);
    const double least = loss > 0 ? std::max(2.0, std::ceil(std::log(0.01 / 301) / std::log(loss))) : 2;
    CHECK(sums.passes / sums.runs <= least + 0.6);
  }
}

TEST_CASE("the share that is lost is told, with that of hosts never heard") {
  for (const double loss : {0.01, 0.1, 0.3, 0.5}) {
    CAPTURE(loss);
    Random random(5);
    double sum = 0;
    for (int run = 0; run < 100; ++run) {
      const Wire wire = {.loss = Always(loss)};
      Sweep sweep(wire, random);
      sweep.Pass();
      sweep.Pass();
      sum += sweep.Estimate().loss;
    }
    CHECK(sum / 100 == doctest::Approx(loss).epsilon(0.03));
  }
}

TEST_CASE("a clean wire needs few pilots") {
  CHECK(Estimate(Clean(20, 2), 2, 235).expected_missed < 0.01);
  CHECK(Estimate(Clean(301, 1), 2, 65'235).expected_missed < 0.01);
  CHECK(Estimate(Clean(301, 2), 1, 65'235).expected_missed < 0.5);
  CHECK(Estimate(Clean(301, 2), 1, 65'235).loss == 0);
}

TEST_CASE("more answers lower the estimate, losses raise it") {
  double last = 1;
  for (uint16_t pilots = 1; pilots < 100; pilots = static_cast<uint16_t>(2 * pilots)) {
    const double missed = Estimate(Clean(20, pilots), 2, 235).expected_missed;
    CHECK(missed < last);
    last = missed;
  }
  last = 0;
  for (uint16_t lost = 0; lost <= 8; ++lost) {
    std::vector<HostTally> hosts = Clean(20, 8);
    for (HostTally& host : hosts) host.lost = lost;
    const double missed = Estimate(hosts, 2, 235).expected_missed;
    CHECK(missed > last);
    last = missed;
  }
}

TEST_CASE("where there is too little to judge by, nothing is said") {
  const LossEstimate nobody = Estimate({}, 4, 256);
  CHECK_FALSE(nobody.known);
  CHECK(std::isnan(nobody.loss));
  CHECK(std::isnan(nobody.expected_missed));
  CHECK(nobody.pilots_wanted == 0);
  // Of a single pass the first answers say nothing.
  CHECK_FALSE(Estimate(Clean(301, 0), 1, 65'235).known);
  CHECK(Estimate(Clean(301, 0), 2, 65'235).known);
  CHECK_FALSE(Estimate(Clean(1, 5), 2, 255).known);
  CHECK(Estimate(Clean(1, 6), 2, 255).known);
  CHECK_FALSE(Estimate(Clean(7, 7), 0, 100).known);
}

TEST_CASE("pilots are wanted where they are worth it, and do what they were wanted for") {
  for (const size_t hosts : {1U, 3U, 20U, 100U}) {
    for (const uint16_t asked : {uint16_t{0}, uint16_t{1}, uint16_t{2}}) {
      CAPTURE(hosts);
      CAPTURE(asked);
      std::vector<HostTally> tallies = Clean(hosts, asked);
      const LossEstimate before = Estimate(tallies, 2, 4096);
      if (before.known && before.expected_missed < 0.01) {
        CHECK(before.pilots_wanted == 0);
        continue;
      }
      REQUIRE(before.pilots_wanted > 0);
      for (uint32_t i = 0; i < before.pilots_wanted; ++i) ++tallies[i % hosts].pilots;
      const LossEstimate after = Estimate(tallies, 2, 4096);
      CHECK(after.known);
      CHECK(after.expected_missed < 0.01);
    }
  }
  // A pass is cheaper.
  CHECK(Estimate(Clean(3, 1), 2, 4).pilots_wanted == 0);
  // They would not all be answered.
  std::vector<HostTally> lossy = Clean(20, 5);
  for (HostTally& host : lossy) host.lost = 2;
  CHECK(Estimate(lossy, 2, 65'516).pilots_wanted == 0);
  // One was lost among many, and the pass is long.
  std::vector<HostTally> nearly = Clean(20, 2);
  nearly[0].lost = 1;
  CHECK(Estimate(nearly, 2, 65'516).pilots_wanted > 0);
}

TEST_CASE("odd tallies give a number that is possible") {
  const std::vector<HostTally> silent_since(20, {.asked_until_answer = 1, .pilots = 50, .lost = 50});
  const std::vector<HostTally> full(20, {.asked_until_answer = 255, .pilots = UINT16_MAX, .lost = 30'000});
  const std::vector<HostTally> deaf(20,
                                    {.asked_until_answer = 255, .pilots = UINT16_MAX, .lost = UINT16_MAX});
  const std::vector<HostTally> spotless(20, {.asked_until_answer = 1, .pilots = UINT16_MAX});
  for (const auto& hosts : {silent_since, full, deaf, spotless}) {
    for (const uint32_t questions : {1U, 2U, 30U, 255U, 100'000U}) {
      for (const uint64_t silent : {uint64_t{1}, uint64_t{65'516}, uint64_t{1} << 26}) {
        const LossEstimate estimate = Estimate(hosts, questions, silent);
        CHECK(estimate.known);
        CHECK(estimate.expected_missed >= 0);
        CHECK(estimate.expected_missed <= static_cast<double>(silent));
        CHECK(estimate.loss >= 0);
        CHECK(estimate.loss <= 1);
      }
    }
  }
}

TEST_CASE("where no address is silent, none is missed") {
  const LossEstimate estimate = Estimate({{.asked_until_answer = 1}}, 1, 0);
  CHECK(estimate.known);
  CHECK(estimate.expected_missed == 0);
  CHECK(estimate.pilots_wanted == 0);
  CHECK(std::isnan(estimate.loss));
  CHECK(Estimate({{.asked_until_answer = 2, .pilots = 9, .lost = 1}}, 2, 0).loss ==
        doctest::Approx(2.0 / 11));
}

TEST_CASE("a million hosts are estimated like a thousand") {
  std::vector<HostTally> hosts;
  for (int i = 0; i < 1000; ++i) hosts.push_back({.asked_until_answer = 1, .pilots = 20, .lost = 6});
  const LossEstimate thousand = Estimate(hosts, 3, 1 << 24);
  LossEstimator estimator;
  for (int i = 0; i < 1'000'000; ++i) estimator.Add(hosts[0]);
  const LossEstimate million = estimator.Estimate(3, 1 << 24, 0.01);
  CHECK(million.expected_missed == doctest::Approx(1000 * thousand.expected_missed).epsilon(0.02));
}

}  // namespace arpsweep
