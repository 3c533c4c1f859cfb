#include "core/system/packet_socket.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cerrno>

#include "core/system/system_error.h"

namespace arpsweep {
namespace {

FileDescriptor OpenPacketSocket() {
  // Protocol 0: the socket receives nothing before it is bound, so no stray frame gets past a later filter.
  const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) throw SystemError("socket AF_PACKET", errno);
  return FileDescriptor(fd);
}

void Bind(const FileDescriptor& fd, int interface_index, uint16_t protocol) {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(protocol);
  address.sll_ifindex = interface_index;
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    throw SystemError("bind AF_PACKET", errno);
  }
}

template <typename T>
void SetOption(const FileDescriptor& fd, int level, int option, const T& value, const char* name) {
  if (setsockopt(fd.get(), level, option, &value, sizeof(value)) != 0) throw SystemError(name, errno);
}

}  // namespace

SendSocket::SendSocket(int interface_index) : fd_(OpenPacketSocket()) {
  Bind(fd_, interface_index, 0);
}

int SendSocket::Send(std::span<mmsghdr> frames) {
  int sent = 0;
  do {
    sent = sendmmsg(fd_.get(), frames.data(), static_cast<unsigned>(frames.size()), MSG_DONTWAIT);
  } while (sent < 0 && errno == EINTR);
  return sent < 0 ? -errno : sent;
}

ReceiveSocket::ReceiveSocket(int interface_index, const std::vector<sock_filter>& filter, size_t ring_bytes,
                             bool outgoing)
    : interface_index_(interface_index), fd_(OpenPacketSocket()) {
  sock_fprog program{};
  program.len = static_cast<unsigned short>(filter.size());
  program.filter = const_cast<sock_filter*>(filter.data());
  SetOption(fd_, SOL_SOCKET, SO_ATTACH_FILTER, program, "setsockopt SO_ATTACH_FILTER");
  // Stamps frames where they enter and leave the stack, and not where they reach this socket.
  SetOption(fd_, SOL_SOCKET, SO_TIMESTAMPNS, int{1}, "setsockopt SO_TIMESTAMPNS");
  if (!outgoing)
    SetOption(fd_, SOL_PACKET, PACKET_IGNORE_OUTGOING, int{1}, "setsockopt PACKET_IGNORE_OUTGOING");
  SetOption(fd_, SOL_PACKET, PACKET_VERSION, int{TPACKET_V3}, "setsockopt PACKET_VERSION");

  tpacket_req3 request{};
  request.tp_block_size = kBlockBytes;
  request.tp_block_nr = static_cast<unsigned>(std::max<size_t>(ring_bytes / kBlockBytes, 2));
  request.tp_frame_size = TPACKET_ALIGNMENT << 7;
  request.tp_frame_nr =
      static_cast<unsigned>(request.tp_block_size / request.tp_frame_size * request.tp_block_nr);
  request.tp_retire_blk_tov = kRetireMs;
  SetOption(fd_, SOL_PACKET, PACKET_RX_RING, request, "setsockopt PACKET_RX_RING");
  ring_bytes_ = size_t{request.tp_block_size} * request.tp_block_nr;
  void* ring = mmap(nullptr, ring_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(), 0);
  if (ring == MAP_FAILED) throw SystemError("mmap PACKET_RX_RING", errno);
  ring_ = static_cast<uint8_t*>(ring);

  try {
    Bind(fd_, interface_index, ETH_P_ALL);
  } catch (...) {
    munmap(ring_, ring_bytes_);
    throw;
  }
}

ReceiveSocket::~ReceiveSocket() {
  munmap(ring_, ring_bytes_);
}

void ReceiveSocket::JoinPromiscuous() {
  packet_mreq membership{};
  membership.mr_ifindex = interface_index_;
  membership.mr_type = PACKET_MR_PROMISC;
  SetOption(fd_, SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership, "setsockopt PACKET_ADD_MEMBERSHIP");
}

tpacket_block_desc* ReceiveSocket::ReadyBlock() {
  auto* block = reinterpret_cast<tpacket_block_desc*>(ring_ + next_block_ * kBlockBytes);
  std::atomic_ref<uint32_t> status(block->hdr.bh1.block_status);
  return (status.load(std::memory_order_acquire) & TP_STATUS_USER) != 0 ? block : nullptr;
}

bool ReceiveSocket::IsEmpty() const {
  // The kernel counts frames as it fills the block (net/packet/af_packet.c, prb_fill_curr_block).
  auto* block = reinterpret_cast<tpacket_block_desc*>(ring_ + next_block_ * kBlockBytes);
  const std::atomic_ref<uint32_t> frames(block->hdr.bh1.num_pkts);
  const std::atomic_ref<uint32_t> status(block->hdr.bh1.block_status);
  return (status.load(std::memory_order_acquire) & TP_STATUS_USER) == 0 &&
         frames.load(std::memory_order_acquire) == 0;
}

void ReceiveSocket::ReleaseBlock(tpacket_block_desc* block) {
  std::atomic_ref<uint32_t>(block->hdr.bh1.block_status).store(TP_STATUS_KERNEL, std::memory_order_release);
  next_block_ = (next_block_ + 1) % blocks();
}

uint32_t ReceiveSocket::TakeDrops() {
  tpacket_stats_v3 statistics{};
  socklen_t length = sizeof(statistics);
  if (getsockopt(fd_.get(), SOL_PACKET, PACKET_STATISTICS, &statistics, &length) != 0) return 0;
  return statistics.tp_drops;
}

int ReceiveSocket::TakeError() {
  int error = 0;
  socklen_t length = sizeof(error);
  if (getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &length) != 0) return errno;
  return error;
}

}  // namespace arpsweep
