#include "core/sweep/pacer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/system/clock.h"

namespace arpsweep {
namespace {

// Frames whose time may be made up for near a limit, and how much shorter sleeps are meanwhile.
constexpr double kCarefulSlack = 3;
constexpr double kShorterSleep = 0.9;

}  // namespace

Pacer::Pacer(double frames_per_second, uint32_t burst) : burst_left_(burst) {
  SetRate(frames_per_second, false);
}

void Pacer::SetRate(double frames_per_second, bool careful) {
  const double interval = static_cast<double>(kNanosecondsPerSecond) / frames_per_second;
  // What is due next was reckoned with the interval before.
  if (due_ns_ != 0) due_ns_ += std::min(interval - interval_ns_, 0.0);
  interval_ns_ = interval;
  paced_ = std::isfinite(frames_per_second);
  careful_ = careful;
  if (!careful) not_before_ns_ = 0;
}

uint32_t Pacer::Take(int64_t now, uint32_t want) {
  if (!paced_ || want == 0) return want;
  const auto now_ns = static_cast<double>(now);
  if (burst_left_ > 0) {
    const uint32_t granted = std::min(want, burst_left_);
    burst_left_ -= granted;
    from_burst_ = true;
    due_ns_ = now_ns + interval_ns_;
    return granted;
  }
  from_burst_ = false;
  if (due_ns_ == 0) due_ns_ = now_ns;
  if (now_ns < std::max(due_ns_, not_before_ns_)) return 0;
  // Whoever is due for longer than the slack has paused; at low rates the slack is one frame.
  auto slack = static_cast<double>(kSlackNs);
  if (careful_) {
    const double at_once = std::max(std::round(SleepNs() / interval_ns_), 1.0);
    want = std::min(want, static_cast<uint32_t>(at_once));
    slack = kCarefulSlack * interval_ns_;
    // Time that was lost is made up for by shorter sleeps, and not by more frames at once.
    not_before_ns_ = now_ns + kShorterSleep * SleepNs();
  }
  due_ns_ = std::max(due_ns_, now_ns - slack);
  const double ready = std::floor((now_ns - due_ns_) / interval_ns_) + 1;
  const uint32_t granted = ready >= want ? want : static_cast<uint32_t>(ready);
  due_ns_ += granted * interval_ns_;
  return granted;
}

void Pacer::Return(uint32_t frames) {
  if (from_burst_) {
    burst_left_ += frames;
  } else if (paced_) {
    due_ns_ -= frames * interval_ns_;
  }
}

int64_t Pacer::NextAt(int64_t now) const {
  if (!paced_ || burst_left_ > 0) return now;
  const double next = std::max(due_ns_, not_before_ns_);
  if (careful_) return static_cast<int64_t>(std::ceil(next));
  return std::max(static_cast<int64_t>(std::ceil(next)), now + static_cast<int64_t>(SleepNs()));
}

double Pacer::RateNow() const {
  return !paced_ || burst_left_ > 0 ? std::numeric_limits<double>::infinity()
                                    : static_cast<double>(kNanosecondsPerSecond) / interval_ns_;
}

double Pacer::SleepNs() const {
  return std::clamp((careful_ ? kAtOnceCarefully : kAtOnce) * interval_ns_, static_cast<double>(kShortestNs),
                    static_cast<double>(kLongestNs));
}

}  // namespace arpsweep
