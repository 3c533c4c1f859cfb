#pragma once

#include <optional>

#include "core/netlink/link_monitor.h"
#include "core/netlink/sent_frames.h"
#include "core/sweep/sweep_config.h"
#include "core/system/network_namespace.h"
#include "core/system/packet_socket.h"

namespace arpsweep {

/// The descriptors of one sweep, in the network namespace of the thread that opens them: that of the config.
struct Sockets {
  /// Does not wait for what takes the kernel its time. @throws SystemError
  explicit Sockets(const SweepConfig& config);

  /// Begins to receive; takes tens of milliseconds where many answers may come. @throws SystemError
  void Listen() { receive.Listen(ring_bytes, block_bytes); }
  /// Takes ten milliseconds and more.
  void CloseSenders();

  const size_t ring_bytes;  // 0: the socket's own queue will do
  const size_t block_bytes;
  ReceiveSocket receive;
  LinkMonitor monitor;
  NamedNamespace place;
  std::optional<SentFrames> sent;  // where our frames are not seen leaving
  SendSocket send;
  std::optional<SendSocket> send_too;  // of the second sending thread
};

}  // namespace arpsweep
