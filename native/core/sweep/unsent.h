#pragma once

#include <cstdint>

#include "core/netlink/sent_frames.h"
#include "core/sweep/address_state.h"
#include "core/system/stop_signal.h"

namespace arpsweep {

// Proof of sending where our frames are not seen leaving.

/// How many of the `queued` frames the link did not send. It may send those of others as well: its counter
/// can prove a lack, and no more. answered: addresses, each of which proves a frame. Waits for a counter that
/// is late, unless the sweep is stopped.
uint64_t CountUnsent(SentFrames& sent, uint64_t queued, uint64_t answered, const StopSignal& stop);

/// Of the first `size` addresses, what is silent counts as not asked, where of the questions to all of these
/// half or more never left.
void DoubtSilence(AddressState& state, uint32_t size, uint64_t unsent);

}  // namespace arpsweep
