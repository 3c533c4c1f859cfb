#include "core/netlink/bridges.h"

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>

#include "core/netlink/bit_names.h"
#include "core/netlink/netlink.h"

namespace arpsweep {
namespace {

struct PortRequest {
  ifinfomsg info{};
  rtattr extension{RTA_LENGTH(sizeof(uint32_t)), IFLA_EXT_MASK};
  // Without its mask the kernel leaves the VLANs out; compressed, a range takes two entries.
  uint32_t mask = RTEXT_FILTER_BRVLAN_COMPRESSED;
};

// IEEE 802.1Q: a VID has twelve bits.
constexpr uint16_t kLastVlan = 4095;

// Goes on at `*first` where an entry ends a range, with the entry's own flags.
void AppendVlan(const bridge_vlan_info& info, uint16_t* first, std::vector<PortVlan>* vlans) {
  if (info.vid > kLastVlan) return;
  if ((info.flags & BRIDGE_VLAN_INFO_RANGE_BEGIN) != 0) {
    *first = info.vid;
    return;
  }
  const bool ends_range = (info.flags & BRIDGE_VLAN_INFO_RANGE_END) != 0;
  for (uint16_t id = ends_range ? *first : info.vid; id <= info.vid; ++id) {
    vlans->push_back({.id = id,
                      .pvid = (info.flags & BRIDGE_VLAN_INFO_PVID) != 0,
                      .untagged = (info.flags & BRIDGE_VLAN_INFO_UNTAGGED) != 0});
  }
}

bool Flag(const Attributes& attributes, uint16_t type, bool by_default) {
  return attributes.Uint8(type).value_or(by_default ? 1 : 0) != 0;
}

}  // namespace

void ParseBridgeEntry(const NetlinkMessage& message, std::vector<BridgeEntryInfo>* entries) {
  const auto info = ReadStruct<ndmsg>(message.payload);
  if (message.header.nlmsg_type != RTM_NEWNEIGH || !info || info->ndm_family != AF_BRIDGE) return;
  const Attributes attributes(AfterStruct(message.payload, sizeof(ndmsg)));
  // A tunnel's next hop has none.
  const auto mac = attributes.Mac(NDA_LLADDR);
  if (!mac) return;
  entries->push_back({.mac = *mac,
                      .interface_index = info->ndm_ifindex,
                      .bridge_index = static_cast<int>(attributes.Uint32(NDA_MASTER).value_or(0)),
                      .vlan = attributes.Uint16(NDA_VLAN),
                      .state = info->ndm_state,
                      .flags = info->ndm_flags});
}

void ParseBridgePort(const NetlinkMessage& message, std::vector<BridgePortInfo>* ports) {
  const auto info = ReadStruct<ifinfomsg>(message.payload);
  if (message.header.nlmsg_type != RTM_NEWLINK || !info || info->ifi_family != AF_BRIDGE) return;
  const Attributes attributes(AfterStruct(message.payload, sizeof(ifinfomsg)));
  if (!attributes.Has(IFLA_PROTINFO)) return;
  const Attributes settings = attributes.Nested(IFLA_PROTINFO);

  BridgePortInfo port;
  port.interface_index = info->ifi_index;
  port.bridge_index = static_cast<int>(attributes.Uint32(IFLA_MASTER).value_or(0));
  port.state = settings.Uint8(IFLA_BRPORT_STATE).value_or(BR_STATE_DISABLED);
  port.hairpin = Flag(settings, IFLA_BRPORT_MODE, port.hairpin);
  port.learning = Flag(settings, IFLA_BRPORT_LEARNING, port.learning);
  port.unicast_flood = Flag(settings, IFLA_BRPORT_UNICAST_FLOOD, port.unicast_flood);
  port.broadcast_flood = Flag(settings, IFLA_BRPORT_BCAST_FLOOD, port.broadcast_flood);
  port.isolated = Flag(settings, IFLA_BRPORT_ISOLATED, port.isolated);
  port.neighbour_suppression = Flag(settings, IFLA_BRPORT_NEIGH_SUPPRESS, port.neighbour_suppression);
  uint16_t first = 0;
  for (const NetlinkBytes value : attributes.Nested(IFLA_AF_SPEC).FindAll(IFLA_BRIDGE_VLAN_INFO)) {
    if (const auto vlan = ReadStruct<bridge_vlan_info>(value)) AppendVlan(*vlan, &first, &port.vlans);
  }
  ports->push_back(std::move(port));
}

std::vector<BridgeEntryInfo> ListBridgeEntries() {
  ndmsg request{};
  request.ndm_family = AF_BRIDGE;
  NetlinkSocket socket;
  return DumpList<BridgeEntryInfo>(socket, RTM_GETNEIGH, "RTM_GETNEIGH", request, ParseBridgeEntry);
}

std::vector<BridgePortInfo> ListBridgePorts() {
  PortRequest request;
  request.info.ifi_family = AF_BRIDGE;
  NetlinkSocket socket;
  return DumpList<BridgePortInfo>(socket, RTM_GETLINK, "RTM_GETLINK", request, ParseBridgePort);
}

std::vector<std::string_view> NeighbourFlagNames(uint8_t flags) {
  static constexpr std::array<std::string_view, 8> kNames{"USE",         "SELF",      "MASTER", "PROXY",
                                                          "EXT_LEARNED", "OFFLOADED", "STICKY", "ROUTER"};
  static_assert(NTF_USE == 1 << 0 && NTF_SELF == 1 << 1 && NTF_EXT_LEARNED == 1 << 4 &&
                NTF_ROUTER == 1 << (kNames.size() - 1));
  return BitNames(flags, kNames);
}

std::string_view PortStateName(uint8_t state) {
  switch (state) {
    case BR_STATE_LISTENING:
      return "listening";
    case BR_STATE_LEARNING:
      return "learning";
    case BR_STATE_FORWARDING:
      return "forwarding";
    case BR_STATE_BLOCKING:
      return "blocking";
    default:
      return "disabled";
  }
}

}  // namespace arpsweep
