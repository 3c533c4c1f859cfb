#include "core/netlink/netlink.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/system/system_error.h"

namespace arpsweep {
namespace {

// The kernel packs a dump into datagrams as large as the buffer it saw last, up to this (af_netlink.c).
constexpr size_t kInitialBuffer = 32 * 1024;

// Calls again when a signal came first.
template <typename Call>
auto RetryInterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

}  // namespace

NetlinkSocket::NetlinkSocket() : NetlinkSocket(0, 0) {}

NetlinkSocket NetlinkSocket::Subscribe(uint32_t groups) {
  return NetlinkSocket(SOCK_NONBLOCK, groups);
}

NetlinkSocket::NetlinkSocket(int type_flags, uint32_t groups)
    : socket_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | type_flags, NETLINK_ROUTE)),
      buffer_(kInitialBuffer) {
  if (!socket_) throw SystemError("socket AF_NETLINK", errno);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = groups;
  if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) < 0) {
    throw SystemError("bind AF_NETLINK", errno);
  }
  socklen_t length = sizeof(address);
  if (::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &length) < 0) {
    throw SystemError("getsockname AF_NETLINK", errno);
  }
  port_ = address.nl_pid;
}

void NetlinkSocket::Send(uint16_t type, uint16_t flags, NetlinkBytes body) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<uint32_t>(sizeof(header) + body.size());
  header.nlmsg_type = type;
  header.nlmsg_flags = static_cast<uint16_t>(NLM_F_REQUEST | flags);
  header.nlmsg_seq = ++sequence_;

  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  iovec parts[] = {{&header, sizeof(header)}, {const_cast<uint8_t*>(body.data()), body.size()}};
  msghdr message{};
  message.msg_name = &kernel;
  message.msg_namelen = sizeof(kernel);
  message.msg_iov = parts;
  message.msg_iovlen = std::size(parts);
  if (RetryInterrupted([&] { return ::sendmsg(socket_.get(), &message, 0); }) < 0) {
    throw SystemError("sendmsg AF_NETLINK", errno);
  }
}

std::optional<NetlinkBytes> NetlinkSocket::Receive() {
  for (;;) {
    // With MSG_TRUNC the length is that of the datagram, however little is read of it.
    const ssize_t size =
        RetryInterrupted([&] { return ::recv(socket_.get(), nullptr, 0, MSG_PEEK | MSG_TRUNC); });
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return std::nullopt;
    if (size < 0) throw SystemError("recvmsg AF_NETLINK", errno);
    if (static_cast<size_t>(size) > buffer_.size()) buffer_.resize(static_cast<size_t>(size));

    sockaddr_nl sender{};
    socklen_t sender_length = sizeof(sender);
    const ssize_t received = RetryInterrupted([&] {
      return ::recvfrom(socket_.get(), buffer_.data(), buffer_.size(), 0,
                        reinterpret_cast<sockaddr*>(&sender), &sender_length);
    });
    if (received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return std::nullopt;
    if (received < 0) throw SystemError("recvmsg AF_NETLINK", errno);
    // Any process may send to our port; only the kernel has port 0.
    if (sender.nl_pid == 0) return NetlinkBytes(buffer_.data(), static_cast<size_t>(received));
  }
}

bool NetlinkSocket::Ask(uint16_t type, uint16_t flags, NetlinkBytes body, const char* name,
                        NetlinkAnswer::Until until, const NetlinkVisitor& visit) {
  Send(type, flags, body);
  NetlinkAnswer answer(port_, sequence_, name, until);
  for (;;) {
    const auto datagram = Receive();
    if (!datagram) throw SystemError(name, EAGAIN);
    if (answer.Take(*datagram, visit)) return answer.consistent();
  }
}

bool NetlinkAnswer::Take(NetlinkBytes datagram, const NetlinkVisitor& visit) {
  while (const auto message = TakeMessage(&datagram)) {
    const nlmsghdr& header = message->header;
    // What is left of an earlier request that was given up half-way.
    if (header.nlmsg_seq != sequence_ || header.nlmsg_pid != port_) continue;
    if ((header.nlmsg_flags & NLM_F_DUMP_INTR) != 0) consistent_ = false;
    if (header.nlmsg_type == NLMSG_ERROR || header.nlmsg_type == NLMSG_DONE) {
      if (const int error = message->Error()) throw SystemError(name_, error);
      return true;
    }
    if (header.nlmsg_type < NLMSG_MIN_TYPE) continue;
    visit(*message);
    if (until_ == Until::kFirstMessage) return true;
  }
  return false;
}

void ThrowNeverConsistent(const char* name) {
  throw SystemError(name, EINTR);
}

}  // namespace arpsweep
