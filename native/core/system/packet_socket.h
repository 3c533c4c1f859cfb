#pragma once

#include <linux/filter.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <cstdint>
#include <span>
#include <vector>

#include "core/system/file_descriptor.h"
#include "core/wire/mac_address.h"

namespace arpsweep {

/// An AF_PACKET socket that only sends on one interface (packet(7)). It is bound to no protocol, so nothing
/// is ever queued on it. Every member throws SystemError where the kernel refuses.
class SendSocket {
 public:
  explicit SendSocket(int interface_index);

  int fd() const { return fd_.get(); }

  /// Hands frames to the kernel without waiting. @returns how many it took, or -errno where it took none.
  int Send(std::span<mmsghdr> frames);

 private:
  FileDescriptor fd_;
};

/// An AF_PACKET socket that receives all protocols of one interface through a filter into a TPACKET_V3 ring.
/// ETH_P_ALL because a socket bound to ETH_P_ARP gets tagged replies without their tag, or not at all; and
/// because only it sees outgoing frames.
class ReceiveSocket {
 public:
  /// How long the kernel may keep a block that is not full, ms.
  static constexpr uint32_t kRetireMs = 4;

  /// outgoing: frames that this machine sends on the interface are received as well.
  ReceiveSocket(int interface_index, const std::vector<sock_filter>& filter, size_t ring_bytes,
                bool outgoing);
  ~ReceiveSocket();
  ReceiveSocket(const ReceiveSocket&) = delete;
  ReceiveSocket& operator=(const ReceiveSocket&) = delete;

  int fd() const { return fd_.get(); }
  /// Blocks of the ring.
  size_t blocks() const { return ring_bytes_ / kBlockBytes; }

  /// Receives frames to `mac` even where it is not the interface's own.
  void JoinPromiscuous();

  /// Calls `on_frame(const tpacket3_hdr&, const sockaddr_ll&)` for each frame of the next full block and
  /// gives the block back. @returns false where there is none.
  template <typename OnFrame>
  bool ReadBlock(OnFrame on_frame) {
    tpacket_block_desc* block = ReadyBlock();
    if (block == nullptr) return false;
    const auto* header = Offset<tpacket3_hdr>(block, block->hdr.bh1.offset_to_first_pkt);
    for (uint32_t i = 0; i < block->hdr.bh1.num_pkts; ++i) {
      on_frame(*header, *Offset<sockaddr_ll>(header, TPACKET_ALIGN(sizeof(tpacket3_hdr))));
      header = Offset<tpacket3_hdr>(header, header->tp_next_offset);
    }
    ReleaseBlock(block);
    return true;
  }

  /// Whether the kernel has put nothing into the block that it is filling: all there was has been read.
  bool IsEmpty() const;

  /// Frames that the kernel dropped since the last call, because the ring was full.
  uint32_t TakeDrops();

  /// The pending error of the socket (ENETDOWN after the interface went down), which reading clears; or 0.
  int TakeError();

 private:
  template <typename T>
  static const T* Offset(const void* base, size_t bytes) {
    return reinterpret_cast<const T*>(static_cast<const uint8_t*>(base) + bytes);
  }
  tpacket_block_desc* ReadyBlock();
  void ReleaseBlock(tpacket_block_desc* block);

  static constexpr size_t kBlockBytes = size_t{1} << 18;

  int interface_index_;
  FileDescriptor fd_;
  uint8_t* ring_ = nullptr;
  size_t ring_bytes_ = 0;
  size_t next_block_ = 0;
};

}  // namespace arpsweep
