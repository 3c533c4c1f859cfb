#include "core/sweep/tally.h"

#include <cmath>

namespace arpsweep {
namespace {

double LogLikelihood(const Tally& tally, double share) {
  const double kept = tally.asked - tally.lost;
  return (tally.lost > 0 ? tally.lost * std::log(share) : 0) + (kept > 0 ? kept * std::log1p(-share) : 0);
}

}  // namespace

double Excess(const Tally& a, const Tally& b) {
  if (a.asked == 0 || b.asked == 0 || a.share() <= b.share()) return 0;
  Tally both = a;
  both += b;
  return LogLikelihood(a, a.share()) + LogLikelihood(b, b.share()) - LogLikelihood(a, both.share()) -
         LogLikelihood(b, both.share());
}

}  // namespace arpsweep
