#include "core/sweep/census.h"

#include <algorithm>

#include "core/system/clock.h"

namespace arpsweep {
namespace {

// Unconfirmed responders are asked again after so many of the longest round trips, so often.
constexpr int64_t kRoundTrips = 5;
// Long enough that what a unicast asked is settled before a broadcast is sent (ReplyMatcher, kQuietNs).
constexpr int64_t kLeastRoundNs = 45 * kNanosecondsPerMillisecond;
constexpr int64_t kMostRoundNs = 100 * kNanosecondsPerMillisecond;
constexpr int kRounds = 3;
constexpr int64_t kStepNs = kNanosecondsPerMillisecond;

}  // namespace

Census::Census(const SweepConfig& config, const TargetSpace& targets, ResponderTable& table,
               const ReplyMatcher& matcher, Line& line, Transmitter& transmitter)
    : config_(config),
      targets_(targets),
      table_(table),
      matcher_(matcher),
      line_(line),
      transmitter_(transmitter) {}

SendOutcome Census::Run() {
  const uint32_t from = asked_;
  for (int round = 0; round < kRounds; ++round) {
    bool any = false;
    SendOutcome outcome = AskAll(from, &any);
    if (outcome == SendOutcome::kSent && any) outcome = Await(from);
    if (outcome != SendOutcome::kSent || !any) return outcome;
  }
  return LookIntoSilence(from);
}

SendOutcome Census::AskAll(uint32_t from, bool* any) {
  asked_ = table_.size();
  for (uint32_t id = from; id < asked_; ++id) {
    Responder& responder = table_.At(id);
    const uint32_t address = targets_.AddressAt(responder.index);
    if (targets_.IsOwnIndex(responder.index)) continue;
    if (IsUnconfirmed(responder)) {
      *any = true;
      const SendOutcome outcome = transmitter_.Ask({.kind = Question::Kind::kUnicast,
                                                    .index = responder.index,
                                                    .address = address,
                                                    .responder = &responder});
      if (outcome != SendOutcome::kSent) return outcome;
    }
    if (NeedsProbe(responder)) {
      *any = true;
      const SendOutcome outcome =
          transmitter_.Ask({.kind = Question::Kind::kProbe, .index = responder.index, .address = address});
      if (outcome != SendOutcome::kSent) return outcome;
    }
  }
  return transmitter_.Flush();
}

// Those who answer broadcasts and no unicasts. Asked by broadcast twice within a second, a host that went
// away or answers once a second does not answer both; and as many unicasts again are hardly all lost by
// chance.
SendOutcome Census::LookIntoSilence(uint32_t from) {
  SendOutcome outcome = AskOnce(from, Question::Kind::kPilot, &Census::IsUnconfirmedHost);
  for (int round = 0; round < kRounds && outcome == SendOutcome::kSent; ++round) {
    outcome = AskOnce(from, Question::Kind::kUnicast, &Census::IsSuspect);
  }
  if (outcome == SendOutcome::kSent) outcome = AskOnce(from, Question::Kind::kPilot, &Census::IsSuspect);
  return outcome;
}

SendOutcome Census::AskOnce(uint32_t from, Question::Kind kind,
                            bool (Census::*applies)(const Responder&) const) {
  bool any = false;
  for (uint32_t id = from; id < asked_; ++id) {
    Responder& responder = table_.At(id);
    if (targets_.IsOwnIndex(responder.index) || !(this->*applies)(responder)) continue;
    any = true;
    const bool alone = kind == Question::Kind::kUnicast;
    const SendOutcome outcome = transmitter_.Ask({.kind = kind,
                                                  .index = responder.index,
                                                  .address = targets_.AddressAt(responder.index),
                                                  .responder = alone ? &responder : &OldestOf(responder)});
    if (outcome != SendOutcome::kSent) return outcome;
  }
  if (!any) return SendOutcome::kSent;
  const SendOutcome outcome = transmitter_.Flush();
  return outcome == SendOutcome::kSent ? Await(from) : outcome;
}

// Ends as soon as everybody has answered.
SendOutcome Census::Await(uint32_t from) {
  const int64_t round = std::clamp(kRoundTrips * matcher_.max_round_trip_ns(), kLeastRoundNs, kMostRoundNs);
  for (const int64_t until = line_.Now() + round; line_.Now() < until;) {
    line_.WaitUntil(line_.Now() + kStepNs);
    if (line_.IsStopped()) return SendOutcome::kInterrupted;
    bool open = false;
    for (uint32_t id = from; id < asked_ && !open; ++id) open = IsOpen(table_.At(id));
    if (!open) break;
  }
  return SendOutcome::kSent;
}

bool Census::NeedsProbe(const Responder& responder) const {
  if (config_.request.sender_ip == 0 || responder.next != kNone) return false;
  const uint32_t probe_replies = responder.probe_replies.load(std::memory_order_relaxed);
  // Of those who answer nothing but probes, one answer alone may be the only one that was not lost.
  const bool answers_requests = responder.request_replies.load(std::memory_order_relaxed) > 0;
  return probe_replies < (answers_requests ? 1 : kRounds);
}

bool Census::IsUnconfirmed(const Responder& responder) const {
  return !responder.confirmed.load(std::memory_order_relaxed);
}

bool Census::IsUnconfirmedHost(const Responder& responder) const {
  return IsUnconfirmed(responder) && responder.request_replies.load(std::memory_order_relaxed) > 0;
}

bool Census::IsSuspect(const Responder& responder) const {
  return IsUnconfirmed(responder) && responder.later_broadcasts.load(std::memory_order_relaxed) > 0;
}

// Its address's responder that was heard first: what is asked by broadcast is counted there.
Responder& Census::OldestOf(const Responder& responder) const {
  uint32_t id = responder.id;
  while (table_.At(id).next != kNone) id = table_.At(id).next;
  return table_.At(id);
}

bool Census::IsOpen(const Responder& responder) const {
  if (targets_.IsOwnIndex(responder.index)) return false;
  return IsUnconfirmed(responder) || NeedsProbe(responder);
}

}  // namespace arpsweep
