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
  void Halve() { *this = {lost / 2, asked / 2}; }
};

/// Adds what was lost no more than usual to what is usual, which the latest questions tell best: the older
/// ones are, the less they count.
void Learn(Tally& usual, const Tally& more);

/// Tallies one after the other, and how unevenly their losses fell.
struct Series {
  Tally tally;
  double squares = 0;  // of what was lost, over what was asked, each for itself
  double count = 0;

  void Add(const Tally& next);
  void Add(const Series& others);
  void Halve();
  /// Pearson's chi-square by its degrees of freedom: about 1 where each question is lost for itself, and as
  /// large as the tallies where each of them is lost or kept as a whole. Not below 1.
  double dispersion() const;
};

/// How much better two shares explain two tallies than one share does, in nats (the likelihood ratio of the
/// G-test, Sokal and Rohlf, "Biometry"): 0 where `a` lost no larger share than `b`; above 6 it is chance
/// once in two thousand times.
double Excess(const Tally& a, const Tally& b);

}  // namespace arpsweep
