#include "core/sweep/unsent.h"

#include <algorithm>
#include <optional>

#include "core/system/clock.h"
#include "core/system/system_error.h"

namespace arpsweep {
namespace {

// Drivers that read the counters of their hardware do so once a second.
constexpr int64_t kLateNs = 1200 * kNanosecondsPerMillisecond;
constexpr int64_t kStepNs = 20 * kNanosecondsPerMillisecond;

std::optional<uint64_t> Count(SentFrames& sent) {
  try {
    return sent.Count();
  } catch (const SystemError&) {
    return std::nullopt;
  }
}

}  // namespace

uint64_t CountUnsent(SentFrames& sent, uint64_t queued, uint64_t answered, const StopSignal& stop) {
  const int64_t until = MonotonicNs() + kLateNs;
  while (!stop.IsSet()) {
    const std::optional<uint64_t> count = Count(sent);
    if (!count || *count >= queued) return 0;
    const int64_t now = MonotonicNs();
    // A counter that has not seen what was answered counts something else.
    if (now >= until) return *count < answered ? 0 : queued - *count;
    stop.WaitUntil(std::min(now + kStepNs, until));
  }
  return 0;
}

void DoubtSilence(AddressState& state, uint32_t size, uint64_t unsent) {
  uint64_t questions = 0;
  for (uint32_t index = 0; index < size; ++index)
    questions += state.Answered(index) ? 0 : state.Queued(index);
  if (unsent == 0 || 2 * unsent < questions) return;
  for (uint32_t index = 0; index < size; ++index) {
    if (!state.Answered(index)) state.MarkVoid(index);
  }
}

}  // namespace arpsweep
