#pragma once

#include <atomic>
#include <cstdint>

#include "core/netlink/link_monitor.h"

namespace arpsweep {

/// What the receiver, which hears of the link's changes, tells the sender of them.
struct LinkWatch {
  std::atomic<LinkState> state{LinkState::kUp};
  /// What was asked between these monotonic times may have been lost with its answer, because the link was
  /// away. 0 where nothing was.
  std::atomic<int64_t> gap_from{0};
  std::atomic<int64_t> gap_to{0};
  /// The sender has dealt with gaps up to here: the next one begins anew.
  std::atomic<int64_t> mended_to{0};
};

}  // namespace arpsweep
