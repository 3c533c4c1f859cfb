#pragma once

#include <string>

namespace arpsweep {

/// What a device driver tells of itself and rtnetlink does not pass on. `socket` is any socket of the
/// device's network namespace (netdevice(7)). A device that has gone, or never said, gives the empty answer:
/// neither is a failure.

/// Name of the driver by ETHTOOL_GDRVINFO, or empty.
std::string DriverName(int socket, const std::string& name);

/// Whether the device is a wireless LAN (IEEE 802.11) interface.
bool IsWireless(int socket, int index, const std::string& name);

}  // namespace arpsweep
