#include "core/netlink/namespace_id.h"

#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "core/netlink/netlink.h"

namespace arpsweep {
namespace {

struct IdRequest {
  rtgenmsg header{AF_UNSPEC};
  uint8_t padding[NLMSG_ALIGN(sizeof(rtgenmsg)) - sizeof(rtgenmsg)]{};
  rtattr attribute{RTA_LENGTH(sizeof(uint32_t)), NETNSA_FD};
  uint32_t descriptor = 0;
};

}  // namespace

std::optional<int> NamespaceId(int descriptor) {
  IdRequest request;
  request.descriptor = static_cast<uint32_t>(descriptor);
  std::optional<int> id;
  NetlinkSocket socket;
  socket.Get(RTM_GETNSID, "RTM_GETNSID", request, [&](const NetlinkMessage& message) {
    const Attributes attributes(AfterStruct(message.payload, NLMSG_ALIGN(sizeof(rtgenmsg))));
    const auto number = attributes.Uint32(NETNSA_NSID);
    if (number && static_cast<int>(*number) != NETNSA_NSID_NOT_ASSIGNED) id = static_cast<int>(*number);
  });
  return id;
}

}  // namespace arpsweep
