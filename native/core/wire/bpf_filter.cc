#include "core/wire/bpf_filter.h"

#include <linux/if_packet.h>

#include "core/wire/arp.h"
#include "core/wire/bpf_assembler.h"
#include "core/wire/byte_order.h"

namespace arpsweep {
namespace {

using Label = BpfAssembler::Label;

constexpr uint32_t kReject = 0;
constexpr uint32_t kWholeFrame = 0xffffffff;

// Offsets in the frame. Those marked X are relative to the X register, which holds what tags and LLC/SNAP
// add.
constexpr uint32_t kDestination = 0;
constexpr uint32_t kSource = ETH_ALEN;
constexpr uint32_t kType = 2 * ETH_ALEN;  // X, tags only
constexpr uint32_t kArp = ETH_HLEN;       // X

// The two words of LLC/SNAP for ARP (RFC 1042).
constexpr uint32_t kSnapFirst = 0xaaaa0300;
constexpr uint32_t kSnapSecond = ETH_P_ARP;

// ar$hrd and ar$pro in a word, ar$hln and ar$pln in a half.
constexpr uint32_t kEthernetIpv4 = ARPHRD_ETHER << 16 | ETH_P_IP;
constexpr uint32_t kIeee802Ipv4 = ARPHRD_IEEE802 << 16 | ETH_P_IP;
constexpr uint32_t kLengths = ETH_ALEN << 8 | sizeof(uint32_t);

// Scratch memory: what stood in the place of the EtherType. Behind LLC/SNAP it is the length, else ETH_P_ARP.
constexpr uint32_t kTypeOrLength = 0;

// Goes to `arp` with X set, or to `reject`. A load beyond the end of the frame rejects by itself.
void FindArp(BpfAssembler* bpf, Label arp, Label reject) {
  const Label other = bpf->NewLabel();
  for (uint32_t tags = 0; tags <= 2; ++tags) {
    bpf->Statement(BPF_LDX | BPF_W | BPF_IMM, tags * uint32_t{kVlanTagLength});
    bpf->Statement(BPF_LD | BPF_H | BPF_IND, kType);
    bpf->Statement(BPF_ST, kTypeOrLength);
    bpf->JumpIf(BPF_JEQ, ETH_P_ARP, arp);
    if (tags == 2) break;
    const Label tagged = bpf->NewLabel();
    bpf->JumpIf(BPF_JEQ, ETH_P_8021Q, tagged);
    bpf->JumpIf(BPF_JEQ, ETH_P_8021AD, tagged);
    bpf->JumpIf(BPF_JEQ, ETH_P_QINQ1, tagged, other);
    bpf->Place(tagged);
  }
  bpf->Place(other);
  bpf->JumpIf(BPF_JGE, ETH_P_802_3_MIN, reject);
  bpf->Statement(BPF_LD | BPF_W | BPF_IND, ETH_HLEN);
  bpf->Require(kSnapFirst, reject);
  bpf->Statement(BPF_LD | BPF_W | BPF_IND, ETH_HLEN + 4);
  bpf->Require(kSnapSecond, reject);
  bpf->Statement(BPF_MISC | BPF_TXA);
  bpf->Statement(BPF_ALU | BPF_ADD | BPF_K, kSnapLength);
  bpf->Statement(BPF_MISC | BPF_TAX);
}

class SweepFilter {
 public:
  SweepFilter(const MacAddress& source, const MacAddress& sender_hardware)
      : source_(source), sender_hardware_(sender_hardware) {}

  std::vector<sock_filter> Build() {
    const Label arp = bpf_.NewLabel();
    FindArp(&bpf_, arp, reject_);
    bpf_.Place(arp);
    Ancillary(SKF_AD_PKTTYPE);
    bpf_.JumpIf(BPF_JEQ, PACKET_OUTGOING, outgoing_);
    JudgeIncoming();
    JudgeOutgoing();
    bpf_.Place(accept_);
    bpf_.Statement(BPF_RET | BPF_K, kWholeFrame);
    bpf_.Place(reject_);
    bpf_.Statement(BPF_RET | BPF_K, kReject);
    return bpf_.Finish();
  }

 private:
  // A MAC address as BPF compares it.
  struct Words {
    explicit Words(const MacAddress& mac)
        : high(LoadBigEndian16(&mac.bytes[0])), low(LoadBigEndian32(&mac.bytes[2])) {}
    uint32_t high;
    uint32_t low;
  };

  void JudgeIncoming() {
    const Label not_from_us = bpf_.NewLabel();
    RequireMac(source_, kSource, not_from_us);
    bpf_.Statement(BPF_RET | BPF_K, kWholeFrame);

    bpf_.Place(not_from_us);
    const Label not_to_us = bpf_.NewLabel();
    const Label check_tha = bpf_.NewLabel();
    RequireMac(sender_hardware_, kDestination, not_to_us);
    AcceptMalformed();
    AcceptReply();
    bpf_.Jump(check_tha);

    bpf_.Place(not_to_us);
    bpf_.Statement(BPF_LD | BPF_B | BPF_ABS, kDestination);
    bpf_.JumpIf(BPF_JSET, 0x01, Label::kNext, check_tha);
    AcceptReply();

    bpf_.Place(check_tha);
    bpf_.Statement(BPF_LD | BPF_W | BPF_IND, kArp + ArpView::kTargetHardware + 2);
    bpf_.Require(sender_hardware_.low, reject_);
    bpf_.Statement(BPF_LD | BPF_H | BPF_IND, kArp + ArpView::kTargetHardware);
    bpf_.JumpIf(BPF_JEQ, sender_hardware_.high, accept_, reject_);
  }

  // The length comes first: a load beyond the end would reject what is to be counted.
  void AcceptMalformed() {
    const Label right_types = bpf_.NewLabel();
    bpf_.Statement(BPF_LD | BPF_W | BPF_LEN);
    bpf_.Statement(BPF_ALU | BPF_SUB | BPF_X);
    bpf_.JumpIf(BPF_JGE, kArp + ArpView::kLength, Label::kNext, accept_);
    bpf_.Statement(BPF_LD | BPF_MEM, kTypeOrLength);
    bpf_.JumpIf(BPF_JGE, kSnapLength + ArpView::kLength, Label::kNext, accept_);
    bpf_.Statement(BPF_LD | BPF_W | BPF_IND, kArp + ArpView::kHardwareType);
    bpf_.JumpIf(BPF_JEQ, kEthernetIpv4, right_types);
    bpf_.Require(kIeee802Ipv4, accept_);
    bpf_.Place(right_types);
    bpf_.Statement(BPF_LD | BPF_H | BPF_IND, kArp + ArpView::kHardwareLength);
    bpf_.Require(kLengths, accept_);
  }

  void AcceptReply() {
    bpf_.Statement(BPF_LD | BPF_H | BPF_IND, kArp + ArpView::kOperation);
    bpf_.JumpIf(BPF_JEQ, ARPOP_REPLY, accept_);
  }

  void JudgeOutgoing() {
    bpf_.Place(outgoing_);
    bpf_.Statement(BPF_LD | BPF_H | BPF_IND, kArp + ArpView::kOperation);
    bpf_.Require(ARPOP_REQUEST, reject_);
    RequireMac(source_, kSource, reject_);
  }

  // The lower four bytes first: within one vendor's machines only they tell.
  void RequireMac(const Words& mac, uint32_t offset, Label if_false) {
    bpf_.Statement(BPF_LD | BPF_W | BPF_ABS, offset + 2);
    bpf_.Require(mac.low, if_false);
    bpf_.Statement(BPF_LD | BPF_H | BPF_ABS, offset);
    bpf_.Require(mac.high, if_false);
  }

  void Ancillary(int which) {
    bpf_.Statement(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(SKF_AD_OFF + which));
  }

  const Words source_;
  const Words sender_hardware_;
  BpfAssembler bpf_;
  const Label outgoing_ = bpf_.NewLabel();
  const Label accept_ = bpf_.NewLabel();
  const Label reject_ = bpf_.NewLabel();
};

}  // namespace

std::vector<sock_filter> BuildListenFilter() {
  BpfAssembler bpf;
  const Label arp = bpf.NewLabel();
  const Label reject = bpf.NewLabel();
  FindArp(&bpf, arp, reject);
  bpf.Place(arp);
  bpf.Statement(BPF_RET | BPF_K, kWholeFrame);
  bpf.Place(reject);
  bpf.Statement(BPF_RET | BPF_K, kReject);
  return bpf.Finish();
}

std::vector<sock_filter> BuildSweepFilter(const MacAddress& source, const MacAddress& sender_hardware) {
  return SweepFilter(source, sender_hardware).Build();
}

}  // namespace arpsweep
