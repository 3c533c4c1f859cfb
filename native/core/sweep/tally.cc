#include "core/sweep/tally.h"

#include <algorithm>
#include <cmath>

namespace arpsweep {
namespace {

constexpr double kMemory = 512;  // questions

double LogLikelihood(const Tally& tally, double share) {
  const double kept = tally.asked - tally.lost;
  return (tally.lost > 0 ? tally.lost * std::log(share) : 0) + (kept > 0 ? kept * std::log1p(-share) : 0);
}

}  // namespace

void Learn(Tally& usual, const Tally& more) {
  usual += more;
  if (usual.asked > kMemory) usual.Halve();
}

void Series::Add(const Tally& next) {
  tally += next;
  squares += next.asked > 0 ? next.lost * next.lost / next.asked : 0;
  ++count;
}

void Series::Add(const Series& others) {
  tally += others.tally;
  squares += others.squares;
  count += others.count;
}

void Series::Halve() {
  tally.Halve();
  squares /= 2;
  count /= 2;
}

double Series::dispersion() const {
  const double share = tally.share();
  if (share <= 0 || share >= 1 || count < 2) return 1;
  return std::max(1.0, (squares - share * tally.lost) / (share * (1 - share)) / (count - 1));
}

double Excess(const Tally& a, const Tally& b) {
  if (a.asked == 0 || b.asked == 0 || a.share() <= b.share()) return 0;
  Tally both = a;
  both += b;
  return LogLikelihood(a, a.share()) + LogLikelihood(b, b.share()) - LogLikelihood(a, both.share()) -
         LogLikelihood(b, both.share());
}

}  // namespace arpsweep
