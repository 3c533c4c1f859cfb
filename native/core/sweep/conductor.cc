#include "core/sweep/conductor.h"

#include <algorithm>

#include "core/system/clock.h"

namespace arpsweep {
namespace {

constexpr int64_t kMs = kNanosecondsPerMillisecond;

// Between passes answers get this long, or three round trips: then it is known who has answered.
constexpr int64_t kMinAnswerNs = 10 * kMs;
constexpr int64_t kMaxAnswerNs = 100 * kMs;
// Late answers may bring responders that the census has not asked; each round of it ends with its own
// cooldown.
constexpr int kMostRounds = 3;
// A sleeping radio hears the third beacon at the latest (102.4 ms each); Linux answers for others by proxy
// after up to 0.8 s (neigh/*/proxy_delay).
constexpr int64_t kMinCooldownNs = 350 * kMs;
constexpr int64_t kMaxCooldownNs = 1500 * kMs;
// Those who are known to be awake are listened to for so long after they were last asked.
constexpr int64_t kAwakeNs = 50 * kMs;

// Hosts that may be missed, and what one of them is worth in time.
constexpr double kFewEnough = 0.01;
constexpr double kSecondsPerHost = 30;
// Where nobody answers there is no estimate: two passes, and more where they cost next to nothing.
constexpr uint32_t kPassesInSilence = 2;
constexpr double kCheapSeconds = 2;
constexpr double kVeryCheapSeconds = 0.3;
// More pilots than half a pass are no bargain, and no host should be asked for ever.
constexpr uint64_t kMostPilotsPerHost = 12;
constexpr int kMostPilotRounds = 4;
// What holds up one request holds up the next as well, unless they lie apart.
constexpr int64_t kNamedApartNs = 50 * kMs;

}  // namespace

Conductor::Conductor(const SweepConfig& config, const TargetSpace& targets, const Part& part,
                     AddressState& state, ResponderTable& table, const ReplyMatcher& matcher,
                     Counters& counters, LinkWatch& link, Line& line, Transmitter& transmitter,
                     Transmitter* helper)
    : config_(config),
      targets_(targets),
      part_(part),
      state_(state),
      table_(table),
      matcher_(matcher),
      counters_(counters),
      link_(link),
      line_(line),
      transmitter_(transmitter),
      walker_(config, targets, part, state, table, counters, link, line, transmitter, helper),
      census_(config, targets, table, matcher, line, transmitter) {}

SendOutcome Conductor::Run() {
  SendOutcome outcome = RunPasses();
  if (outcome == SendOutcome::kSent) outcome = AskNamed();
  walker_.pilots().Close();
  for (int round = 0; round < kMostRounds && outcome == SendOutcome::kSent; ++round) {
    const uint32_t known = table_.size();
    if (config_.census) {
      phase_ = Phase::kCensus;
      outcome = census_.Run();
    }
    if (outcome == SendOutcome::kSent) outcome = CoolDown();
    // Not in the last round: what is asked then has no cooldown, and would pass for silent.
    if (outcome == SendOutcome::kSent && round + 1 < kMostRounds) {
      const int64_t before = transmitter_.last_at();
      outcome = walker_.Mend();
      if (transmitter_.last_at() != before) {
        passes_ended_at_ = transmitter_.last_at();
        continue;
      }
    }
    if (!config_.census || table_.size() == known) break;
  }
  if (outcome != SendOutcome::kSent) cut_short_at_ = line_.Now();
  Conclude();
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
    const int64_t from = line_.Now();
    if (const SendOutcome outcome = walker_.RunPass(pass); outcome != SendOutcome::kSent) return outcome;
    passes_ended_at_ = transmitter_.last_at();
    pass_seconds_ = static_cast<double>(line_.Now() - from) / static_cast<double>(kNanosecondsPerSecond);
    if (config_.passes == 1) break;
    AwaitAnswers();
    if (const SendOutcome outcome = walker_.Settle(); outcome != SendOutcome::kSent) return outcome;
    walker_.AwaitPilots();
    bool enough = false;
    if (config_.adaptive_passes) {
      const SendOutcome outcome = AskedEnough(pass, &enough);
      if (outcome != SendOutcome::kSent) return outcome;
    }
    if (enough) break;
  }
  return SendOutcome::kSent;
}

// Who is named is expected to be there, and not given up before silence means something.
SendOutcome Conductor::AskNamed() {
  // After a single pass, which nobody waits for, answers are still on their way.
  if (config_.named_requests > 0) AwaitAnswers();
  for (uint32_t round = 0; round < config_.named_requests; ++round) {
    bool any = false;
    const SendOutcome outcome = walker_.AskSilentNamed(config_.named_requests, &any);
    // The passes went through: a filter takes these addresses, and not the link.
    if (outcome == SendOutcome::kSendBlocked) break;
    if (outcome != SendOutcome::kSent) return outcome;
    if (!any) break;
    passes_ended_at_ = transmitter_.last_at();
    line_.WaitUntil(line_.Now() + kNamedApartNs);
  }
  return SendOutcome::kSent;
}

SendOutcome Conductor::ProbeOwn() {
  if (!config_.probes_own) return SendOutcome::kSent;
  for (const uint32_t address : targets_.own()) {
    // Without a sender address every question is a probe, and counted as a request.
    const auto kind = config_.request.sender_ip == 0 ? Question::Kind::kRequest : Question::Kind::kProbe;
    const SendOutcome outcome =
        transmitter_.Ask({.kind = kind, .index = *targets_.IndexOf(address), .address = address});
    if (outcome != SendOutcome::kSent) return outcome;
  }
  return transmitter_.Flush();
}

// Where a few more pilots would show that nothing is missed, they are cheaper than another pass.
SendOutcome Conductor::AskedEnough(uint32_t pass, bool* enough) {
  const double threshold = std::max(kFewEnough, pass_seconds_ / kSecondsPerHost);
  for (int round = 0; round < kMostPilotRounds; ++round) {
    const LossEstimate estimate = Estimate(threshold);
    if (estimate.known && estimate.expected_missed <= threshold) {
      *enough = true;
      return SendOutcome::kSent;
    }
    const uint64_t bargain =
        std::min<uint64_t>(CountSilent() / 2, kMostPilotsPerHost * walker_.pilots().hosts());
    if (estimate.pilots_wanted == 0 || estimate.pilots_wanted > bargain) break;
    SendOutcome outcome = walker_.SendPilots(estimate.pilots_wanted);
    if (outcome != SendOutcome::kSent) return outcome;
    walker_.AwaitPilots();
  }
  if (!Estimate(threshold).known) {
    const uint32_t more = pass_seconds_ < kVeryCheapSeconds ? 2 : pass_seconds_ < kCheapSeconds ? 1 : 0;
    const bool heard = walker_.pilots().hosts() > 0;
    const uint32_t voided = heard ? walker_.void_passes() : walker_.lost_passes();
    *enough = pass - voided >= kPassesInSilence + more;
  }
  return SendOutcome::kSent;
}

LossEstimate Conductor::Estimate(double threshold) {
  const uint32_t voided = walker_.void_passes();
  if (voided >= pass()) return {};
  return walker_.pilots().Estimate(pass(), voided, CountSilent(), counters_.answered.value(), threshold);
}

SendOutcome Conductor::CoolDown() {
  phase_ = Phase::kCooldown;
  while (true) {
    const int64_t late = 3 * matcher_.max_round_trip_ns();
    const int64_t cooldown = config_.cooldown_ns.value_or(std::clamp(late, kMinCooldownNs, kMaxCooldownNs));
    // What may sleep was asked by the passes; the census asked those who are awake.
    const int64_t until = std::max(passes_ended_at_ + cooldown,
                                   transmitter_.last_at() + std::min(cooldown, std::max(late, kAwakeNs)));
    const int64_t now = line_.Now();
    if (now >= until) break;
    // In steps, because answers that come late make it longer.
    line_.WaitUntil(std::min(until, now + kMinCooldownNs));
    if (line_.IsStopped()) return SendOutcome::kInterrupted;
  }
  const LinkState link = link_.state.load(std::memory_order_acquire);
  if (link == LinkState::kGone) return SendOutcome::kLinkGone;
  return link == LinkState::kUp ? SendOutcome::kSent : transmitter_.AwaitLink();
}

uint64_t Conductor::CountSilent() const {
  return part_.foreign() - std::min<uint64_t>(part_.foreign(), counters_.answered.value());
}

int64_t Conductor::AnswerNs() const {
  return std::clamp(3 * matcher_.max_round_trip_ns(), kMinAnswerNs, kMaxAnswerNs);
}

void Conductor::AwaitAnswers() const {
  line_.WaitUntil(passes_ended_at_ + AnswerNs());
}

// However it ended, what is known of losses is told.
void Conductor::Conclude() {
  walker_.MarkUntested();
  if (pass() == 0) return;
  const LossEstimate estimate = Estimate(kFewEnough);
  const Tally observed = walker_.pilots().observed();
  completeness_.pilots = observed.asked;
  completeness_.pilots_lost = observed.lost;
  if (!estimate.known) return;
  completeness_.loss = observed.share();
  completeness_.expected_missed = estimate.expected_missed;
}

bool Conductor::IsUntested(uint32_t index) const {
  return !state_.Tested(index) && !targets_.IsOwnIndex(index) && part_.Holds(index);
}

std::vector<Slice> Conductor::Open(size_t limit) const {
  const bool passed = walker_.never_taken_from() == part_.size();
  // A pass has its answers before the next one begins.
  if (passed && pass() > 1 && CountUntested() == 0) return {};
  return part_.Cover(limit, walker_.never_taken_from(), [this](uint32_t index) { return IsOpen(index); });
}

bool Conductor::IsOpen(uint32_t index) const {
  if (IsUntested(index)) return true;
  if (cut_short_at_ == 0 || state_.Answered(index) || state_.Transmitted(index) != 1) return false;
  return !targets_.IsOwnIndex(index) && matcher_.AskedAt(index) > cut_short_at_ - AnswerNs();
}

// Nothing outside the part is asked.
uint64_t Conductor::CountUntested() const {
  uint64_t tested = state_.CountTested(targets_.size());
  for (const uint32_t address : targets_.own()) {
    const uint32_t index = *targets_.IndexOf(address);
    tested -= index < targets_.size() && state_.Tested(index) ? 1 : 0;
  }
  return part_.foreign() - tested;
}

}  // namespace arpsweep
