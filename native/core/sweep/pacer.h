#pragma once

#include <cstdint>

namespace arpsweep {

/// Says how many frames may go out now. It follows the recent rate: what a pause left unsent is forfeited
/// beyond kSlackNs, so that a process that was stopped for an hour does not flood when it wakes up.
class Pacer {
 public:
  /// Most time whose frames may be made up for after a late wake-up.
  static constexpr int64_t kSlackNs = 5'000'000;
  /// Sleeps last as long as kAtOnce frames take, within these bounds: below, waking up costs more than it
  /// evens out; above, frames come in bursts that a switch's token bucket (few frames deep) need not take.
  static constexpr int64_t kShortestNs = 50'000;
  static constexpr int64_t kLongestNs = 1'000'000;
  static constexpr uint32_t kAtOnce = 4;
  static constexpr uint32_t kAtOnceCarefully = 2;

  /// frames_per_second: more than 0; infinity does not pace. burst: frames that may go out at once at the
  /// start.
  Pacer(double frames_per_second, uint32_t burst);

  /// careful: frames go out kAtOnceCarefully at once at the most, also after a late wake-up.
  void SetRate(double frames_per_second, bool careful);

  /// How many of `want` frames may be sent at monotonic time `now`; they count as sent.
  uint32_t Take(int64_t now, uint32_t want);

  /// Gives back frames of the last Take that were not sent.
  void Return(uint32_t frames);

  /// When Take will next allow a frame, given that the last call returned 0 at `now`.
  int64_t NextAt(int64_t now) const;

  /// Frames per second that may go out now: more than the rate while the first burst lasts.
  double RateNow() const;
  uint32_t burst_left() const { return burst_left_; }

 private:
  double SleepNs() const;

  double interval_ns_ = 0;
  uint32_t burst_left_;
  bool paced_ = false;
  bool careful_ = false;
  bool from_burst_ = false;  // the last Take
  double due_ns_ = 0;        // when the next frame is due; 0 before the first
  double not_before_ns_ = 0;
};

}  // namespace arpsweep
