// What links, addresses, routes and neighbours say, told by messages as the kernel writes them.

#include "core/netlink/interfaces.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/neighbour.h>

#include "core/netlink/routes.h"
#include "netlink_builder.h"

namespace arpsweep::test {
namespace {

constexpr uint32_t kNetwork = 0x0a000000;  // 10.0.0.0

ifinfomsg Link(unsigned family = AF_UNSPEC) {
  ifinfomsg link{};
  link.ifi_family = static_cast<unsigned char>(family);
  link.ifi_index = 5;
  link.ifi_type = 1;
  link.ifi_flags = IFF_UP | IFF_LOWER_UP;
  return link;
}

LinkInfo ParsedLink(const NetlinkBuilder& builder) {
  return ParseLink(First(builder)).value();
}

NetlinkBuilder LinkOfKind(const char* kind, uint32_t below) {
  NetlinkBuilder builder;
  builder.Message(RTM_NEWLINK, Link()).Attribute(IFLA_LINK, below);
  return builder.Nested(IFLA_LINKINFO, NetlinkBuilder().Text(IFLA_INFO_KIND, kind));
}

NetlinkBuilder Vlan(uint16_t id, uint16_t protocol) {
  NetlinkBuilder data;
  data.Attribute(IFLA_VLAN_ID, id).Attribute(IFLA_VLAN_PROTOCOL, htons(protocol));
  NetlinkBuilder builder;
  builder.Message(RTM_NEWLINK, Link());
  return builder.Nested(IFLA_LINKINFO,
                        NetlinkBuilder().Text(IFLA_INFO_KIND, "vlan").Nested(IFLA_INFO_DATA, data));
}

AddressInfo ParsedAddress(uint32_t local, uint32_t peer, uint8_t prefix_length) {
  ifaddrmsg address{};
  address.ifa_family = AF_INET;
  address.ifa_prefixlen = prefix_length;
  NetlinkBuilder builder;
  builder.Message(RTM_NEWADDR, address)
      .Attribute(IFA_LOCAL, htonl(local))
      .Attribute(IFA_ADDRESS, htonl(peer));
  return ParseAddress(First(builder)).value();
}

rtmsg Route() {
  rtmsg route{};
  route.rtm_family = AF_INET;
  route.rtm_dst_len = 8;
  route.rtm_type = RTN_UNICAST;
  route.rtm_table = RT_TABLE_MAIN;
  return route;
}

std::vector<RouteInfo> ParsedRoutes(const NetlinkBuilder& builder) {
  std::vector<RouteInfo> routes;
  ParseRoute(First(builder), &routes);
  return routes;
}

std::vector<RouteInfo> ParsedRoutes(const rtmsg& header) {
  return ParsedRoutes(NetlinkBuilder().Message(RTM_NEWROUTE, header).Attribute(RTA_OIF, uint32_t{5}));
}

// A next hop with its attributes, to be part of RTA_MULTIPATH.
void AppendHop(int index, uint8_t flags, const NetlinkBuilder& attributes, std::vector<uint8_t>* hops) {
  const auto length = static_cast<unsigned short>(sizeof(rtnexthop) + attributes.bytes().size());
  const rtnexthop hop{length, flags, 0, index};
  const auto* raw = reinterpret_cast<const uint8_t*>(&hop);
  hops->insert(hops->end(), raw, raw + sizeof(hop));
  hops->insert(hops->end(), attributes.bytes().begin(), attributes.bytes().end());
}

}  // namespace

TEST_CASE("interfaces: a link has what its message says") {
  NetlinkBuilder builder;
  builder.Message(RTM_NEWLINK, Link()).Text(IFLA_IFNAME, "eth0").Attribute(IFLA_MTU, uint32_t{9000});
  builder.Raw(IFLA_ADDRESS, {2, 0, 0, 0, 0, 1}).Raw(IFLA_PERM_ADDRESS, {2, 0, 0, 0, 0, 2});
  builder.Attribute(IFLA_OPERSTATE, uint8_t{IF_OPER_UP}).Attribute(IFLA_CARRIER, uint8_t{1});
  builder.Attribute(IFLA_MASTER, uint32_t{9});
  const LinkInfo link = ParsedLink(builder);
  CHECK(link.index == 5);
  CHECK(link.arp_type == 1);
  CHECK(link.name == "eth0");
  CHECK(link.mtu == 9000);
  CHECK(link.mac.value().ToString() == "02:00:00:00:00:01");
  CHECK(link.permanent_mac.value().ToString() == "02:00:00:00:00:02");
  CHECK(OperStateName(link.oper_state) == "up");
  CHECK(link.carrier);
  CHECK(link.master_index == 9);
  CHECK(link.parent_index == 0);
  CHECK(link.kind.empty());
  CHECK_FALSE(link.vlan);
}

TEST_CASE("interfaces: a hardware address of another length is none") {
  const std::vector<uint8_t> infiniband(20, 1);
  CHECK_FALSE(ParsedLink(NetlinkBuilder().Message(RTM_NEWLINK, Link()).Raw(IFLA_ADDRESS, infiniband)).mac);
}

TEST_CASE("interfaces: the parent is the device below, never the peer and never one of another namespace") {
  for (const char* kind : {"vlan", "macvlan", "macvtap", "ipvlan", "macsec"}) {
    CAPTURE(kind);
    CHECK(ParsedLink(LinkOfKind(kind, 3)).parent_index == 3);
    CHECK(ParsedLink(LinkOfKind(kind, 3).Attribute(IFLA_LINK_NETNSID, int32_t{0})).parent_index == 0);
  }
  for (const char* kind : {"veth", "netkit", "vxcan", "gretap", "vxlan"}) {
    CAPTURE(kind);
    CHECK(ParsedLink(LinkOfKind(kind, 3)).parent_index == 0);
  }
}

TEST_CASE("interfaces: the other end of a link is a peer or the device below, in whichever namespace") {
  for (const char* kind : {"veth", "netkit", "macvlan", "vlan"}) {
    CAPTURE(kind);
    const auto here = ParsedLink(LinkOfKind(kind, 3)).linked;
    REQUIRE(here);
    CHECK(here->index == 3);
    CHECK_FALSE(here->namespace_id);
    const auto elsewhere = ParsedLink(LinkOfKind(kind, 3).Attribute(IFLA_LINK_NETNSID, int32_t{0})).linked;
    REQUIRE(elsewhere);
    CHECK(elsewhere->index == 3);
    CHECK(elsewhere->namespace_id == 0);
    CHECK_FALSE(ParsedLink(LinkOfKind(kind, 0)).linked);
  }
  CHECK_FALSE(ParsedLink(LinkOfKind("vxlan", 3)).linked);
}

TEST_CASE("interfaces: a bridge says whether it tells VLANs apart") {
  const auto filtering = [](const char* kind, uint8_t value) {
    NetlinkBuilder info;
    info.Text(IFLA_INFO_KIND, kind)
        .Nested(IFLA_INFO_DATA, NetlinkBuilder().Attribute(IFLA_BR_VLAN_FILTERING, value));
    return ParsedLink(NetlinkBuilder().Message(RTM_NEWLINK, Link()).Nested(IFLA_LINKINFO, info))
        .vlan_filtering;
  };
  CHECK(filtering("bridge", 1));
  CHECK_FALSE(filtering("bridge", 0));
  // The same number is another attribute of another kind.
  CHECK_FALSE(filtering("macvlan", 1));
}

TEST_CASE("interfaces: a VLAN link has the identifier and the protocol of its tag") {
  const VlanInfo customer = ParsedLink(Vlan(100, ETH_P_8021Q)).vlan.value();
  CHECK(customer.id == 100);
  CHECK(customer.protocol == ETH_P_8021Q);
  CHECK(ParsedLink(Vlan(4094, ETH_P_8021AD)).vlan.value().protocol == ETH_P_8021AD);
}

TEST_CASE("interfaces: the message of a bridge port is not one of a link") {
  CHECK_FALSE(ParseLink(First(NetlinkBuilder().Message(RTM_NEWLINK, Link(AF_BRIDGE)))));
}

TEST_CASE("interfaces: flags and states have their names") {
  CHECK(FlagNames(0).empty());
  CHECK(FlagNames(IFF_UP | IFF_NOARP | IFF_LOWER_UP | IFF_ECHO | 1U << 31) ==
        std::vector<std::string_view>{"UP", "NOARP", "LOWER_UP", "ECHO"});
  CHECK(OperStateName(IF_OPER_LOWERLAYERDOWN) == "lowerlayerdown");
  CHECK(OperStateName(250) == "unknown");
  CHECK(ScopeName(RT_SCOPE_LINK) == "link");
  CHECK(ScopeName(RT_SCOPE_SITE) == "other");
  CHECK(NeighbourStateName(NUD_STALE) == "STALE");
  CHECK(NeighbourStateName(NUD_NONE) == "NONE");
}

TEST_CASE("interfaces: the prefix of an address is of its own subnet, not of its peer's") {
  CHECK(ParsedAddress(kNetwork + 1, kNetwork + 1, 24).prefix_length == 24);
  CHECK(ParsedAddress(kNetwork + 1, kNetwork + 2, 24).prefix_length == 24);
  CHECK(ParsedAddress(kNetwork + 1, kNetwork + 2, 32).prefix_length == 32);
  const AddressInfo address = ParsedAddress(kNetwork + 1, kNetwork + 0x101, 24);
  CHECK(address.ip == kNetwork + 1);
  CHECK(address.prefix_length == 32);
  CHECK(ParsedAddress(kNetwork + 1, 0x0b000001, 0).prefix_length == 0);
}

TEST_CASE("interfaces: addresses of other families are left out") {
  ifaddrmsg address{};
  address.ifa_family = AF_INET6;
  CHECK_FALSE(
      ParseAddress(First(NetlinkBuilder().Message(RTM_NEWADDR, address).Attribute(IFA_LOCAL, uint32_t{1}))));
}

TEST_CASE("routes: a route has destination, gateway, interface and metric") {
  NetlinkBuilder builder;
  builder.Message(RTM_NEWROUTE, Route()).Attribute(RTA_DST, htonl(kNetwork));
  builder.Attribute(RTA_GATEWAY, htonl(kNetwork + 1)).Attribute(RTA_OIF, uint32_t{5});
  builder.Attribute(RTA_PRIORITY, uint32_t{100});
  const auto routes = ParsedRoutes(builder);
  REQUIRE(routes.size() == 1);
  CHECK(routes[0].destination == kNetwork);
  CHECK(routes[0].prefix_length == 8);
  CHECK(routes[0].gateway == kNetwork + 1);
  CHECK(routes[0].interface_index == 5);
  CHECK(routes[0].metric == 100);
}

TEST_CASE("routes: each next hop of a multipath route is a way, unless it is dead or not of IPv4") {
  std::vector<uint8_t> hops;
  AppendHop(5, 0, NetlinkBuilder().Attribute(RTA_GATEWAY, htonl(kNetwork + 1)), &hops);
  AppendHop(6, RTNH_F_DEAD, NetlinkBuilder().Attribute(RTA_GATEWAY, htonl(kNetwork + 2)), &hops);
  AppendHop(7, 0, NetlinkBuilder(), &hops);
  AppendHop(8, 0, NetlinkBuilder().Raw(RTA_VIA, std::vector<uint8_t>(18)), &hops);
  const auto routes = ParsedRoutes(NetlinkBuilder().Message(RTM_NEWROUTE, Route()).Raw(RTA_MULTIPATH, hops));
  REQUIRE(routes.size() == 2);
  CHECK(routes[0].interface_index == 5);
  CHECK(routes[0].gateway == kNetwork + 1);
  CHECK(routes[1].interface_index == 7);
  CHECK(routes[1].gateway == 0);
}

TEST_CASE("routes: only unicast routes of the main table count") {
  CHECK(ParsedRoutes(Route()).size() == 1);
  rtmsg local = Route();
  local.rtm_type = RTN_LOCAL;
  CHECK(ParsedRoutes(local).empty());
  rtmsg other_table = Route();
  other_table.rtm_table = RT_TABLE_LOCAL;
  CHECK(ParsedRoutes(other_table).empty());
  rtmsg exception = Route();
  exception.rtm_flags = RTM_F_CLONED;
  CHECK(ParsedRoutes(exception).empty());
  NetlinkBuilder table_1000;
  table_1000.Message(RTM_NEWROUTE, Route())
      .Attribute(RTA_OIF, uint32_t{5})
      .Attribute(RTA_TABLE, uint32_t{1000});
  CHECK(ParsedRoutes(table_1000).empty());
}

TEST_CASE("neighbours: proxy entries and entries without an address are left out") {
  ndmsg header{};
  header.ndm_family = AF_INET;
  header.ndm_state = NUD_REACHABLE;
  std::vector<NeighbourInfo> neighbours;
  NetlinkBuilder with_mac;
  with_mac.Message(RTM_NEWNEIGH, header)
      .Attribute(NDA_DST, htonl(kNetwork))
      .Raw(NDA_LLADDR, {2, 0, 0, 0, 0, 1});
  ParseNeighbour(First(with_mac), &neighbours);
  ParseNeighbour(First(NetlinkBuilder().Message(RTM_NEWNEIGH, header)), &neighbours);
  header.ndm_flags = NTF_PROXY;
  ParseNeighbour(First(NetlinkBuilder().Message(RTM_NEWNEIGH, header).Attribute(NDA_DST, htonl(kNetwork))),
                 &neighbours);
  REQUIRE(neighbours.size() == 1);
  CHECK(neighbours[0].ip == kNetwork);
  CHECK(neighbours[0].mac.value().ToString() == "02:00:00:00:00:01");
}

}  // namespace arpsweep::test
