#pragma once

#include <cstdint>

#include "core/sweep/tally.h"
#include "core/sweep/verdict.h"

namespace arpsweep {

/// Keeps the rate just below a limit above which the wire loses more, and tries now and then whether there is
/// room. Made for what polices by the frame: it takes its share of any few frames above its rate. Times are
/// monotonic ns.
class LimitSearch {
 public:
  /// limit: frames per second, as it is estimated. floor: where no more was lost than in `quiet`.
  void Begin(double limit, double floor, double ceiling, const Tally& quiet, int64_t now);

  /// Questions were sent.
  void OnFrames(uint32_t frames) { steady_frames_ += frames; }
  /// What became of some pilots of the present rate. kUsual speaks of all since the last verdict.
  Ruling Judge(const Tally& epoch, int64_t now);

  double rate() const { return rate_; }
  /// Frames per second that are just too many.
  double limit() const { return limit_; }
  /// Enough was asked at this rate to tell one loss in a hundred.
  bool proven() const;
  /// With kLost: what was sent since then was lost as well, though it was vouched for; 0 where that stands.
  int64_t lost_since() const { return lost_since_; }
  /// What is lost does not follow the rate in the way of a policer.
  bool failed() const { return failed_; }

 private:
  Ruling JudgeClean(int64_t now);
  Ruling JudgeLossy(double asked, int64_t now);
  Ruling Accept(int64_t now);
  bool Raise(int64_t now);
  void Lower(double passed, int64_t now);
  Ruling GiveUp();
  void SetRate(double rate, int64_t now);

  double rate_ = 0;
  double floor_ = 0;
  double ceiling_ = 0;
  double limit_ = 0;
  double first_limit_ = 0;
  bool clean_ = true;  // the wire loses next to nothing when quiet
  bool failed_ = false;
  Tally baseline_;
  Tally pooled_;  // no verdict yet
  int64_t lost_since_ = 0;

  double before_raise_ = 0;  // the rate that was fine before it was raised; 0: it was not
  double cap_ = 0;           // what has failed, and a little less
  bool searching_ = true;    // the limit has not been met from below yet
  int64_t patience_ns_ = 0;  // how long a rate must have been fine before the next one is tried
  int64_t steady_since_ = 0;
  uint64_t steady_frames_ = 0;
  int64_t settled_at_ = 0;    // until then losses may be those of a rate that has failed
  double kept_ = 0;           // pilots since the rate was set, but for those that told against it
  double suspicious_to_ = 0;  // kept pilots up to which one more loss is no accident
  bool passing_by_ = false;   // much was lost all of a sudden
};

}  // namespace arpsweep
