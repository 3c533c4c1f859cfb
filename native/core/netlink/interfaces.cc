#include "core/netlink/interfaces.h"

#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "core/netlink/bit_names.h"
#include "core/netlink/device_info.h"
#include "core/netlink/netlink.h"

namespace arpsweep {
namespace {

struct LinkRequest {
  ifinfomsg info{};
  // Without its counters a link is a third of the size.
  rtattr extension{RTA_LENGTH(sizeof(uint32_t)), IFLA_EXT_MASK};
  uint32_t mask = RTEXT_FILTER_SKIP_STATS;
};

struct AddressRequest {
  ifaddrmsg address{};
};

// The kinds whose IFLA_LINK is the device that carries their frames, and those whose is their peer. For
// others it is something else, as the device to which a tunnel's packets are bound.
constexpr std::array<std::string_view, 8> kStackedKinds{"vlan",   "macvlan", "macvtap", "ipvlan",
                                                        "ipvtap", "macsec",  "ipoib",   "dsa"};
constexpr std::array<std::string_view, 3> kPairedKinds{"veth", "netkit", "vxcan"};

template <size_t kSize>
bool Contains(const std::array<std::string_view, kSize>& kinds, std::string_view kind) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

std::optional<LinkedDevice> Linked(const Attributes& attributes, std::string_view kind) {
  if (!Contains(kStackedKinds, kind) && !Contains(kPairedKinds, kind)) return std::nullopt;
  const auto index = attributes.Uint32(IFLA_LINK);
  if (!index || *index == 0) return std::nullopt;
  LinkedDevice linked;
  linked.index = static_cast<int>(*index);
  if (const auto id = attributes.Uint32(IFLA_LINK_NETNSID)) linked.namespace_id = static_cast<int>(*id);
  return linked;
}

std::optional<VlanInfo> ParseVlan(const Attributes& data) {
  const auto id = data.Uint16(IFLA_VLAN_ID);
  if (!id) return std::nullopt;
  // Kernels before 3.10 knew no other protocol and did not say.
  return VlanInfo{*id, data.BigEndian16(IFLA_VLAN_PROTOCOL).value_or(ETH_P_8021Q)};
}

uint32_t PrefixMask(uint8_t length) {
  return length == 0 ? 0 : ~uint32_t{0} << (32 - length);
}

void AppendLink(const NetlinkMessage& message, std::vector<LinkInfo>* links) {
  if (auto link = ParseLink(message)) links->push_back(std::move(*link));
}

void AppendAddress(const NetlinkMessage& message, std::vector<AddressInfo>* addresses) {
  if (const auto address = ParseAddress(message)) addresses->push_back(*address);
}

}  // namespace

std::optional<LinkInfo> ParseLink(const NetlinkMessage& message) {
  const auto info = ReadStruct<ifinfomsg>(message.payload);
  // With family AF_BRIDGE the message is about a bridge port and lacks most of the link.
  if (message.header.nlmsg_type != RTM_NEWLINK || !info || info->ifi_family != AF_UNSPEC) return std::nullopt;
  const Attributes attributes(AfterStruct(message.payload, sizeof(ifinfomsg)));
  const Attributes link_info = attributes.Nested(IFLA_LINKINFO);

  LinkInfo link;
  link.index = info->ifi_index;
  link.arp_type = info->ifi_type;
  link.flags = info->ifi_flags;
  link.name = attributes.Text(IFLA_IFNAME).value_or("");
  link.mac = attributes.Mac(IFLA_ADDRESS);
  link.permanent_mac = attributes.Mac(IFLA_PERM_ADDRESS);
  link.kind = link_info.Text(IFLA_INFO_KIND).value_or("");
  link.oper_state = attributes.Uint8(IFLA_OPERSTATE).value_or(IF_OPER_UNKNOWN);
  const bool lower_up = (link.flags & IFF_LOWER_UP) != 0;
  link.carrier = attributes.Uint8(IFLA_CARRIER).value_or(lower_up ? 1 : 0) != 0;
  link.mtu = attributes.Uint32(IFLA_MTU).value_or(0);
  link.linked = Linked(attributes, link.kind);
  // In another namespace the index names another device than here.
  if (link.linked && !link.linked->namespace_id && Contains(kStackedKinds, link.kind)) {
    link.parent_index = link.linked->index;
  }
  link.master_index = static_cast<int>(attributes.Uint32(IFLA_MASTER).value_or(0));
  const Attributes data = link_info.Nested(IFLA_INFO_DATA);
  if (link.kind == "vlan") link.vlan = ParseVlan(data);
  if (link.kind == "bridge") link.vlan_filtering = data.Uint8(IFLA_BR_VLAN_FILTERING).value_or(0) != 0;
  return link;
}

std::optional<AddressInfo> ParseAddress(const NetlinkMessage& message) {
  const auto info = ReadStruct<ifaddrmsg>(message.payload);
  if (message.header.nlmsg_type != RTM_NEWADDR || !info || info->ifa_family != AF_INET) return std::nullopt;
  const Attributes attributes(AfterStruct(message.payload, sizeof(ifaddrmsg)));
  const auto prefix_address = attributes.Ipv4(IFA_ADDRESS);
  const auto local = attributes.Ipv4(IFA_LOCAL);
  if ((!prefix_address && !local) || info->ifa_prefixlen > 32) return std::nullopt;

  AddressInfo address;
  address.interface_index = static_cast<int>(info->ifa_index);
  address.ip = local ? *local : *prefix_address;
  // The prefix is that of IFA_ADDRESS, which is the peer's address where the link is point-to-point.
  const uint32_t distance = address.ip ^ prefix_address.value_or(address.ip);
  const bool same_subnet = (distance & PrefixMask(info->ifa_prefixlen)) == 0;
  address.prefix_length = same_subnet ? info->ifa_prefixlen : 32;
  address.secondary = (info->ifa_flags & IFA_F_SECONDARY) != 0;
  address.scope = info->ifa_scope;
  return address;
}

std::vector<LinkInfo> ListLinks() {
  NetlinkSocket socket;
  auto links = DumpList<LinkInfo>(socket, RTM_GETLINK, "RTM_GETLINK", LinkRequest{}, AppendLink);
  AddressRequest request;
  request.address.ifa_family = AF_INET;
  const auto addresses = DumpList<AddressInfo>(socket, RTM_GETADDR, "RTM_GETADDR", request, AppendAddress);

  std::unordered_map<int, LinkInfo*> by_index;
  for (LinkInfo& link : links) {
    link.driver = DriverName(socket.fd(), link.name);
    link.wireless = link.arp_type == ARPHRD_ETHER && IsWireless(socket.fd(), link.index, link.name);
    by_index.emplace(link.index, &link);
  }
  // An address without a link is that of one made since.
  for (const AddressInfo& address : addresses) {
    const auto found = by_index.find(address.interface_index);
    if (found != by_index.end()) found->second->addresses.push_back(address);
  }
  return links;
}

std::vector<std::string_view> FlagNames(uint32_t flags) {
  static constexpr std::array<std::string_view, 19> kNames{
      "UP",        "BROADCAST", "DEBUG",    "LOOPBACK", "POINTOPOINT", "NOTRAILERS", "RUNNING",
      "NOARP",     "PROMISC",   "ALLMULTI", "MASTER",   "SLAVE",       "MULTICAST",  "PORTSEL",
      "AUTOMEDIA", "DYNAMIC",   "LOWER_UP", "DORMANT",  "ECHO"};
  static_assert(IFF_UP == 1 << 0 && IFF_NOARP == 1 << 7 && IFF_ECHO == 1 << (kNames.size() - 1));
  return BitNames(flags, kNames);
}

std::string_view OperStateName(uint8_t oper_state) {
  switch (oper_state) {
    case IF_OPER_NOTPRESENT:
      return "notpresent";
    case IF_OPER_DOWN:
      return "down";
    case IF_OPER_LOWERLAYERDOWN:
      return "lowerlayerdown";
    case IF_OPER_TESTING:
      return "testing";
    case IF_OPER_DORMANT:
      return "dormant";
    case IF_OPER_UP:
      return "up";
    default:
      return "unknown";
  }
}

std::string_view ScopeName(uint8_t scope) {
  switch (scope) {
    case RT_SCOPE_UNIVERSE:
      return "global";
    case RT_SCOPE_LINK:
      return "link";
    case RT_SCOPE_HOST:
      return "host";
    default:
      return "other";
  }
}

}  // namespace arpsweep
