#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/netlink/netlink_message.h"
#include "core/wire/mac_address.h"

namespace arpsweep {

/// One way to an IPv4 destination; a multipath route has several. Addresses are in host byte order.
struct RouteInfo {
  uint32_t destination = 0;
  uint8_t prefix_length = 0;
  /// 0 where the destination is on the link.
  uint32_t gateway = 0;
  int interface_index = 0;
  uint32_t metric = 0;
};

/// An entry of the IPv4 neighbour table.
struct NeighbourInfo {
  uint32_t ip = 0;
  std::optional<MacAddress> mac;
  int interface_index = 0;
  /// NUD_ of rtnetlink(7); NeighbourStateName has the words.
  uint16_t state = 0;
};

/// The IPv4 unicast routes of the main table that the kernel would use now. Throws SystemError.
std::vector<RouteInfo> ListRoutes();
/// The IPv4 neighbours, also NOARP ones (multicast and the like), without proxy entries. Throws SystemError.
std::vector<NeighbourInfo> ListNeighbours();

/// Appends the ways of an RTM_NEWROUTE message: none where it is no IPv4 unicast route of the main table.
void ParseRoute(const NetlinkMessage& message, std::vector<RouteInfo>* routes);
/// Appends the entry of an RTM_NEWNEIGH message, where it is one of IPv4.
void ParseNeighbour(const NetlinkMessage& message, std::vector<NeighbourInfo>* neighbours);

/// `REACHABLE`, `STALE`, `FAILED`, …: the NUD_ name without the prefix.
std::string_view NeighbourStateName(uint16_t state);

}  // namespace arpsweep
