#include "core/system/packet_socket.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/net_tstamp.h>

#include <cerrno>

#include "core/system/socket_option.h"
#include "core/system/system_error.h"

namespace arpsweep {
namespace {

FileDescriptor OpenPacketSocket() {
  // Protocol 0: the socket receives nothing before it is bound, so no stray frame gets past a later filter.
  const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) throw SystemError("socket AF_PACKET", errno);
  return FileDescriptor(fd);
}

void Bind(const FileDescriptor& fd, int interface_index, uint16_t protocol) {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(protocol);
  address.sll_ifindex = interface_index;
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    throw SystemError("bind AF_PACKET", errno);
  }
}

}  // namespace

int TryPacketSocket() {
  try {
    OpenPacketSocket();
    return 0;
  } catch (const SystemError& error) {
    return error.errno_value();
  }
}

SendSocket::SendSocket(int interface_index) : fd_(OpenPacketSocket()) {
  Bind(fd_, interface_index, 0);
}

int SendSocket::Send(std::span<mmsghdr> frames) {
  int sent = 0;
  do {
    sent = sendmmsg(fd_.get(), frames.data(), static_cast<unsigned>(frames.size()), MSG_DONTWAIT);
  } while (sent < 0 && errno == EINTR);
  return sent < 0 ? -errno : sent;
}

ReceiveSocket::ReceiveSocket(int interface_index, const std::vector<sock_filter>& filter, bool outgoing)
    : interface_index_(interface_index), fd_(OpenPacketSocket()) {
  // Stamps frames where they enter and leave the stack, and not where they reach this socket. First, because
  // the kernel begins to do so in its own time.
  SetOption(fd_.get(), SOL_SOCKET, SO_TIMESTAMPING,
            int{SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE}, "setsockopt SO_TIMESTAMPING");
  sock_fprog program{};
  program.len = static_cast<unsigned short>(filter.size());
  program.filter = const_cast<sock_filter*>(filter.data());
  SetOption(fd_.get(), SOL_SOCKET, SO_ATTACH_FILTER, program, "setsockopt SO_ATTACH_FILTER");
  if (outgoing) return;
  SetOption(fd_.get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, int{1}, "setsockopt PACKET_IGNORE_OUTGOING");
}

void ReceiveSocket::Listen(size_t ring_bytes, size_t block_bytes) {
  if (ring_bytes > 0) {
    ring_.emplace(fd_.get(), ring_bytes, block_bytes);
  } else {
    queue_.emplace(fd_.get());
  }
  Bind(fd_, interface_index_, ETH_P_ALL);
}

void ReceiveSocket::JoinPromiscuous() {
  packet_mreq membership{};
  membership.mr_ifindex = interface_index_;
  membership.mr_type = PACKET_MR_PROMISC;
  SetOption(fd_.get(), SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership, "setsockopt PACKET_ADD_MEMBERSHIP");
}

uint32_t ReceiveSocket::TakeDrops() {
  // TPACKET_V3 appends a counter to tpacket_stats that is of no use here.
  tpacket_stats_v3 statistics{};
  socklen_t length = sizeof(statistics);
  if (getsockopt(fd_.get(), SOL_PACKET, PACKET_STATISTICS, &statistics, &length) != 0) return 0;
  return statistics.tp_drops;
}

int ReceiveSocket::TakeError() {
  int error = 0;
  socklen_t length = sizeof(error);
  if (getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &length) != 0) return errno;
  return error;
}

void ReceiveSocket::Close() {
  // A mapping keeps the socket open.
  ring_.reset();
  fd_.reset();
}

}  // namespace arpsweep
