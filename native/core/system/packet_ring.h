#pragma once

#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include <cstddef>
#include <cstdint>

#include "core/system/clock.h"
#include "core/system/received_frame.h"

namespace arpsweep {

/// The TPACKET_V3 ring of a receiving socket: frames come in blocks, without a system call for any of them.
/// Making one costs a grace period of the kernel (synchronize_net: tens of milliseconds), and so does closing
/// its socket, beside the one that each packet socket costs.
class PacketRing {
 public:
  /// How long the kernel may keep a block that is not full, ms.
  static constexpr uint32_t kRetireMs = 4;

  /// What the kernel hands over at once, by default.
  static constexpr size_t kBlockBytes = size_t{1} << 18;

  /// fd: of a packet socket that is not bound yet; outlives the ring. block_bytes: a power of two that
  /// divides `bytes`, whole pages, more than the longest frame. @throws SystemError
  PacketRing(int fd, size_t bytes, size_t block_bytes = kBlockBytes);
  ~PacketRing();
  PacketRing(const PacketRing&) = delete;
  PacketRing& operator=(const PacketRing&) = delete;

  size_t blocks() const { return bytes_ / block_bytes_; }

  /// Calls `on_frame(const ReceivedFrame&)` for each frame of the next full block and gives the block back.
  /// @returns false where there is none.
  template <typename OnFrame>
  bool Read(OnFrame on_frame) {
    tpacket_block_desc* block = ReadyBlock();
    if (block == nullptr) return false;
    const auto* header = Offset<tpacket3_hdr>(block, block->hdr.bh1.offset_to_first_pkt);
    for (uint32_t i = 0; i < block->hdr.bh1.num_pkts; ++i) {
      on_frame(Describe(*header));
      header = Offset<tpacket3_hdr>(header, header->tp_next_offset);
    }
    ReleaseBlock(block);
    return true;
  }

  /// Whether the kernel has put nothing into the block that it is filling: all there was has been read.
  bool IsEmpty() const;

 private:
  template <typename T>
  static const T* Offset(const void* base, size_t bytes) {
    return reinterpret_cast<const T*>(static_cast<const uint8_t*>(base) + bytes);
  }
  static ReceivedFrame Describe(const tpacket3_hdr& header) {
    const auto* address = Offset<sockaddr_ll>(&header, TPACKET_ALIGN(sizeof(tpacket3_hdr)));
    ReceivedFrame frame;
    frame.bytes = {Offset<uint8_t>(&header, header.tp_mac), header.tp_snaplen};
    frame.packet_type = address->sll_pkttype;
    frame.outgoing = frame.packet_type == PACKET_OUTGOING;
    frame.length = header.tp_len;
    if ((header.tp_status & TP_STATUS_VLAN_VALID) != 0) {
      const bool known = (header.tp_status & TP_STATUS_VLAN_TPID_VALID) != 0;
      frame.SetTag(known ? header.hv1.tp_vlan_tpid : uint16_t{ETH_P_8021Q},
                   static_cast<uint16_t>(header.hv1.tp_vlan_tci));
    }
    frame.realtime_ns = int64_t{header.tp_sec} * kNanosecondsPerSecond + header.tp_nsec;
    return frame;
  }
  tpacket_block_desc* ReadyBlock();
  void ReleaseBlock(tpacket_block_desc* block);

  size_t block_bytes_;
  uint8_t* ring_ = nullptr;
  size_t bytes_ = 0;
  size_t next_block_ = 0;
};

}  // namespace arpsweep
