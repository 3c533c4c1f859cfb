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

std::optional<uint32_t> ParseCarrierLosses(const NetlinkMessage& message) {
  return Attributes(AfterStruct(message.payload, sizeof(ifinfomsg))).Uint32(IFLA_CARRIER_DOWN_COUNT);
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
      while (const auto message = TakeMessage(&*bytes)) Take(*message);
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
    queries_.Get(RTM_GETLINK, "RTM_GETLINK", request,
                 [this](const NetlinkMessage& message) { Take(message); });
  } catch (const SystemError& error) {
    if (error.errno_value() != ENODEV) throw;
    SetState(LinkState::kGone, false);
  }
}

void LinkMonitor::Take(const NetlinkMessage& message) {
  const auto state = ParseLinkState(message, ifindex_);
  if (!state) return;
  const auto carrier_losses = ParseCarrierLosses(message);
  const bool was_away = carrier_losses && carrier_losses_ && *carrier_losses != *carrier_losses_;
  if (carrier_losses) carrier_losses_ = carrier_losses;
  SetState(*state, was_away);
}

// was_away: for a time that no state told of.
void LinkMonitor::SetState(LinkState state, bool was_away) {
  if (state_ == LinkState::kGone) return;
  if (state_ == LinkState::kUp && (state != LinkState::kUp || was_away)) ++losses_;
  state_ = state;
}

}  // namespace arpsweep
