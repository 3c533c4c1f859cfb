#pragma once

#include <cstdint>
#include <ctime>

namespace arpsweep {

inline constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;
inline constexpr int64_t kNanosecondsPerMillisecond = 1'000'000;

constexpr double Milliseconds(int64_t nanoseconds) {
  return static_cast<double>(nanoseconds) / static_cast<double>(kNanosecondsPerMillisecond);
}

inline int64_t ClockNs(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return time.tv_sec * kNanosecondsPerSecond + time.tv_nsec;
}

/// Time that no clock step moves: for pacing, waiting and round trips.
inline int64_t MonotonicNs() {
  return ClockNs(CLOCK_MONOTONIC);
}

/// Time as the kernel stamps frames with it; only for what a person reads, and for turning stamps into
/// monotonic time.
inline int64_t RealtimeNs() {
  return ClockNs(CLOCK_REALTIME);
}

}  // namespace arpsweep
