#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/netlink/netlink_message.h"
#include "core/wire/mac_address.h"

namespace arpsweep {

/// An IPv4 address of a link.
struct AddressInfo {
  int interface_index = 0;
  /// IFA_LOCAL, in host byte order.
  uint32_t ip = 0;
  /// Of the subnet that `ip` is part of: 32 on a point-to-point link whose prefix is around the peer only.
  uint8_t prefix_length = 0;
  /// IFA_F_SECONDARY: another address of the same subnet comes first.
  bool secondary = false;
  /// RT_SCOPE_ of rtnetlink(7); ScopeName has the words.
  uint8_t scope = 0;
};

struct VlanInfo {
  uint16_t id = 0;
  /// EtherType of the tag: ETH_P_8021Q or ETH_P_8021AD.
  uint16_t protocol = 0;
};

/// The device at the other end of a link (IFLA_LINK).
struct LinkedDevice {
  int index = 0;
  /// The namespace in which the index counts, by the number that this one has for it (NamespaceId); nothing
  /// where it is this one.
  std::optional<int> namespace_id;
};

/// A network interface with its IPv4 addresses in the kernel's order.
struct LinkInfo {
  int index = 0;
  std::string name;
  /// Nothing where the link has no address of six bytes.
  std::optional<MacAddress> mac;
  std::optional<MacAddress> permanent_mac;
  /// ARPHRD_ of linux/if_arp.h.
  uint16_t arp_type = 0;
  /// IFLA_INFO_KIND; empty for a physical device.
  std::string kind;
  /// By ETHTOOL_GDRVINFO; empty where the device does not say.
  std::string driver;
  /// IFF_ of netdevice(7); FlagNames has the words.
  uint32_t flags = 0;
  /// IF_OPER_ of linux/if.h; OperStateName has the words.
  uint8_t oper_state = 0;
  bool carrier = false;
  bool wireless = false;
  uint32_t mtu = 0;
  /// The device below that carries this one's frames, in the same namespace; 0 where there is none.
  int parent_index = 0;
  /// The peer of a veth pair, or the device below, also where it lives in another namespace.
  std::optional<LinkedDevice> linked;
  /// The bridge, bond or VRF above; 0 where there is none.
  int master_index = 0;
  std::optional<VlanInfo> vlan;
  /// A bridge that tells VLANs apart.
  bool vlan_filtering = false;
  std::vector<AddressInfo> addresses;
};

/// The links of the calling thread's network namespace. Throws SystemError.
std::vector<LinkInfo> ListLinks();

/// RTM_NEWLINK without what netlink does not tell: driver, wireless and addresses. Nothing for any other
/// message.
std::optional<LinkInfo> ParseLink(const NetlinkMessage& message);
/// RTM_NEWADDR of IPv4; nothing for any other message.
std::optional<AddressInfo> ParseAddress(const NetlinkMessage& message);

/// `UP`, `BROADCAST`, …: the IFF_ names without the prefix, from the lowest bit up.
std::vector<std::string_view> FlagNames(uint32_t flags);
/// `up`, `lowerlayerdown`, …: the words of RFC 2863 as ip-link(8) has them, in lower case.
std::string_view OperStateName(uint8_t oper_state);
/// `global`, `link`, `host` or `other`.
std::string_view ScopeName(uint8_t scope);

}  // namespace arpsweep
