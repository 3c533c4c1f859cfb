#include "core/sweep/results.h"

#include <algorithm>
#include <limits>

#include "core/system/clock.h"

namespace arpsweep {
namespace {

Record Describe(const Learnt& learnt, const Responder& responder, bool final) {
  Record record{};
  record.ip = learnt.targets.AddressAt(responder.index);
  std::copy(responder.mac.bytes.begin(), responder.mac.bytes.end(), record.mac);
  std::copy(responder.ethernet_source.bytes.begin(), responder.ethernet_source.bytes.end(),
            record.ethernet_source);
  record.first_at_ms = record.last_at_ms = Milliseconds(responder.first_at);
  record.confirmed = Record::kNotAsked;
  record.asked = 1;
  record.replies = 1;
  if (learnt.targets.IsOwn(record.ip)) record.flags |= Record::kOwnAddress;
  if (responder.ethernet_source != responder.mac) record.flags |= Record::kSourceDiffers;
  uint32_t round_trip = responder.first_round_trip_ns;
  if (final) {
    const AddressEntry& entry = *learnt.table.Find(responder.index);
    round_trip = responder.round_trip_ns.load(std::memory_order_relaxed);
    const Account account = learnt.matcher.AccountOf(entry, responder);
    if (account.unicasts > 0) {
      record.confirmed = responder.confirmed.load() ? Record::kConfirmed : Record::kNotConfirmed;
    }
    record.asked = account.asked;
    record.probes = static_cast<uint8_t>(account.probes);
    record.unicasts = static_cast<uint8_t>(account.unicasts);
    record.replies = account.request_replies + account.probe_replies;
    record.probe_replies = account.probe_replies;
    record.later_broadcasts = responder.later_broadcasts.load(std::memory_order_relaxed);
    record.last_at_ms = Milliseconds(responder.last_at);
    if (entry.same_request) record.address_flags |= Record::kSameRequest;
    if (entry.alternated) record.address_flags |= Record::kAlternated;
  }
  record.rtt_ms =
      round_trip == kNoRoundTrip ? std::numeric_limits<double>::quiet_NaN() : Milliseconds(round_trip);
  return record;
}

}  // namespace

size_t ReadResponders(const Learnt& learnt, size_t from, bool final, std::span<Record> into) {
  const size_t size = learnt.table.size();
  const size_t count = from >= size ? 0 : std::min(size - from, into.size());
  for (size_t i = 0; i < count; ++i) {
    into[i] = Describe(learnt, learnt.table.At(static_cast<uint32_t>(from + i)), final);
  }
  return count;
}

std::vector<StrayRecord> PackStrays(const Learnt& learnt) {
  std::vector<StrayRecord> records;
  records.reserve(learnt.matcher.strays().size());
  for (const auto& [key, stray] : learnt.matcher.strays()) {
    StrayRecord record{};
    record.ip = key.ip;
    std::copy(key.mac.bytes.begin(), key.mac.bytes.end(), record.mac);
    record.vlan_id = key.vlans.outer();
    record.inner_vlan_id = key.vlans.inner();
    record.count = stray.count;
    const auto index = learnt.targets.IndexOf(key.ip);
    if (key.kind == Stray::Kind::kReturned && index) record.asked = learnt.matcher.AskedByAnybody(*index);
    record.first_at_ms = Milliseconds(stray.first_at);
    record.last_at_ms = Milliseconds(stray.last_at);
    record.kind = static_cast<uint8_t>(key.kind);
    records.push_back(record);
  }
  return records;
}

}  // namespace arpsweep
