#include "core/sweep/conductor.h"

#include <algorithm>

#include "core/system/clock.h"

namespace arpsweep {
namespace {

constexpr int64_t kMs = kNanosecondsPerMillisecond;

// What was sent is seen leaving within the ring's retirement time, unless the machine is busy.
constexpr int64_t kProofNs = 100 * kMs;
constexpr int64_t kProofStepNs = 1 * kMs;
// Between passes answers get this long, or three round trips: then it is known which addresses are settled.
constexpr int64_t kMinAnswerNs = 10 * kMs;
constexpr int64_t kMaxAnswerNs = 100 * kMs;
// Unconfirmed responders are asked again after this time, so often.
constexpr int64_t kCensusNs = 100 * kMs;
constexpr int kCensusRounds = 3;
// Walks of one pass that only pick up what did not leave.
constexpr int kRefills = 3;
// A sleeping radio hears the third beacon at the latest (102.4 ms each); Linux answers for others by proxy
// after up to 0.8 s (neigh/*/proxy_delay).
constexpr int64_t kMinCooldownNs = 350 * kMs;
constexpr int64_t kMaxCooldownNs = 1500 * kMs;
// The sender looks for a stop between so many addresses that need no question.
constexpr uint32_t kStopCheck = 4096;

}  // namespace

Conductor::Conductor(const SweepConfig& config, const TargetSpace& targets, const AddressState& state,
                     ResponderTable& table, const ReplyMatcher& matcher, const Counters& counters,
                     const LinkWatch& link, const StopSignal& stop, Transmitter& transmitter)
    : config_(config),
      targets_(targets),
      state_(state),
      table_(table),
      matcher_(matcher),
      counters_(counters),
      link_(link),
      stop_(stop),
      transmitter_(transmitter),
      permutation_(targets.size(), config.seed, config.sequential) {}

SendOutcome Conductor::Run() {
  SendOutcome outcome = RunPasses();
  // Late answers may bring responders that the census has not asked; each round of it ends with its own
  // cooldown.
  for (int round = 0; round < kCensusRounds && outcome == SendOutcome::kSent; ++round) {
    const uint32_t known = table_.size();
    if (config_.census) outcome = RunCensus();
    if (outcome == SendOutcome::kSent) outcome = CoolDown();
    const bool gap = link_.gap_to.load(std::memory_order_relaxed) != 0;
    // Not in the last round: what is asked then has no cooldown, and would pass for silent.
    const bool again = gap && round + 1 < kCensusRounds;
    if (outcome == SendOutcome::kSent && again && AnyNeedsAsking(pass())) {
      outcome = RunPass(pass());
    } else if (!config_.census || table_.size() == known) {
      break;
    }
  }
  phase_ = Phase::kDone;
  // A few targets may be refused, one after the other, in less than the transmitter waits.
  const bool blocked = counters_.queued.value() == 0 && counters_.send_errors.value() > 0;
  return outcome == SendOutcome::kSent && blocked ? SendOutcome::kSendBlocked : outcome;
}

SendOutcome Conductor::RunPasses() {
  for (uint32_t pass = 1; pass <= config_.passes; ++pass) {
    pass_ = pass;
    phase_ = Phase::kSweep;
    if (pass <= 2) {
      if (const SendOutcome outcome = ProbeOwn(); outcome != SendOutcome::kSent) return outcome;
    }
    if (const SendOutcome outcome = RunPass(pass); outcome != SendOutcome::kSent) return outcome;
    if (pass < config_.passes || config_.census) AwaitAnswers();
    if (config_.adaptive_passes && pass >= 2 && !AnythingLost()) break;
  }
  return SendOutcome::kSent;
}

SendOutcome Conductor::RunPass(uint32_t pass) {
  for (int walk = 0; walk <= kRefills; ++walk) {
    const SendOutcome outcome = Walk(pass);
    // Where only what is left is refused, a filter takes these addresses and not the link.
    if (outcome == SendOutcome::kSendBlocked && walk > 0) break;
    if (outcome != SendOutcome::kSent) return outcome;
    AwaitProof();
    if (!AnyNeedsAsking(pass)) break;
  }
  return stop_.IsSet() ? SendOutcome::kInterrupted : SendOutcome::kSent;
}

SendOutcome Conductor::Walk(uint32_t pass) {
  for (uint32_t position = 0; position < permutation_.size(); ++position) {
    if (position % kStopCheck == 0) {
      position_.store(position, std::memory_order_relaxed);
      if (stop_.IsSet()) return SendOutcome::kInterrupted;
    }
    const uint32_t index = permutation_.At(position);
    if (!NeedsAsking(index, pass)) continue;
    position_.store(position, std::memory_order_relaxed);
    const SendOutcome outcome = AskTarget(index, targets_.AddressAt(index));
    if (outcome != SendOutcome::kSent) return outcome;
  }
  return transmitter_.Flush();
}

SendOutcome Conductor::AskTarget(uint32_t index, uint32_t address) {
  const SendOutcome outcome =
      transmitter_.Ask({.kind = Question::Kind::kRequest, .index = index, .address = address});
  // Without a sender address the request was a probe already.
  const bool probe = config_.census && config_.sender_ip != 0 && IsNamed(address);
  if (outcome != SendOutcome::kSent || !probe) return outcome;
  return transmitter_.Ask({.kind = Question::Kind::kProbe, .index = index, .address = address});
}

SendOutcome Conductor::ProbeOwn() {
  for (const uint32_t address : targets_.own()) {
    // Without a sender address every question is a probe, and counted as a request.
    const auto kind = config_.sender_ip == 0 ? Question::Kind::kRequest : Question::Kind::kProbe;
    const SendOutcome outcome =
        transmitter_.Ask({.kind = kind, .index = *targets_.IndexOf(address), .address = address});
    if (outcome != SendOutcome::kSent) return outcome;
  }
  return transmitter_.Flush();
}

SendOutcome Conductor::RunCensus() {
  phase_ = Phase::kCensus;
  const uint32_t from = census_done_;
  for (int round = 0; round < kCensusRounds; ++round) {
    bool any = false;
    if (const SendOutcome outcome = CensusRound(from, &any); outcome != SendOutcome::kSent) return outcome;
    if (!any) break;
    // Ends as soon as everybody has answered.
    for (const int64_t until = MonotonicNs() + kCensusNs; MonotonicNs() < until;) {
      if (!Wait(MonotonicNs() + kProofStepNs)) return SendOutcome::kInterrupted;
      bool open = false;
      for (uint32_t id = from; id < census_done_ && !open; ++id) open = IsOpen(table_.At(id));
      if (!open) return SendOutcome::kSent;
    }
  }
  return SendOutcome::kSent;
}

SendOutcome Conductor::CensusRound(uint32_t from, bool* any) {
  census_done_ = table_.size();
  for (uint32_t id = from; id < census_done_; ++id) {
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

bool Conductor::NeedsProbe(const Responder& responder) const {
  return config_.sender_ip != 0 && responder.next == kNone &&
         responder.probe_replies.load(std::memory_order_relaxed) == 0;
}

bool Conductor::IsOpen(const Responder& responder) const {
  if (targets_.IsOwnIndex(responder.index)) return false;
  return !responder.confirmed.load(std::memory_order_relaxed) || NeedsProbe(responder);
}

SendOutcome Conductor::CoolDown() {
  phase_ = Phase::kCooldown;
  AwaitProof();
  while (true) {
    const int64_t late = 3 * matcher_.max_round_trip_ns();
    const int64_t cooldown = config_.cooldown_ns.value_or(std::clamp(late, kMinCooldownNs, kMaxCooldownNs));
    const int64_t until = transmitter_.last_at() + cooldown;
    const int64_t now = MonotonicNs();
    if (now >= until) break;
    // In steps, because answers that come late make it longer.
    if (!Wait(std::min(until, now + kMinCooldownNs))) return SendOutcome::kInterrupted;
  }
  const LinkState link = link_.state.load(std::memory_order_acquire);
  if (link == LinkState::kGone) return SendOutcome::kLinkGone;
  return link == LinkState::kUp ? SendOutcome::kSent : transmitter_.AwaitLink();
}

bool Conductor::Wait(int64_t until) const {
  stop_.WaitUntil(until);
  return !stop_.IsSet();
}

void Conductor::AwaitProof() const {
  const int64_t until = MonotonicNs() + kProofNs;
  while (counters_.transmitted.value() < counters_.queued.value() && MonotonicNs() < until) {
    if (!Wait(MonotonicNs() + kProofStepNs)) return;
  }
}

void Conductor::AwaitAnswers() const {
  const int64_t most = std::clamp(3 * matcher_.max_round_trip_ns(), kMinAnswerNs, kMaxAnswerNs);
  Wait(MonotonicNs() + most);
}

bool Conductor::NeedsAsking(uint32_t index, uint32_t pass) const {
  if (state_.Transmitted(index) < pass) {
    const bool settled = state_.Answered(index) && state_.Transmitted(index) >= 2;
    return !settled && !targets_.IsOwnIndex(index);
  }
  return FellIntoGap(index) && !targets_.IsOwnIndex(index);
}

bool Conductor::FellIntoGap(uint32_t index) const {
  const int64_t from = link_.gap_from.load(std::memory_order_relaxed);
  if (from == 0 || state_.Answered(index)) return false;
  const int64_t asked = matcher_.AskedAt(index);
  return asked >= from && asked <= link_.gap_to.load(std::memory_order_relaxed);
}

bool Conductor::AnyNeedsAsking(uint32_t pass) const {
  for (uint32_t index = 0; index < targets_.size(); ++index) {
    if (NeedsAsking(index, pass)) return true;
    if (index % kStopCheck == 0 && stop_.IsSet()) return true;
  }
  return false;
}

bool Conductor::AnythingLost() const {
  const uint32_t responders = table_.size();
  bool heard = false;
  for (uint32_t id = 0; id < responders; ++id) {
    const Responder& responder = table_.At(id);
    if (targets_.IsOwnIndex(responder.index)) continue;
    heard = true;
    if (responder.request_replies.load(std::memory_order_relaxed) < state_.Transmitted(responder.index))
      return true;
  }
  return !heard;  // silence tells nothing of what was lost
}

bool Conductor::IsNamed(uint32_t address) const {
  const auto next = std::upper_bound(config_.named.begin(), config_.named.end(), address,
                                     [](uint32_t a, const AddressRange& range) { return a < range.first; });
  return next != config_.named.begin() && address <= (next - 1)->last;
}

bool Conductor::IsUntested(uint32_t index) const {
  return (!state_.Tested(index) || FellIntoGap(index)) && !targets_.IsOwnIndex(index);
}

uint64_t Conductor::CountUntested() const {
  uint64_t untested = targets_.size() - state_.tested();
  for (const uint32_t address : targets_.own()) {
    const uint32_t index = *targets_.IndexOf(address);
    untested -= index < targets_.size() ? 1 : 0;
    untested += state_.Tested(index) ? 1 : 0;
  }
  if (link_.gap_from.load(std::memory_order_relaxed) == 0) return untested;
  for (uint32_t index = 0; index < targets_.size(); ++index)
    untested += state_.Tested(index) && IsUntested(index) ? 1 : 0;
  return untested;
}

}  // namespace arpsweep
