#pragma once

#include <cstdint>

#include "core/system/clock.h"

namespace arpsweep {

/// Frames per second from which on the machine is left to itself.
inline constexpr double kFullRate = 400'000;
/// Rates that differ by less than this factor are the same, but for rounding.
inline constexpr double kSameRate = 1.01;
/// Storm control closes a port for the rest of a window of a second: what is closed is open again after this.
inline constexpr int64_t kStormWindowNs = 1100 * kNanosecondsPerMillisecond;

}  // namespace arpsweep
