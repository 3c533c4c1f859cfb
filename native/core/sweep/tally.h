#pragma once

namespace arpsweep {

/// How many of how many questions were lost.
struct Tally {
  double lost = 0;
  double asked = 0;

  double share() const { return asked > 0 ? lost / asked : 0; }
  Tally& operator+=(const Tally& other) {
    lost += other.lost;
    asked += other.asked;
    return *this;
  }
};

/// How much better two shares explain two tallies than one share does, in nats (the likelihood ratio of the
/// G-test, Sokal and Rohlf, "Biometry"): 0 where `a` lost no larger share than `b`; above 6 it is chance
/// once in two thousand times.
double Excess(const Tally& a, const Tally& b);

}  // namespace arpsweep
