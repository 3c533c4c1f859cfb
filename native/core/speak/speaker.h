#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/system/packet_socket.h"

namespace arpsweep {

/// Sends frames as they are on one link, and hears nothing: whether they left, a Listener there tells. It has
/// no thread; methods are for one thread at a time.
class Speaker {
 public:
  /// namespace_path: file of the link's network namespace; empty for that of the calling thread. Throws
  /// SystemError.
  Speaker(const std::string& interface, const std::string& namespace_path);

  /// Hands a whole Ethernet frame without FCS to the kernel, which does not wait. @returns 0, or the errno by
  /// which it refused the frame: ENOBUFS and EAGAIN where there is no room, ENETDOWN, ENXIO, EMSGSIZE; EBADF
  /// once closed.
  int Send(std::span<const uint8_t> frame);

  /// Waits until the kernel has forgotten the socket: ten milliseconds and more. Idempotent.
  void Close() { socket_.reset(); }

 private:
  std::optional<SendSocket> socket_;
};

}  // namespace arpsweep
