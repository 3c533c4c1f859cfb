#include "core/netlink/link_monitor.h"

#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>

#include "core/system/system_error.h"

namespace arpsweep {

std::optional<LinkState> ParseLinkState(const NetlinkMessage& message, int ifindex) {
  const uint16_t type = message.header.nlmsg_type;
  if (type != RTM_NEWLINK && type != RTM_DELLINK) return std::nullopt;
  const auto info = ReadStruct<ifinfomsg>(message.payload);
  // With family AF_BRIDGE, RTM_DELLINK says only that the link has left its bridge.
  if (!info || info->ifi_index != ifindex || info->ifi_family != AF_UNSPEC) return std::nullopt;
  if (type == RTM_DELLINK) return LinkState::kGone;
  if ((info->ifi_flags & IFF_UP) == 0) return LinkState::kDown;
  // Not IFF_RUNNING, which a link that waits for its 802.1X or its team leader (dormant) lacks as well.
  return (info->ifi_flags & IFF_LOWER_UP) != 0 ? LinkState::kUp : LinkState::kNoCarrier;
}

// Subscribed before the state is asked for, so that no change falls in between.
LinkMonitor::LinkMonitor(int ifindex)
    : ifindex_(ifindex), notifications_(NetlinkSocket::Subscribe(RTMGRP_LINK)) {
  Query();
  losses_ = 0;
}

LinkState LinkMonitor::Update() {
  bool overrun = false;
  for (;;) {
    try {
      auto bytes = notifications_.Receive();
      if (!bytes) break;
      while (const auto message = TakeMessage(&*bytes)) {
        if (const auto state = ParseLinkState(*message, ifindex_)) SetState(*state);
      }
    } catch (const SystemError& error) {
      if (error.errno_value() != ENOBUFS) throw;
      overrun = true;
    }
  }
  // What is still in the queue is older than what was lost.
  if (overrun) Query();
  return state_;
}

void LinkMonitor::Query() {
  ifinfomsg request{};
  request.ifi_index = ifindex_;
  try {
    queries_.Get(RTM_GETLINK, "RTM_GETLINK", request, [this](const NetlinkMessage& message) {
      if (const auto state = ParseLinkState(message, ifindex_)) SetState(*state);
    });
  } catch (const SystemError& error) {
    if (error.errno_value() != ENODEV) throw;
    SetState(LinkState::kGone);
  }
}

void LinkMonitor::SetState(LinkState state) {
  if (state_ == LinkState::kGone || state_ == state) return;
  if (state_ == LinkState::kUp) ++losses_;
  state_ = state;
}

}  // namespace arpsweep
