#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <type_traits>
#include <vector>

#include "core/netlink/netlink_message.h"
#include "core/system/file_descriptor.h"

namespace arpsweep {

using NetlinkVisitor = std::function<void(const NetlinkMessage&)>;

/// Reads the answer to one request out of the datagrams that a socket receives.
class NetlinkAnswer {
 public:
  enum class Until { kFirstMessage, kDone };

  /// `name` (RTM_GETLINK) stands for the system call where the kernel refuses: it is the request that failed.
  NetlinkAnswer(uint32_t port, uint32_t sequence, const char* name, Until until)
      : port_(port), sequence_(sequence), name_(name), until_(until) {}

  /// Gives the answer's messages in `datagram` to `visit`. Returns true when the answer is complete.
  /// Throws SystemError with the error that the kernel answered.
  bool Take(NetlinkBytes datagram, const NetlinkVisitor& visit);

  /// False where what was asked for changed during the dump (NLM_F_DUMP_INTR).
  bool consistent() const { return consistent_; }

 private:
  uint32_t port_;
  uint32_t sequence_;
  const char* name_;
  Until until_;
  bool consistent_ = true;
};

/// A NETLINK_ROUTE socket in the network namespace of the thread that makes it, and for good. For one thread
/// at a time. Every method throws SystemError.
class NetlinkSocket {
 public:
  /// A socket that answers requests, blocking.
  NetlinkSocket();
  /// A socket for notifications of these RTMGRP_ groups, which does not block.
  static NetlinkSocket Subscribe(uint32_t groups);

  int fd() const { return socket_.get(); }

  /// Receives one datagram that the kernel itself sent, whole whatever its size; valid until the next call.
  /// Nothing where the socket does not block and nothing is there. ENOBUFS says that notifications were lost.
  std::optional<NetlinkBytes> Receive();

  /// Asks for one object and gives its message to `visit`. `name` as in NetlinkAnswer.
  template <typename Body>
  void Get(uint16_t type, const char* name, const Body& body, const NetlinkVisitor& visit) {
    Ask(type, 0, Bytes(body), name, NetlinkAnswer::Until::kFirstMessage, visit);
  }

  /// Asks for all objects of a kind and gives the message of each to `visit`.
  /// Returns false where they changed in the meantime: what was visited may miss some, or have some twice.
  template <typename Body>
  bool Dump(uint16_t type, const char* name, const Body& body, const NetlinkVisitor& visit) {
    return Ask(type, NLM_F_DUMP, Bytes(body), name, NetlinkAnswer::Until::kDone, visit);
  }

 private:
  NetlinkSocket(int type_flags, uint32_t groups);

  template <typename Body>
  static NetlinkBytes Bytes(const Body& body) {
    static_assert(std::is_trivially_copyable_v<Body> && sizeof(Body) % NLMSG_ALIGNTO == 0);
    return {reinterpret_cast<const uint8_t*>(&body), sizeof(Body)};
  }

  bool Ask(uint16_t type, uint16_t flags, NetlinkBytes body, const char* name, NetlinkAnswer::Until until,
           const NetlinkVisitor& visit);
  void Send(uint16_t type, uint16_t flags, NetlinkBytes body);

  FileDescriptor socket_;
  uint32_t port_ = 0;
  uint32_t sequence_ = 0;
  std::vector<uint8_t> buffer_;
};

/// How often DumpList asks before it gives up.
inline constexpr int kDumpAttempts = 16;

[[noreturn]] void ThrowNeverConsistent(const char* name);

/// All objects of a kind as one consistent list: asks again where the kernel's tables changed during the
/// dump, and throws SystemError (EINTR) when they never hold still. `socket`: a NetlinkSocket. `parse`
/// appends what a message holds to the list.
template <typename Item, typename Socket, typename Body>
std::vector<Item> DumpList(Socket& socket, uint16_t type, const char* name, const Body& body,
                           void (*parse)(const NetlinkMessage&, std::vector<Item>*)) {
  for (int attempt = 0; attempt < kDumpAttempts; ++attempt) {
    std::vector<Item> items;
    const auto append = [&](const NetlinkMessage& message) { parse(message, &items); };
    if (socket.Dump(type, name, body, append)) return items;
  }
  ThrowNeverConsistent(name);
}

}  // namespace arpsweep
