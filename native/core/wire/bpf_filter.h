#pragma once

#include <linux/filter.h>

#include <vector>

#include "core/wire/mac_address.h"

namespace arpsweep {

// Classic BPF programs for an AF_PACKET, SOCK_RAW socket bound to ETH_P_ALL. They look at ARP only, untagged,
// behind one or two tags (the kernel moves an outer tag of an incoming frame out of the data) or behind
// LLC/SNAP. A frame passes whole; everything else ends in the kernel.

/// Passes every frame of ARP, in either direction, however malformed.
std::vector<sock_filter> BuildListenFilter();

/// What a sweep has to see that sends from the Ethernet source `source` and with the SHA `sender_hardware`:
/// the same, as a rule.
///
/// Outgoing (PACKET_OUTGOING) it passes, as proof of sending:
/// - requests whose Ethernet source is ours.
///
/// Incoming it passes:
/// - what has our SHA as THA;
/// - replies whose Ethernet destination is our SHA or a group (broadcast replies);
/// - what has our Ethernet source: our own frames come back, or a clone of our MAC;
/// - what is malformed in type, length or by truncation, where our SHA is the Ethernet destination, to be
/// counted.
std::vector<sock_filter> BuildSweepFilter(const MacAddress& source, const MacAddress& sender_hardware);

}  // namespace arpsweep
