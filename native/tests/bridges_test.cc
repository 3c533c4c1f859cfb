// What bridges, their ports and their tables say, told by messages as the kernel writes them.

#include "core/netlink/bridges.h"

#include <doctest/doctest.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <sys/socket.h>

#include "netlink_builder.h"

namespace arpsweep::test {
namespace {

constexpr int kPort = 5;
constexpr uint32_t kBridge = 9;

ndmsg Entry(uint16_t state, uint8_t flags = 0, unsigned family = AF_BRIDGE) {
  ndmsg entry{};
  entry.ndm_family = static_cast<uint8_t>(family);
  entry.ndm_ifindex = kPort;
  entry.ndm_state = state;
  entry.ndm_flags = flags;
  return entry;
}

std::vector<BridgeEntryInfo> Entries(const NetlinkBuilder& builder) {
  std::vector<BridgeEntryInfo> entries;
  ParseBridgeEntry(First(builder), &entries);
  return entries;
}

NetlinkBuilder PortMessage(const NetlinkBuilder& settings, unsigned family = AF_BRIDGE) {
  ifinfomsg info{};
  info.ifi_family = static_cast<unsigned char>(family);
  info.ifi_index = kPort;
  NetlinkBuilder builder;
  builder.Message(RTM_NEWLINK, info).Attribute(IFLA_MASTER, kBridge);
  return builder.Nested(IFLA_PROTINFO | NLA_F_NESTED, settings);
}

std::vector<BridgePortInfo> Ports(const NetlinkBuilder& builder) {
  std::vector<BridgePortInfo> ports;
  ParseBridgePort(First(builder), &ports);
  return ports;
}

BridgePortInfo PortWithVlans(const std::vector<bridge_vlan_info>& vlans) {
  NetlinkBuilder spec;
  spec.Attribute(IFLA_BRIDGE_FLAGS, uint16_t{BRIDGE_FLAGS_SELF});
  for (const bridge_vlan_info& vlan : vlans) spec.Attribute(IFLA_BRIDGE_VLAN_INFO, vlan);
  const auto ports = Ports(PortMessage(NetlinkBuilder()).Nested(IFLA_AF_SPEC, spec));
  REQUIRE(ports.size() == 1);
  return ports[0];
}

}  // namespace

TEST_CASE("bridges: an entry has its MAC, its port, its bridge, its VLAN and how it came about") {
  NetlinkBuilder learnt;
  learnt.Message(RTM_NEWNEIGH, Entry(NUD_REACHABLE, NTF_MASTER | NTF_EXT_LEARNED))
      .Raw(NDA_LLADDR, {2, 0, 0, 0, 0, 1})
      .Attribute(NDA_MASTER, kBridge)
      .Attribute(NDA_VLAN, uint16_t{100});
  const auto entries = Entries(learnt);
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].mac.ToString() == "02:00:00:00:00:01");
  CHECK(entries[0].interface_index == kPort);
  CHECK(entries[0].bridge_index == static_cast<int>(kBridge));
  CHECK(entries[0].vlan == 100);
  CHECK(entries[0].state == NUD_REACHABLE);
  CHECK(NeighbourFlagNames(entries[0].flags) == std::vector<std::string_view>{"MASTER", "EXT_LEARNED"});
}

TEST_CASE("bridges: an entry of an interface's own list has no bridge, and one without VLANs none") {
  const auto entries = Entries(NetlinkBuilder()
                                   .Message(RTM_NEWNEIGH, Entry(NUD_PERMANENT, NTF_SELF))
                                   .Raw(NDA_LLADDR, {1, 0, 0x5e, 0, 0, 1}));
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].bridge_index == 0);
  CHECK_FALSE(entries[0].vlan);
  CHECK(NeighbourFlagNames(entries[0].flags) == std::vector<std::string_view>{"SELF"});
}

TEST_CASE("bridges: entries of other families, of other messages and without a MAC address are left out") {
  const std::vector<uint8_t> mac{2, 0, 0, 0, 0, 1};
  CHECK(Entries(NetlinkBuilder().Message(RTM_NEWNEIGH, Entry(NUD_REACHABLE, 0, AF_INET)).Raw(NDA_LLADDR, mac))
            .empty());
  CHECK(Entries(NetlinkBuilder().Message(RTM_DELNEIGH, Entry(NUD_REACHABLE)).Raw(NDA_LLADDR, mac)).empty());
  CHECK(Entries(NetlinkBuilder().Message(RTM_NEWNEIGH, Entry(NUD_REACHABLE))).empty());
}

TEST_CASE("bridges: a port has its state and what it lets pass") {
  NetlinkBuilder settings;
  settings.Attribute(IFLA_BRPORT_STATE, uint8_t{BR_STATE_BLOCKING})
      .Attribute(IFLA_BRPORT_MODE, uint8_t{1})
      .Attribute(IFLA_BRPORT_LEARNING, uint8_t{0})
      .Attribute(IFLA_BRPORT_UNICAST_FLOOD, uint8_t{0})
      .Attribute(IFLA_BRPORT_BCAST_FLOOD, uint8_t{0})
      .Attribute(IFLA_BRPORT_ISOLATED, uint8_t{1})
      .Attribute(IFLA_BRPORT_NEIGH_SUPPRESS, uint8_t{1});
  const auto ports = Ports(PortMessage(settings));
  REQUIRE(ports.size() == 1);
  CHECK(ports[0].interface_index == kPort);
  CHECK(ports[0].bridge_index == static_cast<int>(kBridge));
  CHECK(PortStateName(ports[0].state) == "blocking");
  CHECK(ports[0].hairpin);
  CHECK_FALSE(ports[0].learning);
  CHECK_FALSE(ports[0].unicast_flood);
  CHECK_FALSE(ports[0].broadcast_flood);
  CHECK(ports[0].isolated);
  CHECK(ports[0].neighbour_suppression);
}

TEST_CASE("bridges: what an old kernel does not say of a port is as it was then") {
  const auto ports =
      Ports(PortMessage(NetlinkBuilder().Attribute(IFLA_BRPORT_STATE, uint8_t{BR_STATE_FORWARDING})));
  REQUIRE(ports.size() == 1);
  CHECK(PortStateName(ports[0].state) == "forwarding");
  CHECK_FALSE(ports[0].hairpin);
  CHECK(ports[0].learning);
  CHECK(ports[0].unicast_flood);
  CHECK(ports[0].broadcast_flood);
  CHECK_FALSE(ports[0].isolated);
  CHECK_FALSE(ports[0].neighbour_suppression);
  CHECK(ports[0].vlans.empty());
}

TEST_CASE("bridges: neither a bridge nor an ordinary link is a port") {
  ifinfomsg info{};
  info.ifi_family = AF_BRIDGE;
  info.ifi_index = kBridge;
  CHECK(Ports(NetlinkBuilder().Message(RTM_NEWLINK, info).Attribute(IFLA_MASTER, kBridge)).empty());
  CHECK(Ports(PortMessage(NetlinkBuilder(), AF_UNSPEC)).empty());
}

TEST_CASE("bridges: the VLANs of a port are one by one, however the kernel packs them") {
  constexpr uint16_t kBegin = BRIDGE_VLAN_INFO_RANGE_BEGIN, kEnd = BRIDGE_VLAN_INFO_RANGE_END;
  constexpr uint16_t kNative = BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED;
  const BridgePortInfo port = PortWithVlans({{kNative, 1}, {kBegin, 100}, {kEnd, 103}, {0, 200}});
  std::vector<int> ids;
  for (const PortVlan& vlan : port.vlans) {
    ids.push_back(vlan.id);
    CHECK(vlan.pvid == (vlan.id == 1));
    CHECK(vlan.untagged == (vlan.id == 1));
  }
  CHECK(ids == std::vector<int>{1, 100, 101, 102, 103, 200});
}

TEST_CASE("bridges: a range of VLANs that runs backwards, or beyond what a tag can say, adds nothing") {
  CHECK(
      PortWithVlans({{BRIDGE_VLAN_INFO_RANGE_BEGIN, 200}, {BRIDGE_VLAN_INFO_RANGE_END, 100}}).vlans.empty());
  CHECK(PortWithVlans({{BRIDGE_VLAN_INFO_RANGE_BEGIN, 4000}, {BRIDGE_VLAN_INFO_RANGE_END, 0xffff}})
            .vlans.empty());
  CHECK(PortWithVlans({{BRIDGE_VLAN_INFO_RANGE_BEGIN, 4000}}).vlans.empty());
}

}  // namespace arpsweep::test
