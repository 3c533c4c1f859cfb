#pragma once

#include <poll.h>

#include <atomic>

#include "core/sweep/line.h"
#include "core/system/clock.h"
#include "core/system/packet_socket.h"
#include "core/system/stop_signal.h"

namespace arpsweep {

/// A line over a socket of the kernel. One for each sending thread.
class KernelLine final : public Line {
 public:
  /// heard_until: written by the receiving thread.
  KernelLine(SendSocket& socket, const StopSignal& stop, const std::atomic<int64_t>& heard_until)
      : socket_(socket), stop_(stop), heard_until_(heard_until) {}

  int64_t Now() const override { return MonotonicNs(); }
  int Send(std::span<mmsghdr> frames) override { return socket_.Send(frames); }
  void WaitUntil(int64_t until) const override { stop_.WaitUntil(until); }
  void WaitForRoom(int64_t until) const override { stop_.WaitUntil(until, socket_.fd(), POLLOUT); }
  bool IsStopped() const override { return stop_.IsSet(); }
  int64_t HeardUntil() const override { return heard_until_.load(std::memory_order_acquire); }

 private:
  SendSocket& socket_;
  const StopSignal& stop_;
  const std::atomic<int64_t>& heard_until_;
};

}  // namespace arpsweep
