#include "core/netlink/device_info.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

// After sys/socket.h, whose struct sockaddr these two use without including it.
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <linux/wireless.h>

#include <cstring>
#include <fstream>

namespace arpsweep {
namespace {

bool CopyName(const std::string& name, char* to) {
  if (name.empty() || name.size() >= IFNAMSIZ) return false;
  std::memcpy(to, name.c_str(), name.size() + 1);
  return true;
}

}  // namespace

std::string DriverName(int socket, const std::string& name) {
  ethtool_drvinfo info{};
  info.cmd = ETHTOOL_GDRVINFO;
  ifreq request{};
  request.ifr_data = reinterpret_cast<char*>(&info);
  if (!CopyName(name, request.ifr_name) || ::ioctl(socket, SIOCETHTOOL, &request) < 0) return {};
  return std::string(info.driver, ::strnlen(info.driver, sizeof(info.driver)));
}

bool IsWireless(int socket, int index, const std::string& name) {
  // sysfs shows the namespace in which it was mounted, which need not be ours: only the same index under the
  // same name is taken for the same device.
  const std::string directory = "/sys/class/net/" + name;
  int sysfs_index = 0;
  std::ifstream(directory + "/ifindex") >> sysfs_index;
  if (sysfs_index == index) {
    return ::access((directory + "/phy80211").c_str(), F_OK) == 0 ||
           ::access((directory + "/wireless").c_str(), F_OK) == 0;
  }
  // Second best: drivers for Wi-Fi 7 have no wireless extensions, and the kernel logs a warning at their use.
  iwreq request{};
  return CopyName(name, request.ifr_name) && ::ioctl(socket, SIOCGIWNAME, &request) == 0;
}

}  // namespace arpsweep
