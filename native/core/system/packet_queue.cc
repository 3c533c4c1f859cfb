#include "core/system/packet_queue.h"

#include <linux/if_ether.h>

#include <algorithm>
#include <cstring>

#include "core/system/clock.h"
#include "core/system/socket_option.h"

namespace arpsweep {
namespace {

// As much as net.core.rmem_max allows.
constexpr int kReceiveBytes = 1 << 20;

}  // namespace

PacketQueue::PacketQueue(int fd) : fd_(fd) {
  SetOption(fd, SOL_SOCKET, SO_RCVBUF, kReceiveBytes, "setsockopt SO_RCVBUF");
  // Tags that the kernel took out.
  SetOption(fd, SOL_PACKET, PACKET_AUXDATA, int{1}, "setsockopt PACKET_AUXDATA");
  for (size_t i = 0; i < kBatch; ++i) {
    vectors_[i] = {slots_[i].bytes.data(), kFrameBytes};
    msghdr& message = messages_[i].msg_hdr;
    message.msg_name = &slots_[i].address;
    message.msg_iov = &vectors_[i];
    message.msg_iovlen = 1;
    message.msg_control = slots_[i].control.data();
  }
}

namespace {

uint16_t TagProtocol(const tpacket_auxdata& data) {
  return (data.tp_status & TP_STATUS_VLAN_TPID_VALID) != 0 ? data.tp_vlan_tpid : uint16_t{ETH_P_8021Q};
}

}  // namespace

size_t PacketQueue::Receive() {
  for (mmsghdr& message : messages_) {
    message.msg_hdr.msg_namelen = sizeof(sockaddr_ll);
    message.msg_hdr.msg_controllen = sizeof(Slot::control);
  }
  // An error (ENETDOWN, once, when the interface goes down) says no more than the link monitor does.
  const int count = recvmmsg(fd_, messages_.data(), kBatch, MSG_DONTWAIT, nullptr);
  if (count <= 0) return 0;
  read_at_ = RealtimeNs();
  return static_cast<size_t>(count);
}

ReceivedFrame PacketQueue::Describe(size_t i) const {
  ReceivedFrame frame;
  frame.bytes = {slots_[i].bytes.data(), std::min<size_t>(messages_[i].msg_len, kFrameBytes)};
  frame.packet_type = slots_[i].address.sll_pkttype;
  frame.outgoing = frame.packet_type == PACKET_OUTGOING;
  frame.length = messages_[i].msg_len;
  frame.realtime_ns = read_at_;
  frame.stamped = false;
  // CMSG_NXTHDR takes no const.
  auto* message = const_cast<msghdr*>(&messages_[i].msg_hdr);
  for (cmsghdr* control = CMSG_FIRSTHDR(message); control != nullptr;
       control = CMSG_NXTHDR(message, control)) {
    if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_TIMESTAMPING) {
      timespec time{};  // the first of three is the stack's own
      std::memcpy(&time, CMSG_DATA(control), sizeof(time));
      frame.realtime_ns = time.tv_sec * kNanosecondsPerSecond + time.tv_nsec;
      frame.stamped = true;
    } else if (control->cmsg_level == SOL_PACKET && control->cmsg_type == PACKET_AUXDATA) {
      tpacket_auxdata data{};
      std::memcpy(&data, CMSG_DATA(control), sizeof(data));
      frame.length = data.tp_len;
      if ((data.tp_status & TP_STATUS_VLAN_VALID) != 0) frame.SetTag(TagProtocol(data), data.tp_vlan_tci);
    }
  }
  return frame;
}

}  // namespace arpsweep
