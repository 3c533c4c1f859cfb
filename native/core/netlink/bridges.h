#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/netlink/netlink_message.h"
#include "core/wire/mac_address.h"

namespace arpsweep {

/// An entry of a bridge's table, or of the address list that an interface itself keeps (bridge(8), fdb).
struct BridgeEntryInfo {
  MacAddress mac;
  /// The port; the bridge itself for addresses that it takes for its own.
  int interface_index = 0;
  /// The bridge whose table holds it; 0 where the interface's own list does.
  int bridge_index = 0;
  /// Nothing where the bridge does not tell VLANs apart.
  std::optional<uint16_t> vlan;
  /// NUD_ of rtnetlink(7): PERMANENT is an address of the machine's own, NOARP a static entry, all else is
  /// learnt.
  uint16_t state = 0;
  /// NTF_ of linux/neighbour.h; NeighbourFlagNames has the words.
  uint8_t flags = 0;
};

/// A VLAN whose frames a port takes and gives.
struct PortVlan {
  uint16_t id = 0;
  /// Of untagged frames that come in.
  bool pvid = false;
  /// Frames of it leave without their tag.
  bool untagged = false;
};

/// A port of a bridge and what it lets pass. What the kernel does not say is as it is by default.
struct BridgePortInfo {
  int interface_index = 0;
  int bridge_index = 0;
  /// BR_STATE_ of linux/if_bridge.h; PortStateName has the words.
  uint8_t state = 0;
  /// Sends frames back out of the port that they came by.
  bool hairpin = false;
  bool learning = true;
  /// Passes unicast frames on whose destination is not known, and broadcasts.
  bool unicast_flood = true;
  bool broadcast_flood = true;
  /// Passes nothing on to other isolated ports.
  bool isolated = false;
  /// Requests for neighbours that the bridge knows are answered by it, and do not reach this port.
  bool neighbour_suppression = false;
  /// In the order of their numbers; meaningful where the bridge tells VLANs apart.
  std::vector<PortVlan> vlans;
};

/// Every table entry of this namespace's bridges and interfaces. Throws SystemError.
std::vector<BridgeEntryInfo> ListBridgeEntries();
/// The ports of this namespace's bridges. Throws SystemError.
std::vector<BridgePortInfo> ListBridgePorts();

/// Appends the entry of an RTM_NEWNEIGH message of AF_BRIDGE, where it has a MAC address.
void ParseBridgeEntry(const NetlinkMessage& message, std::vector<BridgeEntryInfo>* entries);
/// Appends the port of an RTM_NEWLINK message of AF_BRIDGE; the bridge's own message is none.
void ParseBridgePort(const NetlinkMessage& message, std::vector<BridgePortInfo>* ports);

/// `SELF`, `MASTER`, …: the NTF_ names without the prefix, from the lowest bit up.
std::vector<std::string_view> NeighbourFlagNames(uint8_t flags);
/// `disabled`, `listening`, `learning`, `forwarding` or `blocking`, as bridge(8) has them.
std::string_view PortStateName(uint8_t state);

}  // namespace arpsweep
