#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/sweep/target_space.h"
#include "core/wire/request_template.h"

namespace arpsweep {

/// What a sweep of one link is to do.
struct SweepConfig {
  int interface_index = 0;
  /// File of the interface's network namespace; empty for that of the calling thread.
  std::string namespace_path;
  /// A sender_ip of 0 asks everything by RFC 5227 probe.
  RequestFields request;
  /// Answers come to an address, or with a tag, that the interface may not let pass by itself.
  bool promiscuous = false;
  std::vector<AddressRange> targets;   // sorted, disjoint
  std::vector<AddressRange> named;     // targets that each pass asks by probe as well; sorted, disjoint
  uint32_t named_requests = 0;         // that a named target gets at the least before it counts as silent
  std::vector<uint32_t> own;           // our addresses on this link: only probed; sorted
  double rate = 1000;                  // frames per second to begin with; infinity does not pace
  double ceiling = 1000;               // to which the rate may rise; no more than `rate`: it is fixed
  uint32_t burst = 0;                  // frames that may go out at once at the start
  uint32_t passes = 1;                 // the most there may be
  bool adaptive_passes = false;        // no more than it takes to miss next to nothing
  bool census = false;                 // ask responders by unicast, and answered and named addresses by probe
  std::optional<int64_t> cooldown_ns;  // none: by the answers heard
  bool sequential = false;
  uint64_t seed = 0;
  bool two_senders = true;  // a second thread helps at full rate

  /// Above this rate our own frames are not received: to see them leave costs a tenth of what the machine can
  /// send. What the kernel took counts as sent then, unless the link's own counter shows fewer at the end,
  /// and send times are told by the clock around sendmmsg.
  static constexpr double kMostProven = 100'000;
  /// Nor are frames that were made by hand into something that is no request.
  bool proves_sending() const { return std::max(rate, ceiling) <= kMostProven && request.IsRequest(); }
};

}  // namespace arpsweep
