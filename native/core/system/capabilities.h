#pragma once

#include <cstddef>
#include <cstdint>

namespace arpsweep {

/// Capabilities as capabilities(7) counts them: bit N is the one that linux/capability.h calls N.
using CapabilitySet = uint64_t;

/// What programs get that this process starts.
enum class Programs : uint8_t {
  kAsLimited,  // no more than the process keeps, whoever they run as: for one that starts none
  kUnlimited,  // what they got before, root's all that root had: for that the process keeps what is ambient
};

/// Gives up every capability that is not in `keep`, in every thread of the process and for good: from the
/// effective and permitted sets, and with Programs::kAsLimited from the inheritable and ambient and, where
/// that is permitted (CAP_SETPCAP), the bounding set as well, and sets no_new_privs. Threads that start later
/// inherit it. Takes what the threads take to get to it, a second at the most; for one caller at a time.
/// @returns how many threads there were
/// @throws SystemError that names the thread; the others have obeyed nevertheless
size_t KeepOnlyCapabilities(CapabilitySet keep, Programs programs);

}  // namespace arpsweep
