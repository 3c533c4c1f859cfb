#pragma once

#include <linux/if_packet.h>
#include <linux/net_tstamp.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <ctime>

#include "core/system/received_frame.h"

namespace arpsweep {

/// The queue that every packet socket has, read by recvmmsg(2). It opens and closes two grace periods of the
/// kernel sooner than a ring and hands frames over at once, but holds a hundred of them at the least
/// (net.core.rmem_max, by what large receive buffers of a network card count) and costs a copy for each.
class PacketQueue {
 public:
  /// fd: of a packet socket that is not bound yet; outlives the queue. @throws SystemError
  explicit PacketQueue(int fd);
  PacketQueue(const PacketQueue&) = delete;
  PacketQueue& operator=(const PacketQueue&) = delete;

  /// Calls `on_frame(const ReceivedFrame&)` for each frame that is there, up to kBatch. @returns false where
  /// none is.
  template <typename OnFrame>
  bool Read(OnFrame on_frame) {
    const size_t count = Receive();
    for (size_t i = 0; i < count; ++i) on_frame(Describe(i));
    return count > 0;
  }

 private:
  static constexpr size_t kBatch = 32;
  // An ARP frame is shorter, whatever pads it; what is longer is cut.
  static constexpr size_t kFrameBytes = 2048;

  struct Slot {
    std::array<uint8_t, kFrameBytes> bytes;
    sockaddr_ll address;
    alignas(cmsghdr)
        std::array<uint8_t, CMSG_SPACE(sizeof(timespec[3])) + CMSG_SPACE(sizeof(tpacket_auxdata))> control;
  };

  size_t Receive();
  ReceivedFrame Describe(size_t i) const;

  int fd_;
  int64_t read_at_ = 0;  // realtime
  std::array<Slot, kBatch> slots_;
  std::array<iovec, kBatch> vectors_{};
  std::array<mmsghdr, kBatch> messages_{};
};

}  // namespace arpsweep
