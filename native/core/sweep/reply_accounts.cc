// What the matcher has counted, as it stands when the sweep is over: the half of ReplyMatcher that takes no
// frames.

#include <algorithm>

#include "core/sweep/reply_matcher.h"

namespace arpsweep {

Account ReplyMatcher::AccountOf(const AddressEntry& entry, const Responder& responder) const {
  Account account;
  account.asked = AskedAt(entry);
  account.probes = ProbesSent(entry);
  account.unicasts = UnicastsSent(responder);
  account.request_replies = responder.request_replies.load(std::memory_order_relaxed);
  account.probe_replies = responder.probe_replies.load(std::memory_order_relaxed);
  // Without our own frames in sight, those of others are not seen either.
  if (entry.foreign || !state_.proves_sending()) {
    const uint32_t requests = state_.Transmitted(entry.index) + PilotsSent(entry) + account.unicasts;
    account.request_replies = std::min(account.request_replies, requests);
    account.probe_replies = std::min(account.probe_replies, account.probes);
  }
  return account;
}

uint32_t ReplyMatcher::RepliesOf(const Responder& responder) {
  const Account account = AccountOf(*table_.Find(responder.index), responder);
  return account.request_replies + account.probe_replies;
}

uint64_t ReplyMatcher::RepliesToOthers() {
  uint64_t replies = 0;
  for (uint32_t id = 0; id < table_.size(); ++id) {
    const Responder& responder = table_.At(id);
    replies += responder.request_replies.load(std::memory_order_relaxed) +
               responder.probe_replies.load(std::memory_order_relaxed) - RepliesOf(responder);
  }
  return replies;
}

uint32_t ReplyMatcher::Asked(uint32_t index) {
  const AddressEntry* entry = table_.Find(index);
  if (entry != nullptr) return AskedAt(*entry);
  // What was seen leaving of probes is in the entry.
  return state_.Transmitted(index) + (state_.proves_sending() ? 0U : state_.ProbesQueued(index));
}

uint32_t ReplyMatcher::AskedByAnybody(uint32_t index) {
  const AddressEntry* entry = table_.Find(index);
  if (entry == nullptr) return Asked(index);
  uint32_t asked = AskedAt(*entry) + entry->foreign_requests;
  for (uint32_t id = entry->first; id != kNone; id = table_.At(id).next)
    asked += table_.At(id).foreign_unicasts;
  return asked;
}

uint32_t ReplyMatcher::AskedAt(const AddressEntry& entry) const {
  uint32_t unicasts = 0;
  for (uint32_t id = entry.first; id != kNone; id = table_.At(id).next)
    unicasts += UnicastsSent(table_.At(id));
  return state_.Transmitted(entry.index) + PilotsSent(entry) + ProbesSent(entry) + unicasts;
}

uint32_t ReplyMatcher::ProbesSent(const AddressEntry& entry) const {
  return state_.proves_sending() ? entry.probes : state_.ProbesQueued(entry.index);
}

// As well as it is known.
uint32_t ReplyMatcher::PilotsSent(const AddressEntry& entry) const {
  if (!state_.proves_sending()) return PilotsQueued(entry);
  return entry.oldest == kNone ? 0 : table_.At(entry.oldest).pilots_transmitted;
}

uint32_t ReplyMatcher::UnicastsSent(const Responder& responder) const {
  return state_.proves_sending() ? responder.unicast_transmitted
                                 : responder.unicast_queued.load(std::memory_order_relaxed);
}

}  // namespace arpsweep
