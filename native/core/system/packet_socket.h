#pragma once

#include <linux/filter.h>
#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/system/file_descriptor.h"
#include "core/system/packet_queue.h"
#include "core/system/packet_ring.h"

namespace arpsweep {

/// Opens a packet socket that receives nothing, and closes it again: 0, or the errno by which the kernel
/// refuses it.
int TryPacketSocket();

/// An AF_PACKET socket that only sends on one interface (packet(7)). It is bound to no protocol, so nothing
/// is ever queued on it. Every member throws SystemError where the kernel refuses.
class SendSocket {
 public:
  explicit SendSocket(int interface_index);

  int fd() const { return fd_.get(); }

  /// Hands frames to the kernel without waiting. @returns how many it took, or -errno where it took none.
  int Send(std::span<mmsghdr> frames);

  /// Waits until the kernel has forgotten the socket (synchronize_net): ten milliseconds and more.
  void Close() { fd_.reset(); }

 private:
  FileDescriptor fd_;
};

/// An AF_PACKET socket that receives all protocols of one interface through a filter, into a ring or a queue.
/// ETH_P_ALL because a socket bound to ETH_P_ARP gets tagged replies without their tag, or not at all; and
/// because only it sees outgoing frames.
class ReceiveSocket {
 public:
  /// outgoing: frames that this machine sends on the interface are received as well. Receives nothing yet.
  ReceiveSocket(int interface_index, const std::vector<sock_filter>& filter, bool outgoing);

  /// Begins to receive: into a ring of so many bytes, which takes tens of milliseconds to make, or, with 0,
  /// into the socket's own queue.
  void Listen(size_t ring_bytes, size_t block_bytes = PacketRing::kBlockBytes);

  int fd() const { return fd_.get(); }

  /// Receives frames to `mac` even where it is not the interface's own.
  void JoinPromiscuous();

  /// Calls `on_frame(const ReceivedFrame&)` for each frame of a batch. @returns false where nothing could be
  /// read.
  template <typename OnFrame>
  bool Read(OnFrame on_frame) {
    return ring_ ? ring_->Read(on_frame) : queue_->Read(on_frame);
  }
  /// As many batches as there may be at once.
  size_t batches() const { return ring_ ? ring_->blocks() : kQueueBatches; }
  /// After a Read that returned false: whether nothing is still to come of what the kernel has received.
  bool IsEmpty() const { return !ring_ || ring_->IsEmpty(); }

  /// Frames that the kernel dropped since the last call, because there was no room for them.
  uint32_t TakeDrops();

  /// The pending error of the socket (ENETDOWN after the interface went down), which reading clears; or 0.
  int TakeError();

  /// Waits until the kernel has forgotten the socket (synchronize_net): ten milliseconds and more, with a
  /// ring as much again.
  void Close();

 private:
  static constexpr size_t kQueueBatches = 16;

  int interface_index_;
  FileDescriptor fd_;
  std::optional<PacketRing> ring_;
  std::optional<PacketQueue> queue_;
};

}  // namespace arpsweep
