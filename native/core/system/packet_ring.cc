#include "core/system/packet_ring.h"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cerrno>

#include "core/system/socket_option.h"

namespace arpsweep {

PacketRing::PacketRing(int fd, size_t bytes, size_t block_bytes) : block_bytes_(block_bytes) {
  SetOption(fd, SOL_PACKET, PACKET_VERSION, int{TPACKET_V3}, "setsockopt PACKET_VERSION");
  tpacket_req3 request{};
  request.tp_block_size = static_cast<unsigned>(block_bytes);
  request.tp_block_nr = static_cast<unsigned>(std::max<size_t>(bytes / block_bytes, 2));
  request.tp_frame_size = TPACKET_ALIGNMENT << 7;
  request.tp_frame_nr =
      static_cast<unsigned>(request.tp_block_size / request.tp_frame_size * request.tp_block_nr);
  request.tp_retire_blk_tov = kRetireMs;
  SetOption(fd, SOL_PACKET, PACKET_RX_RING, request, "setsockopt PACKET_RX_RING");
  bytes_ = size_t{request.tp_block_size} * request.tp_block_nr;
  void* ring = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (ring == MAP_FAILED) throw SystemError("mmap PACKET_RX_RING", errno);
  ring_ = static_cast<uint8_t*>(ring);
}

PacketRing::~PacketRing() {
  munmap(ring_, bytes_);
}

tpacket_block_desc* PacketRing::ReadyBlock() {
  auto* block = reinterpret_cast<tpacket_block_desc*>(ring_ + next_block_ * block_bytes_);
  std::atomic_ref<uint32_t> status(block->hdr.bh1.block_status);
  return (status.load(std::memory_order_acquire) & TP_STATUS_USER) != 0 ? block : nullptr;
}

bool PacketRing::IsEmpty() const {
  // The kernel counts frames as it fills the block (net/packet/af_packet.c, prb_fill_curr_block).
  auto* block = reinterpret_cast<tpacket_block_desc*>(ring_ + next_block_ * block_bytes_);
  const std::atomic_ref<uint32_t> frames(block->hdr.bh1.num_pkts);
  const std::atomic_ref<uint32_t> status(block->hdr.bh1.block_status);
  return (status.load(std::memory_order_acquire) & TP_STATUS_USER) == 0 &&
         frames.load(std::memory_order_acquire) == 0;
}

void PacketRing::ReleaseBlock(tpacket_block_desc* block) {
  std::atomic_ref<uint32_t>(block->hdr.bh1.block_status).store(TP_STATUS_KERNEL, std::memory_order_release);
  next_block_ = (next_block_ + 1) % blocks();
}

}  // namespace arpsweep
