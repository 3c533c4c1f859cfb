#include "core/speak/speaker.h"

#include <cerrno>

#include "core/system/interface_index.h"
#include "core/system/network_namespace.h"

namespace arpsweep {

Speaker::Speaker(const std::string& interface, const std::string& namespace_path) {
  RunInNetworkNamespace(namespace_path, [&] { socket_.emplace(InterfaceIndex(interface)); });
}

int Speaker::Send(std::span<const uint8_t> frame) {
  if (!socket_) return EBADF;
  // sendmmsg(2) only reads what the vector points to.
  iovec bytes{const_cast<uint8_t*>(frame.data()), frame.size()};
  mmsghdr message{};
  message.msg_hdr.msg_iov = &bytes;
  message.msg_hdr.msg_iovlen = 1;
  const int taken = socket_->Send({&message, 1});
  return taken < 0 ? -taken : 0;
}

}  // namespace arpsweep
