#include "core/sweep/pacer.h"

#include <algorithm>
#include <cmath>

#include "core/system/clock.h"

namespace arpsweep {

Pacer::Pacer(double frames_per_second, uint32_t burst)
    : interval_ns_(static_cast<double>(kNanosecondsPerSecond) / frames_per_second),
      burst_left_(burst),
      paced_(std::isfinite(frames_per_second)) {}

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
  if (now_ns < due_ns_) return 0;
  // Whoever is due for longer than the slack has paused; at low rates the slack is one frame.
  due_ns_ = std::max(due_ns_, now_ns - static_cast<double>(kSlackNs));
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
  return std::max(static_cast<int64_t>(std::ceil(due_ns_)), now + kQuantumNs);
}

}  // namespace arpsweep
