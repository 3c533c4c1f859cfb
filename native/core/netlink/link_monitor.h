#pragma once

#include <cstdint>
#include <optional>

#include "core/netlink/netlink.h"
#include "core/netlink/netlink_message.h"

namespace arpsweep {

enum class LinkState {
  kUp,
  /// Up, but nothing is at the other end.
  kNoCarrier,
  kDown,
  /// Deleted, or moved to another network namespace. Final: a device that has this index later is not the one
  /// that a socket was bound to.
  kGone,
};

/// Follows one link of the network namespace in which it is made. For one thread at a time.
class LinkMonitor {
 public:
  /// Starts with the present state, kGone where there is no such link. Throws SystemError.
  explicit LinkMonitor(int ifindex);

  /// Readable when Update() may have news: for poll(2).
  int fd() const { return notifications_.fd(); }

  /// Takes in what has happened since and returns the present state. Does not block. Throws SystemError.
  LinkState Update();

  LinkState state() const { return state_; }

  /// How often the link has left kUp, as far as the kernel tells: two updates may see kUp, and frames between
  /// them may yet be lost.
  uint64_t losses() const { return losses_; }

 private:
  void Take(const NetlinkMessage& message);
  void SetState(LinkState state, bool was_away);
  void Query();

  int ifindex_;
  LinkState state_ = LinkState::kUp;
  uint64_t losses_ = 0;
  std::optional<uint32_t> carrier_losses_;
  NetlinkSocket notifications_;
  NetlinkSocket queries_;
};

/// What an RTM_NEWLINK or RTM_DELLINK message says of a link; nothing where it is about something else.
std::optional<LinkState> ParseLinkState(const NetlinkMessage& message, int ifindex);

/// How often a link, whose message ParseLinkState reads, has lost its carrier since it was made. The kernel
/// tells of carriers once a second at most; only this count shows what came and went in between.
std::optional<uint32_t> ParseCarrierLosses(const NetlinkMessage& message);

}  // namespace arpsweep
