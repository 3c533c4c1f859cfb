#include "core/netlink/routes.h"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "core/netlink/netlink.h"

namespace arpsweep {
namespace {

// Sets gateway and interface of `route` from the attributes of a route or of one of its next hops. False
// where it is none that ARP has to do with.
bool SetNextHop(const Attributes& attributes, unsigned flags, int interface_index, RouteInfo* route) {
  // Of a link that is down: still listed, not used.
  if ((flags & RTNH_F_DEAD) != 0) return false;
  // A gateway of another family (RFC 8950): the next hop has an IPv6 address, and no IPv4 one to stand for
  // it.
  if (attributes.Has(RTA_VIA)) return false;
  route->gateway = attributes.Ipv4(RTA_GATEWAY).value_or(0);
  route->interface_index = interface_index;
  return interface_index != 0;
}

void ParseNextHops(NetlinkBytes hops, RouteInfo route, std::vector<RouteInfo>* routes) {
  while (const auto hop = ReadStruct<rtnexthop>(hops)) {
    if (hop->rtnh_len < sizeof(rtnexthop) || hop->rtnh_len > hops.size()) return;
    const Attributes attributes(AfterStruct(hops.first(hop->rtnh_len), sizeof(rtnexthop)));
    if (SetNextHop(attributes, hop->rtnh_flags, hop->rtnh_ifindex, &route)) routes->push_back(route);
    hops = AfterStruct(hops, hop->rtnh_len);
  }
}

}  // namespace

void ParseRoute(const NetlinkMessage& message, std::vector<RouteInfo>* routes) {
  const auto info = ReadStruct<rtmsg>(message.payload);
  if (message.header.nlmsg_type != RTM_NEWROUTE || !info) return;
  if (info->rtm_family != AF_INET || info->rtm_type != RTN_UNICAST || info->rtm_dst_len > 32) return;
  // Cloned routes are learnt exceptions for single hosts (path MTU, redirects).
  if ((info->rtm_flags & RTM_F_CLONED) != 0) return;
  const Attributes attributes(AfterStruct(message.payload, sizeof(rtmsg)));
  // rtm_table is a byte; a table above 255 stands in the attribute only.
  if (attributes.Uint32(RTA_TABLE).value_or(info->rtm_table) != RT_TABLE_MAIN) return;

  RouteInfo route;
  route.destination = attributes.Ipv4(RTA_DST).value_or(0);
  route.prefix_length = info->rtm_dst_len;
  route.metric = attributes.Uint32(RTA_PRIORITY).value_or(0);
  if (const auto hops = attributes.Find(RTA_MULTIPATH)) {
    ParseNextHops(*hops, route, routes);
    return;
  }
  const int interface_index = static_cast<int>(attributes.Uint32(RTA_OIF).value_or(0));
  if (SetNextHop(attributes, info->rtm_flags, interface_index, &route)) routes->push_back(route);
}

void ParseNeighbour(const NetlinkMessage& message, std::vector<NeighbourInfo>* neighbours) {
  const auto info = ReadStruct<ndmsg>(message.payload);
  if (message.header.nlmsg_type != RTM_NEWNEIGH || !info || info->ndm_family != AF_INET) return;
  if ((info->ndm_flags & NTF_PROXY) != 0) return;
  const Attributes attributes(AfterStruct(message.payload, sizeof(ndmsg)));
  const auto ip = attributes.Ipv4(NDA_DST);
  if (!ip) return;
  neighbours->push_back({*ip, attributes.Mac(NDA_LLADDR), info->ndm_ifindex, info->ndm_state});
}

std::vector<RouteInfo> ListRoutes() {
  rtmsg request{};
  request.rtm_family = AF_INET;
  NetlinkSocket socket;
  return DumpList<RouteInfo>(socket, RTM_GETROUTE, "RTM_GETROUTE", request, ParseRoute);
}

std::vector<NeighbourInfo> ListNeighbours() {
  ndmsg request{};
  request.ndm_family = AF_INET;
  NetlinkSocket socket;
  return DumpList<NeighbourInfo>(socket, RTM_GETNEIGH, "RTM_GETNEIGH", request, ParseNeighbour);
}

std::string_view NeighbourStateName(uint16_t state) {
  switch (state) {
    case NUD_INCOMPLETE:
      return "INCOMPLETE";
    case NUD_REACHABLE:
      return "REACHABLE";
    case NUD_STALE:
      return "STALE";
    case NUD_DELAY:
      return "DELAY";
    case NUD_PROBE:
      return "PROBE";
    case NUD_FAILED:
      return "FAILED";
    case NUD_NOARP:
      return "NOARP";
    case NUD_PERMANENT:
      return "PERMANENT";
    default:
      return "NONE";
  }
}

}  // namespace arpsweep
