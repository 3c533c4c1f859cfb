#pragma once

#include <cstdint>
#include <optional>

#include "core/netlink/netlink.h"
#include "core/netlink/netlink_message.h"

namespace arpsweep {

/// Counts by the link's own statistics the frames that it has sent since this was made, whoever sent them.
/// Some drivers bring them up to date once a second only. In the network namespace in which it is made; for
/// one thread at a time.
class SentFrames {
 public:
  /// Throws SystemError.
  explicit SentFrames(int ifindex);

  /// Nothing where the link is gone, or does not say. Throws SystemError.
  std::optional<uint64_t> Count();

 private:
  std::optional<uint64_t> Query();

  int ifindex_;
  NetlinkSocket queries_;
  std::optional<uint64_t> before_;
};

/// The frames that a link has sent since it was made, of an RTM_NEWLINK message.
std::optional<uint64_t> ParseSentFrames(const NetlinkMessage& message);

}  // namespace arpsweep
