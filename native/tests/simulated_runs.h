#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "simulated_line.h"

namespace arpsweep::test {

/// Runs of one sweep that differ in their seeds, and what they come to.
class SimulatedRuns {
 public:
  SimulatedRuns(const SimulatedSweep& sweep, uint32_t count, uint64_t first_seed = 1) {
    for (uint64_t seed = first_seed; seed < first_seed + count; ++seed) {
      results.push_back(Simulate(sweep, seed));
      const SimulatedResult& result = results.back();
      seconds_.push_back(result.seconds);
      missed += result.missed;
      if (result.missed > 0) incomplete.push_back(seed);
      if (std::isnan(result.completeness.expected_missed)) {
        ++unknown;
      } else {
        predicted += result.completeness.expected_missed;
      }
    }
    std::sort(seconds_.begin(), seconds_.end());
  }

  double median() const { return seconds_[seconds_.size() / 2]; }
  double p95() const { return seconds_[(seconds_.size() - 1) * 95 / 100]; }
  double longest() const { return seconds_.back(); }

  std::vector<SimulatedResult> results;
  std::vector<uint64_t> incomplete;  // seeds of the runs that missed a live host
  uint64_t missed = 0;
  double predicted = 0;  // to be missed, by those runs that can tell
  uint32_t unknown = 0;  // that cannot

 private:
  std::vector<double> seconds_;
};

}  // namespace arpsweep::test
