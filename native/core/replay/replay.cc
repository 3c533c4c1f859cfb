#include "core/replay/replay.h"

#include <linux/if_packet.h>

#include <algorithm>
#include <utility>

#include "core/system/clock.h"

namespace arpsweep {
namespace {

constexpr size_t kTagOffset = 2 * ETH_ALEN;
constexpr size_t kTagLength = 4;

// A recording begins here on our monotonic clock, on which 0 is no time.
constexpr int64_t kBeginning = kNanosecondsPerSecond;
// SendTimes keeps no later times; nobody sweeps for a year.
constexpr int64_t kEnd = int64_t{1} << 55;
// The year 2116; what claims to be later only makes sums overflow.
constexpr int64_t kDoomsday = int64_t{1} << 62;
// What was put into a recording by several processors may be a little out of order; more is a clock that was
// stepped.
constexpr int64_t kClockStepNs = kNanosecondsPerMillisecond;

bool Holds(std::span<const uint8_t> bytes, size_t offset, const MacAddress& mac) {
  return bytes.size() >= offset + ETH_ALEN &&
         std::equal(mac.bytes.begin(), mac.bytes.end(), bytes.begin() + static_cast<ptrdiff_t>(offset));
}

}  // namespace

Replay::Replay(ReplayConfig config)
    : config_(std::move(config)),
      targets_(config_.targets, config_.own),
      state_(targets_.capacity(), true),
      times_(targets_.capacity()),
      matcher_(targets_, RequestFields{.source = config_.source_mac, .sender_ip = config_.sender_ip}, state_,
               times_, table_, counters_) {}

void Replay::Feed(std::span<const HeardFrame> frames) {
  const auto& others = config_.other_vlans;
  for (const HeardFrame& frame : frames) {
    if (frame.link != config_.link || frame.captured > HeardFrame::kMostBytes) continue;
    if (std::find(others.begin(), others.end(), frame.vlan) == others.end()) OnFrame(frame);
  }
}

void Replay::OnFrame(const HeardFrame& frame) {
  Untagged untagged = WithoutOurTag(frame);
  const bool sent = WasSent(frame);
  const int64_t at = MonotonicOf(frame.realtime_ns);
  ArpFrame arp;
  const ParseResult result = ParseArp(untagged.view(), &arp);
  // Cut short by the recording, or malformed and none of what a sweep's filter lets pass.
  if (IsMalformed(result) && (frame.captured < frame.length || !ConcernsUs(untagged.view()))) return;
  if (result == ParseResult::kArp) {
    // An answer that lost the tag of its question is none, and a stray is told by the tag that it has.
    if (!sent && config_.vlan != 0 && frame.vlan == 0) return;
    if (sent) Ask(arp, &untagged, at);
  }
  matcher_.OnFrame(
      {.bytes = untagged.view(), .outgoing = sent, .realtime_ns = frame.realtime_ns, .monotonic_ns = at});
}

Replay::Untagged Replay::WithoutOurTag(const HeardFrame& frame) const {
  Untagged result;
  const std::span<const uint8_t> bytes(frame.bytes, frame.captured);
  const bool tagged =
      bytes.size() >= kTagOffset + kTagLength && IsVlanProtocol(LoadBigEndian16(&bytes[kTagOffset]));
  // A tag of priority alone, VID 0, equals none.
  const bool ours = tagged && (LoadBigEndian16(&bytes[kTagOffset + 2]) & 0x0fff) == config_.vlan;
  const size_t rest = ours ? kTagOffset + kTagLength : kTagOffset;
  auto* out = std::copy_n(bytes.begin(), std::min(bytes.size(), kTagOffset), result.bytes.begin());
  if (bytes.size() > rest) out = std::copy(bytes.begin() + static_cast<ptrdiff_t>(rest), bytes.end(), out);
  result.length = static_cast<size_t>(out - result.bytes.begin());
  return result;
}

bool Replay::WasSent(const HeardFrame& frame) const {
  if (!config_.by_source) return frame.packet_type == PACKET_OUTGOING;
  return Holds({frame.bytes, frame.captured}, ETH_ALEN, config_.source_mac);
}

bool Replay::ConcernsUs(std::span<const uint8_t> bytes) const {
  return Holds(bytes, 0, config_.source_mac) || Holds(bytes, ETH_ALEN, config_.source_mac);
}

// Counts a question of ours as its sender did, so that the matcher knows it when it sees it leave.
void Replay::Ask(const ArpFrame& arp, Untagged* frame, int64_t at) {
  const auto index = targets_.IndexOf(arp.target_protocol);
  const bool asks = arp.tag_count == 0 && arp.operation == ARPOP_REQUEST &&
                    arp.sender_hardware == config_.source_mac && arp.sender_protocol != arp.target_protocol;
  if (!asks || !index) return;
  if (arp.sender_protocol != config_.sender_ip) {
    if (arp.sender_protocol != 0) return;
    state_.AddProbeQueued(*index);
  } else if (arp.ethernet_destination != kBroadcastMac) {
    AskByUnicast(arp, *index, frame);
  } else {
    AskByBroadcast(*index);
  }
  if (first_asked_at_ == 0) first_asked_at_ = at;
  last_asked_at_ = std::max(last_asked_at_, at);
}

void Replay::AskByBroadcast(uint32_t index) {
  const AddressEntry* entry = table_.Find(index);
  // One byte counts requests; whoever goes on, asks one that answers, as a sweep does by pilots.
  if (state_.Queued(index) == UINT8_MAX && entry != nullptr && entry->oldest != kNone) {
    table_.At(entry->oldest).pilots_queued.fetch_add(1, std::memory_order_relaxed);
  } else {
    state_.AddQueued(index);
  }
}

void Replay::AskByUnicast(const ArpFrame& arp, uint32_t index, Untagged* frame) {
  AddressEntry* entry = table_.Find(index);
  Responder* responder = entry == nullptr ? nullptr : table_.Find(*entry, arp.ethernet_destination);
  if (responder != nullptr) {
    const uint8_t queued = responder->unicast_queued.load(std::memory_order_relaxed);
    if (queued < UINT8_MAX)
      responder->unicast_queued.store(static_cast<uint8_t>(queued + 1), std::memory_order_relaxed);
    return;
  }
  // A sweep sends none to a machine that has not answered. Others do, and it is a question like any other.
  std::copy(kBroadcastMac.bytes.begin(), kBroadcastMac.bytes.end(), frame->bytes.begin());
  AskByBroadcast(index);
}

int64_t Replay::MonotonicOf(int64_t realtime_ns) {
  // A recording need not say when.
  if (realtime_ns <= 0 || realtime_ns > kDoomsday) return 0;
  if (!began_) {
    began_ = true;
    clock_offset_ = realtime_ns - kBeginning;
  }
  const int64_t at = realtime_ns - clock_offset_;
  if (at <= 0 || at >= kEnd) return 0;
  if (at < latest_ - kClockStepNs) matcher_.OnClockStep(latest_);
  latest_ = std::max(latest_, at);
  return at;
}

ReplayStatus Replay::Status() {
  ReplayStatus status;
  status.asked = counters_.transmitted.value();
  status.received = counters_.received.value() - matcher_.RepliesToOthers();
  status.malformed = counters_.malformed.value();
  status.overruns = counters_.overruns.value();
  status.answered = counters_.answered.value();
  status.responders = table_.size();
  for (uint32_t index = 0; index < targets_.size(); ++index) status.untested += IsUntested(index) ? 1 : 0;
  status.passes = LeastRequests();
  // One question alone has no rate.
  if (last_asked_at_ > first_asked_at_) {
    status.rate = static_cast<double>(status.asked) * static_cast<double>(kNanosecondsPerSecond) /
                  static_cast<double>(last_asked_at_ - first_asked_at_);
  }
  return status;
}

uint32_t Replay::LeastRequests() const {
  uint32_t silent = kNone;
  uint32_t any = kNone;
  for (uint32_t index = 0; index < targets_.size(); ++index) {
    const uint32_t requests = state_.Transmitted(index);
    if (requests == 0) continue;
    any = std::min(any, requests);
    if (!state_.Answered(index)) silent = std::min(silent, requests);
  }
  const uint32_t least = silent == kNone ? any : silent;
  return least == kNone ? 0 : least;
}

size_t Replay::Read(size_t from, std::span<Record> into) {
  return ReadResponders(learnt(), from, true, into);
}

std::vector<StrayRecord> Replay::Strays() {
  return PackStrays(learnt());
}

std::vector<AddressRange> Replay::Untested(size_t limit) const {
  return TargetsThat(targets_, limit, [this](uint32_t index) { return IsUntested(index); });
}

uint32_t Replay::RequestsTo(uint32_t address) const {
  const auto index = targets_.IndexOf(address);
  return index ? state_.Transmitted(*index) : 0;
}

}  // namespace arpsweep
