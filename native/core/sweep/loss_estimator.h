#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace arpsweep {

/// What became of the broadcast requests to one host that has answered.
struct HostTally {
  /// Which of the sweep's questions was the first to be answered; from 1.
  uint8_t asked_until_answer = 1;
  /// Pilots: requests after that first answer, and those of them without an answer. A late one is an answer.
  uint16_t pilots = 0;
  uint16_t lost = 0;
};

struct LossEstimate {
  /// Share of the questions to live hosts that were lost, with their request or their reply; NaN where there
  /// is too little to judge by.
  double loss = std::numeric_limits<double>::quiet_NaN();
  /// Live hosts among the silent addresses, at least: a host unlike all that answered is not in it. NaN
  /// likewise.
  double expected_missed = std::numeric_limits<double>::quiet_NaN();
  /// How many pilots more, spread evenly over the hosts, bring expected_missed below the threshold if all of
  /// them are answered. 0 where it is below it already, and where another pass is the better bargain.
  uint32_t pilots_wanted = 0;
  /// Whether expected_missed is a number.
  bool known = false;
};

/// Tells from the hosts that answered how many did not. The derivation is in the source.
class LossEstimator {
 public:
  void Add(const HostTally& host);

  /// questions: how often each silent address was asked. silent: addresses without an answer. threshold:
  /// hosts that may be missed.
  LossEstimate Estimate(uint32_t questions, uint64_t silent, double threshold) const;

 private:
  // Hosts of which about as many questions were lost and answered count as one kind.
  struct Cell {
    uint64_t hosts = 0;
    uint64_t losses = 0;
    uint64_t answers = 0;
  };
  static uint32_t BinOf(uint32_t count);
  static constexpr uint32_t kBins = 34;  // BinOf(255 + UINT16_MAX) + 1

  std::vector<Cell> cells_ = std::vector<Cell>(kBins * kBins);
};

}  // namespace arpsweep
