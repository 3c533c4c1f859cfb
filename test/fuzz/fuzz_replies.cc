// The fuzz target of the receive path: a sequence of events, as sender, wire and clock may bring them in any
// order, to a ReplyMatcher. Whatever comes, the numbers add up and what is kept is bounded.
//
// An event is an opcode and its arguments, a byte each unless said otherwise; where the input ends, arguments
// are 0. The first byte says who we are: bit 0, without a sender address; bit 1, our frames are not seen
// leaving and their times are noted by the sender. Fuzzing, as fuzz_frames.cc says:
//   build/native-address/fuzz_replies -max_len=1024 build/native-address/replies test/fuzz/corpus-replies

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <vector>

#include "core/sweep/reply_matcher.h"
#include "frame_catalogue.h"

namespace arpsweep::test {
namespace {

constexpr uint32_t kFirst = 0x0a000000;  // 10.0.0.0/28, and our own address, outside
constexpr uint32_t kOwn = 0x0a0000fe;

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "fuzz_replies: %s\n", what);
  std::abort();
}

class Input {
 public:
  explicit Input(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  bool AtEnd() const { return bytes_.empty(); }
  uint8_t Byte() {
    if (bytes_.empty()) return 0;
    const uint8_t byte = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return byte;
  }
  uint16_t Half() {
    const uint8_t high = Byte();
    return static_cast<uint16_t>(high << 8 | Byte());
  }
  std::span<const uint8_t> Take(size_t count) {
    const auto taken = bytes_.first(std::min(count, bytes_.size()));
    bytes_ = bytes_.subspan(taken.size());
    return taken;
  }

 private:
  std::span<const uint8_t> bytes_;
};

class Scene {
 public:
  explicit Scene(Input input)
      : input_(input),
        who_(input_.Byte()),
        sender_ip_((who_ & 1) != 0 ? 0 : kOwn),
        proves_sending_((who_ & 2) == 0) {}

  void Play() {
    while (!input_.AtEnd()) {
      Event();
      CheckCounters();
    }
    CheckTable();
  }

 private:
  void Event() {
    switch (input_.Byte() % 10) {
      case 0:
        Ask(Index());
        break;
      case 1:
        Refuse(Index());
        break;
      case 2:
        state_.AddProbeQueued(Index());
        ++queued_;
        break;
      case 3:
        if (table_.size() > 0) {
          Responder& responder = table_.At(input_.Byte() % table_.size());
          if (responder.unicast_queued < 255) ++responder.unicast_queued;
          if (!proves_sending_) responder.unicast_at = Exactly(now_);
          ++queued_;
        }
        break;
      case 4:  // Time, which a step of the clock may set back.
        now_ += int64_t{static_cast<int16_t>(input_.Half())} * 100'000;
        break;
      case 5:
        matcher_.OnClockStep(now_);
        break;
      case 6:
        Composed();
        break;
      case 7:
        Frame(input_.Take(input_.Byte()), input_.Byte());
        break;
      case 8:  // As many answers from as many new machines.
        for (uint32_t left = input_.Half() % 300; left > 0; --left) Answer(MacAddress::FromKey(next_mac_++));
        break;
      case 9:  // The sender notes when a question left once more, or that it does not know.
        if (const uint32_t index = Index(); !proves_sending_)
          times_.Set(index, input_.Byte() == 0 ? About(now_) : Exactly(now_));
        break;
    }
  }

  void Ask(uint32_t index) {
    state_.AddQueued(index);
    if (!proves_sending_) times_.Set(index, Exactly(now_));
    ++queued_;
  }

  // By the kernel: what did not leave, and so has no answer.
  void Refuse(uint32_t index) {
    const bool left =
        proves_sending_ ? state_.Transmitted(index) >= state_.Queued(index) : state_.Answered(index);
    if (left || state_.Queued(index) == 0) return;
    state_.RemoveQueued(index);
    --queued_;
  }

  uint32_t Index() { return input_.Byte() % targets_.capacity(); }

  uint32_t Address() {
    const uint8_t byte = input_.Byte();
    if (byte < 0x20) return kFirst + byte;
    return byte < 0x80 ? 0 : byte < 0xf0 ? kOwn : kFirst - 1;
  }

  MacAddress Mac() {
    const uint8_t byte = input_.Byte();
    constexpr std::array<MacAddress, 8> kKnown{
        kOurMac, kTheirMac, kOtherMac, kBroadcastMac, {}, {{1, 0, 94}}, kOurMac, {{2, 0, 0, 0, 0, 0x0a}},
    };
    return byte < 0x80 ? kKnown[byte % kKnown.size()] : MacAddress::FromKey(0x020000000100 + byte);
  }

  void Composed() {
    const uint8_t flags = input_.Byte();
    ArpFrame arp;
    arp.operation = (flags & 2) != 0 ? ARPOP_REPLY : ARPOP_REQUEST;
    arp.ethernet_destination = Mac();
    arp.sender_hardware = Mac();
    arp.ethernet_source = (flags & 4) != 0 ? Mac() : arp.sender_hardware;
    arp.sender_protocol = Address();
    arp.target_hardware = Mac();
    arp.target_protocol = Address();
    arp.tag_count = (flags >> 3 & 3) % 3;
    for (int i = 0; i < arp.tag_count; ++i) arp.tags[static_cast<size_t>(i)] = {ETH_P_8021Q, input_.Half()};
    std::array<uint8_t, 64> bytes{};
    Frame(std::span(bytes).first(EmitArp(arp, bytes)), flags);
  }

  void Answer(const MacAddress& mac) {
    std::array<uint8_t, 64> bytes{};
    const ArpFrame arp = Says(ARPOP_REPLY, kOurMac, mac, mac, kFirst + 5, kOurMac, sender_ip_);
    Frame(std::span(bytes).first(EmitArp(arp, bytes)), 0);
  }

  void Frame(std::span<const uint8_t> bytes, uint8_t flags) {
    // An allocation of exactly this size, so that AddressSanitizer sees one byte too many.
    const auto exact = std::make_unique<uint8_t[]>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), exact.get());
    CapturedFrame frame;
    frame.bytes = {exact.get(), bytes.size()};
    frame.outgoing = (flags & 1) != 0;
    frame.vlan_id = (flags & 0x80) != 0 ? 100 : 0;
    frame.monotonic_ns = now_;
    frame.realtime_ns = now_ + 1'700'000'000'000'000'000;
    matcher_.OnFrame(frame);
    ArpFrame ignored;
    if (!frame.outgoing && ParseArp(frame.bytes, &ignored) != ParseResult::kNotArp) ++incoming_;
  }

  void CheckCounters() const {
    Require(counters_.transmitted.value() <= queued_, "more left than was queued");
    Require(
        counters_.received.value() + counters_.unsolicited.value() + counters_.malformed.value() == incoming_,
        "a frame was counted twice or not at all");
    Require(counters_.overruns.value() <= counters_.received.value(), "more overruns than replies");
  }

  void CheckTable() {
    uint64_t replies = 0;
    for (uint32_t id = 0; id < table_.size(); ++id) replies += CheckResponder(table_.At(id));
    Require(replies + counters_.overruns.value() == counters_.received.value(), "replies do not add up");
    uint64_t answered = 0;
    for (uint32_t index = 0; index < targets_.capacity(); ++index) {
      if (state_.Answered(index)) ++answered;
      CheckAddress(index);
    }
    Require(answered == counters_.answered.value() + counters_.answered_own.value(),
            "answered addresses do not add up");
    uint64_t ours = 0;
    for (uint32_t id = 0; id < table_.size(); ++id) ours += matcher_.RepliesOf(table_.At(id));
    Require(ours + matcher_.RepliesToOthers() == replies, "replies to us and to others do not add up");
    uint64_t strays = 0;
    for (const auto& [key, stray] : matcher_.strays()) strays += stray.count;
    Require(strays <= counters_.unsolicited.value(), "a stray that answers a question");
  }

  uint64_t CheckResponder(const Responder& responder) const {
    Require(responder.index < targets_.capacity() && state_.Answered(responder.index), "nobody's responder");
    Require(responder.mac != MacAddress{} && responder.mac != kBroadcastMac && responder.mac != kOurMac,
            "a MAC that no host has");
    const uint32_t trip = responder.round_trip_ns;
    Require(trip == kNoRoundTrip || trip <= matcher_.max_round_trip_ns(), "a round trip beyond the largest");
    Require(trip <= responder.first_round_trip_ns, "not the smallest round trip");
    const uint8_t unicasts =
        proves_sending_ ? responder.unicast_transmitted : responder.unicast_queued.load();
    Require(!responder.confirmed || unicasts > 0, "confirmed without a question");
    const uint64_t replies = uint64_t{responder.request_replies} + responder.probe_replies;
    Require(responder.later_broadcasts <= responder.request_replies,
            "more broadcasts than requests answered");
    Require(replies > 0, "a responder that never replied");
    return replies;
  }

  void CheckAddress(uint32_t index) {
    const AddressEntry* entry = table_.Find(index);
    if (entry == nullptr) return;
    std::set<MacAddress> macs;
    for (uint32_t id = entry->first; id != kNone; id = table_.At(id).next) {
      Require(table_.At(id).index == index, "a responder of another address");
      macs.insert(table_.At(id).mac);
    }
    Require(macs.size() == entry->responders, "a responder twice");
    Require(macs.size() <= ResponderTable::kMaxPerAddress, "too many responders");
    Require(macs.size() > 1 || !(entry->same_request || entry->alternated), "a conflict with nobody");
  }

  Input input_;
  const uint8_t who_;
  const uint32_t sender_ip_;
  const bool proves_sending_;
  TargetSpace targets_{{{kFirst, kFirst + 15}}, {kOwn}};
  AddressState state_{targets_.capacity(), proves_sending_};
  SendTimes times_{targets_.capacity()};
  ResponderTable table_;
  Counters counters_;
  ReplyMatcher matcher_{
      targets_, RequestFields{.source = kOurMac, .sender_ip = sender_ip_}, state_, times_, table_, counters_};
  int64_t now_ = 1'000'000'000;
  uint64_t next_mac_ = 0x020000010000;
  uint64_t queued_ = 0;
  uint64_t incoming_ = 0;
};

}  // namespace
}  // namespace arpsweep::test

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  arpsweep::test::Scene(arpsweep::test::Input({data, size})).Play();
  return 0;
}
