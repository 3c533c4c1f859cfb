#include "core/sweep/census.h"

#include "core/system/clock.h"

namespace arpsweep {
namespace {

// Unconfirmed responders are asked again after this time, so often.
constexpr int64_t kRoundNs = 100 * kNanosecondsPerMillisecond;
constexpr int kRounds = 3;
constexpr int64_t kStepNs = kNanosecondsPerMillisecond;

}  // namespace

Census::Census(const SweepConfig& config, const TargetSpace& targets, ResponderTable& table, Line& line,
               Transmitter& transmitter)
    : config_(config), targets_(targets), table_(table), line_(line), transmitter_(transmitter) {}

SendOutcome Census::Run() {
  const uint32_t from = asked_;
  for (int round = 0; round < kRounds; ++round) {
    bool any = false;
    SendOutcome outcome = AskAll(from, &any);
    if (outcome == SendOutcome::kSent && any) outcome = Await(from);
    if (outcome != SendOutcome::kSent || !any) return outcome;
  }
  return SendOutcome::kSent;
}

SendOutcome Census::AskAll(uint32_t from, bool* any) {
  asked_ = table_.size();
  for (uint32_t id = from; id < asked_; ++id) {
    Responder& responder = table_.At(id);
    const uint32_t address = targets_.AddressAt(responder.index);
    if (targets_.IsOwnIndex(responder.index)) continue;
    if (!responder.confirmed.load(std::memory_order_relaxed)) {
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

// Ends as soon as everybody has answered.
SendOutcome Census::Await(uint32_t from) {
  for (const int64_t until = line_.Now() + kRoundNs; line_.Now() < until;) {
    line_.WaitUntil(line_.Now() + kStepNs);
    if (line_.IsStopped()) return SendOutcome::kInterrupted;
    bool open = false;
    for (uint32_t id = from; id < asked_ && !open; ++id) open = IsOpen(table_.At(id));
    if (!open) break;
  }
  return SendOutcome::kSent;
}

bool Census::NeedsProbe(const Responder& responder) const {
  return config_.sender_ip != 0 && responder.next == kNone &&
         responder.probe_replies.load(std::memory_order_relaxed) == 0;
}

bool Census::IsOpen(const Responder& responder) const {
  if (targets_.IsOwnIndex(responder.index)) return false;
  return !responder.confirmed.load(std::memory_order_relaxed) || NeedsProbe(responder);
}

}  // namespace arpsweep
