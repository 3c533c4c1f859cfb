#include "core/sweep/reply_matcher.h"

#include <algorithm>

#include "core/system/clock.h"

namespace arpsweep {
namespace {

// A question older than this, or than four round trips, is taken for lost when a later one is answered.
constexpr int64_t kQuietNs = 40 * kNanosecondsPerMillisecond;

// Requests of others are noted for at most so many addresses that have not answered.
constexpr uint32_t kMaxForeignEntries = 65'536;

void Increase(std::atomic<uint32_t>& count) {
  count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void Increase(std::atomic<uint8_t>& count) {
  const uint8_t value = count.load(std::memory_order_relaxed);
  if (value < 255) count.store(static_cast<uint8_t>(value + 1), std::memory_order_relaxed);
}

void Increase(uint8_t& count) {
  if (count < 255) ++count;
}

VlanIds VlansOf(const ArpFrame& arp, const CapturedFrame& frame) {
  return VlanIds::Of(std::span(arp.tags).first(static_cast<size_t>(arp.tag_count)), frame.vlan_id);
}

}  // namespace

ReplyMatcher::ReplyMatcher(const TargetSpace& targets, const RequestFields& request, AddressState& state,
                           SendTimes& times, ResponderTable& table, Counters& counters)
    : targets_(targets),
      request_(request),
      vlans_(request.vlan_ids()),
      state_(state),
      times_(times),
      table_(table),
      counters_(counters) {}

void ReplyMatcher::OnFrame(const CapturedFrame& frame) {
  ArpFrame arp;
  const ParseResult result = ParseArp(frame.bytes, &arp);
  if (result != ParseResult::kArp) {
    if (IsMalformed(result) && !frame.outgoing) counters_.malformed.Add();
    return;
  }
  if (frame.outgoing) {
    if (state_.proves_sending()) OnOwnFrame(arp, frame);
  } else {
    OnReply(arp, frame);
  }
}

void ReplyMatcher::OnOwnFrame(const ArpFrame& arp, const CapturedFrame& frame) {
  // A VLAN interface above this link sends through it with the same MAC; its tag may be in the ring's
  // metadata alone.
  if (VlansOf(arp, frame) != vlans_) return;
  if (arp.operation != ARPOP_REQUEST || arp.sender_hardware != request_.sender_hardware) return;
  const int64_t at = Exactly(frame.monotonic_ns);
  const auto index = targets_.IndexOf(arp.target_protocol);
  if (!index) return;
  if (IsOurSender(arp)) {
    OnOwnRequest(arp, *index, at);
  } else if (arp.sender_protocol == 0 && state_.ProbesQueued(*index) > 0) {
    AddressEntry* entry = table_.FindOrAdd(*index);
    if (entry == nullptr) return;
    if (entry->probes >= state_.ProbesQueued(*index)) {
      entry->foreign = true;
      return;
    }
    Increase(entry->probes);
    entry->probe_at = at;
    counters_.transmitted.Add();
  }
}

void ReplyMatcher::OnOwnRequest(const ArpFrame& arp, uint32_t index, int64_t at) {
  if (arp.ethernet_destination != request_.destination) {
    AddressEntry* entry = table_.Find(index);
    Responder* responder = entry == nullptr ? nullptr : table_.Find(*entry, arp.ethernet_destination);
    if (responder == nullptr) {
      OnForeignRequest(index, at);
      return;
    }
    if (responder->unicast_transmitted >= responder->unicast_queued.load(std::memory_order_acquire)) {
      // The kernel checks a neighbour, or another sweep a responder: only this one answers.
      entry->foreign = true;
      entry->foreign_at = at;
      ++responder->foreign_unicasts;
      return;
    }
    ++responder->unicast_transmitted;
    responder->unicast_before_at = responder->unicast_at.load(std::memory_order_relaxed);
    responder->unicast_at.store(at, std::memory_order_relaxed);
    counters_.transmitted.Add();
    return;
  }
  if (state_.Transmitted(index) < state_.Queued(index)) {
    state_.AddTransmitted(index);
    times_.Set(index, at);
    counters_.transmitted.Add();
    return;
  }
  const AddressEntry* entry = table_.Find(index);
  if (entry != nullptr && entry->oldest != kNone) {
    Responder& oldest = table_.At(entry->oldest);
    if (oldest.pilots_transmitted < oldest.pilots_queued.load(std::memory_order_acquire)) {
      ++oldest.pilots_transmitted;
      times_.Set(index, at);
      counters_.transmitted.Add();
      return;
    }
  }
  OnForeignRequest(index, at);
}

// Somebody else on this machine asks the same with our address: another sweep, or the kernel. Its answers
// look like ours, so they are counted against it.
void ReplyMatcher::OnForeignRequest(uint32_t index, int64_t at) {
  AddressEntry* entry = table_.Find(index);
  if (entry == nullptr && foreign_entries_ < kMaxForeignEntries) {
    entry = table_.FindOrAdd(index);
    ++foreign_entries_;
  }
  if (entry == nullptr) return;
  entry->foreign = true;
  ++entry->foreign_requests;
  entry->foreign_at = at;
}

void ReplyMatcher::OnReply(const ArpFrame& arp, const CapturedFrame& frame) {
  const MacAddress& sha = arp.sender_hardware;
  const MacAddress& ours = request_.sender_hardware;
  const bool to_us = arp.target_hardware == ours || arp.ethernet_destination == ours ||
                     arp.ethernet_destination.IsMulticast();
  const auto index = targets_.IndexOf(arp.sender_protocol);
  const bool answers_request = arp.target_protocol == request_.SenderFor(arp.sender_protocol);
  const bool answers_probe = !answers_request && arp.target_protocol == 0;
  const bool answers_us =
      arp.operation == ARPOP_REPLY && to_us && index && (answers_request || answers_probe);
  if (!answers_us || sha == ours || VlansOf(arp, frame) != vlans_) {
    counters_.unsolicited.Add();
    NoteStray(arp, frame, answers_us);
    return;
  }
  if (sha == MacAddress{} || sha == kBroadcastMac) {
    counters_.malformed.Add();
    return;
  }

  AddressEntry* entry = table_.Find(*index);
  if (answers_request) {
    // What the sender queued counts as asked, seen leaving or not: the ring may have dropped our frame, and
    // the answer proves it as well.
    if (state_.Queued(*index) == 0) {
      counters_.unsolicited.Add();
      return;
    }
    if (state_.Transmitted(*index) == 0) {
      state_.AddTransmitted(*index);
      counters_.transmitted.Add();
    }
  } else if (state_.ProbesQueued(*index) == 0) {
    counters_.unsolicited.Add();
    return;
  }

  counters_.received.Add();
  if (state_.MarkAnswered(*index)) {
    (targets_.IsOwn(arp.sender_protocol) ? counters_.answered_own : counters_.answered).Add();
  }
  if (entry == nullptr) entry = table_.FindOrAdd(*index);
  if (entry == nullptr) {
    counters_.overruns.Add();
    return;
  }
  if (answers_probe && entry->probes == 0) {
    Increase(entry->probes);
    counters_.transmitted.Add();
  }

  const int64_t at = frame.monotonic_ns;
  Responder* responder = table_.Find(*entry, sha);
  if (responder != nullptr) {
    const uint32_t trip =
        answers_request ? MatchRequest(*entry, *responder, at) : MatchProbe(*entry, *responder, at);
    if (trip < responder->round_trip_ns.load(std::memory_order_relaxed)) {
      responder->round_trip_ns.store(trip, std::memory_order_relaxed);
    }
  } else {
    responder = table_.Add(*entry, sha, [&](Responder& added) {
      added.ethernet_source = arp.ethernet_source;
      added.first_at = frame.realtime_ns;
      const uint32_t trip = answers_request ? MatchRequest(*entry, added, at) : MatchProbe(*entry, added, at);
      added.first_round_trip_ns = trip;
      added.round_trip_ns.store(trip, std::memory_order_relaxed);
    });
    if (responder == nullptr) {
      counters_.overruns.Add();
      return;
    }
  }
  responder->last_at = frame.realtime_ns;
  const uint32_t replies = responder->request_replies.load(std::memory_order_relaxed) +
                           responder->probe_replies.load(std::memory_order_relaxed);
  if (entry->last != kNone && entry->last != responder->id && replies > 1) entry->alternated = true;
  entry->last = responder->id;
}

void ReplyMatcher::NoteStray(const ArpFrame& arp, const CapturedFrame& frame, bool answers_us) {
  Stray::Key key{.mac = arp.sender_hardware, .vlans = VlansOf(arp, frame)};
  if (arp.ethernet_source != request_.source) {
    // Whoever names our MAC as that of an address says nothing of where our frames go.
    if (!answers_us || arp.sender_hardware == request_.sender_hardware) return;
    if (!WasAsked(*targets_.IndexOf(arp.sender_protocol))) return;
    key.kind = Stray::Kind::kOtherVlan;
    key.ip = arp.sender_protocol;
  } else {
    const auto index = targets_.IndexOf(arp.target_protocol);
    const bool is_ours = arp.operation == ARPOP_REQUEST && arp.sender_hardware == request_.sender_hardware &&
                         (IsOurSender(arp) || arp.sender_protocol == 0);
    const bool returned = is_ours && index && WasAsked(*index);
    key.kind = returned ? Stray::Kind::kReturned : Stray::Kind::kOurMac;
    key.ip = returned ? arp.target_protocol : arp.sender_protocol;
  }
  strays_.Note(key, frame.realtime_ns);
}

bool ReplyMatcher::IsOurSender(const ArpFrame& arp) const {
  return arp.sender_protocol == request_.SenderFor(arp.target_protocol);
}

bool ReplyMatcher::WasAsked(uint32_t index) const {
  return state_.Queued(index) > 0 || state_.ProbesQueued(index) > 0;
}

uint32_t ReplyMatcher::MatchRequest(AddressEntry& entry, Responder& responder, int64_t at) {
  const uint32_t replies = responder.request_replies.load(std::memory_order_relaxed);
  Increase(responder.request_replies);
  const uint32_t broadcasts = Broadcasts(entry);
  const bool all_answered_before = replies + 1 == broadcasts + UnicastsTo(responder);
  const int64_t broadcast_at = times_.Get(entry.index);

  const int64_t unicast_at = responder.unicast_at.load(std::memory_order_relaxed);
  if (unicast_at > std::max(broadcast_at, entry.foreign_at)) {
    const int64_t before = std::max({broadcast_at, entry.foreign_at, responder.unicast_before_at});
    if (!all_answered_before && !IsSettledBefore(before, unicast_at)) return kNoRoundTrip;
    responder.confirmed.store(true, std::memory_order_relaxed);
    return RoundTrip(responder, unicast_at, at);
  }
  if (all_answered_before) {
    responder.last_request = broadcasts;
    // Every question had its answer, so ours by unicast had, too.
    if (UnicastsSent(responder) > 0) responder.confirmed.store(true, std::memory_order_relaxed);
  }
  if (entry.responders > 0 && !entry.same_request) NoteSameRequest(entry, responder, broadcasts);
  if (unicast_at != 0 && entry.foreign_at <= broadcast_at && IsSettledBefore(unicast_at, broadcast_at)) {
    Increase(responder.later_broadcasts);
  }
  // It took this long at the least, whichever request it answers: late hosts make the cooldown longer.
  const uint32_t trip = RoundTrip(responder, std::max(broadcast_at, entry.foreign_at), at);
  return all_answered_before && entry.foreign_at <= broadcast_at ? trip : kNoRoundTrip;
}

uint32_t ReplyMatcher::MatchProbe(AddressEntry& entry, Responder& responder, int64_t at) {
  const uint32_t replies = responder.probe_replies.load(std::memory_order_relaxed);
  Increase(responder.probe_replies);
  const uint32_t probes = std::max(entry.probes, state_.ProbesQueued(entry.index));
  return replies + 1 == probes && !entry.foreign ? RoundTrip(responder, entry.probe_at, at) : kNoRoundTrip;
}

// Of our questions the queued ones count, seen leaving or not: where the ring dropped our frame, its answer
// must not pass for that of another.
uint32_t ReplyMatcher::Broadcasts(const AddressEntry& entry) const {
  const uint32_t requests = std::max(state_.Queued(entry.index), state_.Transmitted(entry.index));
  return requests + PilotsQueued(entry) + entry.foreign_requests;
}

uint32_t ReplyMatcher::PilotsQueued(const AddressEntry& entry) const {
  return entry.oldest == kNone ? 0 : table_.At(entry.oldest).pilots_queued.load(std::memory_order_relaxed);
}

uint32_t ReplyMatcher::UnicastsTo(const Responder& responder) {
  return std::max(responder.unicast_queued.load(std::memory_order_relaxed), responder.unicast_transmitted) +
         responder.foreign_unicasts;
}

void ReplyMatcher::NoteSameRequest(AddressEntry& entry, const Responder& responder, uint32_t broadcasts) {
  const auto broadcast_replies = [](const Responder& r) {
    const uint32_t replies = r.request_replies.load(std::memory_order_relaxed);
    return replies - std::min(replies, UnicastsTo(r));
  };
  // Bounded by the number of responders an address may have; one, as a rule.
  for (uint32_t id = entry.first; id != kNone; id = table_.At(id).next) {
    const Responder& other = table_.At(id);
    if (&other == &responder) continue;
    // Either both gave the answer to one request beyond doubt, or they gave more answers than there were
    // requests.
    const bool both = responder.last_request != 0 && other.last_request == responder.last_request;
    if (both || broadcast_replies(responder) + broadcast_replies(other) > broadcasts)
      entry.same_request = true;
  }
}

bool ReplyMatcher::IsSettledBefore(int64_t earlier, int64_t later) const {
  return later - earlier > std::max(kQuietNs, 4 * max_round_trip_ns());
}

uint32_t ReplyMatcher::RoundTrip(Responder& responder, int64_t sent, int64_t at) {
  // Send times that our own clock told may be a little late.
  if (!IsExact(sent) || sent <= no_round_trip_before_ || at <= sent) return kNoRoundTrip;
  const int64_t trip = at - sent;
  if (trip >= kNoRoundTrip) return kNoRoundTrip;
  if (trip > max_round_trip_ns()) max_round_trip_.store(trip, std::memory_order_relaxed);
  const auto known = static_cast<uint32_t>(trip);
  if (known > responder.longest_round_trip_ns.load(std::memory_order_relaxed)) {
    responder.longest_round_trip_ns.store(known, std::memory_order_relaxed);
  }
  return known;
}

}  // namespace arpsweep
