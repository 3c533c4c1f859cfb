#pragma once

namespace arpsweep {

/// Frames per second from which on the machine is left to itself.
inline constexpr double kFullRate = 400'000;

}  // namespace arpsweep
