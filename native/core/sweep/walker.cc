#include "core/sweep/walker.h"

#include <pthread.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <system_error>

#include "core/system/clock.h"

namespace arpsweep {
namespace {

constexpr int64_t kMs = kNanosecondsPerMillisecond;

// What was sent is seen leaving within the ring's retirement time, unless the machine is busy.
constexpr int64_t kProofNs = 100 * kMs;
constexpr int64_t kStepNs = 1 * kMs;
// Walks of one pass that only pick up what did not leave.
constexpr int kRefills = 3;
// So often does the sender look at what came of its pilots, and at the link.
constexpr int64_t kTendNs = kMs / 5;
constexpr uint32_t kTendFrames = 8;
constexpr int64_t kMeasureNs = 5 * kMs;
// A slice takes this long to ask, and has so many addresses.
constexpr double kLegSeconds = 0.005;
constexpr uint32_t kLeastLeg = 16;
constexpr uint32_t kMostLeg = 1024;
// What a pass asks again is bounded, whatever the wire does: in addresses, and in times its own size.
constexpr uint64_t kMostRepeats = 2;
constexpr uint64_t kFreeRepeats = 16'384;
// What is sent shortly before a reply gets lost here may have been its question.
constexpr int64_t kBeforeDropNs = 20 * kMs;
constexpr int64_t kPilotsNs = 500 * kMs;
constexpr int64_t kFateNs = 300 * kMs;
// Without a regulator, the share of pilots that the estimate rests on.
constexpr double kUnregulatedShare = 1.0 / 32;
constexpr double kVoidNats = 3;
constexpr double kBurstMayLose = 0.3;
constexpr size_t kBurstPilots = 24;

}  // namespace

Walker::Walker(const SweepConfig& config, const TargetSpace& targets, AddressState& state,
               ResponderTable& table, Counters& counters, LinkWatch& link, Line& line,
               Transmitter& transmitter, Transmitter* helper)
    : config_(config),
      targets_(targets),
      state_(state),
      table_(table),
      counters_(counters),
      link_(link),
      line_(line),
      transmitter_(transmitter),
      helper_(helper),
      asks_again_(config.passes > 1),
      pilots_(table, targets, config.seed),
      permutation_(targets.size(), config.seed, config.sequential),
      random_(config.seed * 0x9e3779b97f4a7c15),
      rate_(config.rate) {
  if (asks_again_ && config.ceiling > config.rate) regulator_.emplace(config.rate, config.ceiling);
}

SendOutcome Walker::RunPass(uint32_t pass) {
  pass_ = pass;
  // An order of its own, so that what happens every so often does not meet the same addresses again.
  permutation_ = Permutation(targets_.size(), config_.seed + pass - 1, config_.sequential);
  itinerary_.Begin(targets_.size());
  repeated_ = 0;
  for (int refill = 0;;) {
    SendOutcome outcome = Walk();
    if (outcome == SendOutcome::kSent && asks_again_ && InBurst()) outcome = AskBurstPilots();
    if (outcome == SendOutcome::kSent) outcome = Conclude();
    if (outcome != SendOutcome::kSent) return outcome;
    if (itinerary_.left() > 0) continue;
    const std::vector<uint32_t> unsent = Unsent();
    if (unsent.empty() || refill++ == kRefills) break;
    outcome = AskAgain(unsent);
    // Where only what is left is refused, a filter takes these addresses and not the link.
    if (outcome == SendOutcome::kSendBlocked) break;
    if (outcome != SendOutcome::kSent) return outcome;
  }
  if (voided_) void_passes_ = pass;
  voided_ = false;
  if (regulator_ && burst_positions_ > targets_.size() / 5) burst_pass_ = pass;
  burst_positions_ = 0;
  const Tally found = pilots_.FoundIn(pass);
  // More new hosts than the wire loses questions: what was sent before was lost in the main.
  if (pass > void_passes_ + 1 && Excess(found, pilots_.total()) > kVoidNats) void_passes_ = pass - 1;
  return line_.IsStopped() ? SendOutcome::kInterrupted : SendOutcome::kSent;
}

SendOutcome Walker::Mend() {
  Tend();
  if (itinerary_.left() == 0) return SendOutcome::kSent;
  const SendOutcome outcome = Walk();
  return outcome == SendOutcome::kSent ? Conclude() : outcome;
}

SendOutcome Walker::Walk() {
  SendOutcome outcome = SendOutcome::kSent;
  while (outcome == SendOutcome::kSent) {
    if (line_.IsStopped()) outcome = SendOutcome::kInterrupted;
    if (outcome != SendOutcome::kSent) break;
    ManageHelper();
    const auto leg = itinerary_.Take(LegSize(), line_.Now(), transmitter_.pacer().RateNow());
    if (!leg) break;
    if (InBurst()) burst_positions_ += leg->slice.size();
    outcome = AskLeg(*leg);
  }
  if (outcome != SendOutcome::kSent) helper_may_go_on_ = false;
  const SendOutcome helper = DismissHelper();
  return outcome == SendOutcome::kSent ? helper : outcome;
}

SendOutcome Walker::AskLeg(const Itinerary::Leg& leg) {
  uint32_t until_tending = kTendFrames;
  for (uint32_t position = leg.slice.first; position < leg.slice.last; ++position) {
    const uint32_t index = permutation_.At(position);
    if (state_.Answered(index) || targets_.IsOwnIndex(index)) continue;
    SendOutcome outcome = SendOutcome::kSent;
    if (asks_again_ && WantsPilot()) outcome = AskPilot();
    if (asks_again_ && InBurst() && BurstEnds()) outcome = AskBurstPilots();
    if (outcome == SendOutcome::kSent) outcome = AskTarget(transmitter_, index);
    if (--until_tending == 0) {
      until_tending = kTendFrames;
      Tend();
      if (regulator_ && regulator_->pilots_only() && outcome == SendOutcome::kSent) outcome = Experiment();
    }
    if (outcome != SendOutcome::kSent) return outcome;
  }
  const SendOutcome outcome = transmitter_.Flush();
  itinerary_.Finish(leg, line_.Now());
  Tend();
  return outcome;
}

SendOutcome Walker::AskTarget(Transmitter& transmitter, uint32_t index) {
  const uint32_t address = targets_.AddressAt(index);
  const SendOutcome outcome =
      transmitter.Ask({.kind = Question::Kind::kRequest, .index = index, .address = address});
  // Without a sender address the request was a probe already.
  const bool probe = config_.census && config_.request.sender_ip != 0 && IsNamed(address);
  if (outcome != SendOutcome::kSent || !probe) return outcome;
  return transmitter.Ask({.kind = Question::Kind::kProbe, .index = index, .address = address});
}

SendOutcome Walker::AskPilot() {
  Pilots::Host* host = pilots_.Draw(line_.Now());
  return host == nullptr ? SendOutcome::kSent : AskHost(*host);
}

SendOutcome Walker::AskHost(Pilots::Host& host) {
  Responder& responder = table_.At(host.responder);
  pilots_.Prepare(host);
  const SendOutcome outcome = transmitter_.Ask({.kind = Question::Kind::kPilot,
                                                .index = responder.index,
                                                .address = targets_.AddressAt(responder.index),
                                                .responder = &responder});
  if (outcome != SendOutcome::kSent) return outcome;
  const int64_t now = line_.Now();
  const bool steers = regulator_ && pilots_.MaySteer(host);
  const uint64_t epoch = steers ? regulator_->OnPilot(now) : Pilots::kNoEpoch;
  if (steers && InBurst()) last_burst_epoch_ = epoch;
  pilots_.OnAsked(host, now, epoch);
  return outcome;
}

// What went out at once at the start is vouched for by pilots that did so as well, and by no others: a token
// bucket may have taken a few frames of it and no more.
uint32_t Walker::void_passes() const {
  const bool burst_passed = burst_.asked > burst_.lost && burst_.share() <= kBurstMayLose;
  return burst_passed || burst_vouched_ ? void_passes_ : std::max(void_passes_, burst_pass_);
}

bool Walker::InBurst() const {
  return regulator_ && std::isinf(transmitter_.pacer().RateNow()) && std::isfinite(regulator_->rate());
}

bool Walker::BurstEnds() const {
  const size_t pilots = std::min(pilots_.hosts(), kBurstPilots);
  return burst_asked_ < pass_ && transmitter_.pacer().burst_left() <= pilots;
}

// The end of a burst is where a token bucket is empty.
SendOutcome Walker::AskBurstPilots() {
  if (burst_asked_ == pass_) return SendOutcome::kSent;
  burst_asked_ = pass_;
  for (size_t i = 0; i < std::min(pilots_.hosts(), kBurstPilots) && InBurst(); ++i) {
    Pilots::Host* host = pilots_.Draw(line_.Now());
    if (host == nullptr) continue;
    if (const SendOutcome outcome = AskHost(*host); outcome != SendOutcome::kSent) return outcome;
  }
  return transmitter_.Flush();
}

// Pilots alone, until it is known whether the rate is to blame.
SendOutcome Walker::Experiment() {
  if (const SendOutcome outcome = transmitter_.Flush(); outcome != SendOutcome::kSent) return outcome;
  while (regulator_->experimenting()) {
    if (line_.IsStopped()) return SendOutcome::kInterrupted;
    const int64_t now = line_.Now();
    Pilots::Host* host = now < regulator_->quiet_from() ? nullptr : pilots_.Draw(now);
    if (host == nullptr) {
      line_.WaitUntil(now + kStepNs / 2);
    } else {
      SendOutcome outcome = AskHost(*host);
      if (outcome == SendOutcome::kSent) outcome = transmitter_.Flush();
      if (outcome != SendOutcome::kSent) return outcome;
    }
    Tend();
    // The retest is made with the sweep's own frames, where there are any.
    if (!regulator_->pilots_only() && itinerary_.left() > 0) break;
  }
  return SendOutcome::kSent;
}

// The last questions of a pass count as well: what became of the pilots among them is waited for.
SendOutcome Walker::Conclude() {
  AwaitPilots();
  if (!regulator_) return SendOutcome::kSent;
  regulator_->OnPassEnd(line_.Now());
  tended_at_ = 0;
  Tend();
  return regulator_->experimenting() ? Experiment() : SendOutcome::kSent;
}

void Walker::AwaitPilots() {
  for (const int64_t until = line_.Now() + kFateNs; pilots_.open() > 0 && line_.Now() < until;) {
    if (line_.IsStopped()) return;
    line_.WaitUntil(line_.Now() + kStepNs / 2);
    Tend();
  }
}

SendOutcome Walker::Settle() {
  Tend();
  for (size_t i = 0; i < pilots_.hosts(); ++i) {
    Pilots::Host& host = pilots_.At(i);
    if (host.open || WasAskedTwice(table_.At(host.responder))) continue;
    if (const SendOutcome outcome = AskHost(host); outcome != SendOutcome::kSent) return outcome;
    if (i % kTendFrames == 0) Tend();
  }
  // Those that are too many to be followed.
  for (uint32_t id = 0; pilots_.hosts() == Pilots::kMostHosts && id < table_.size(); ++id) {
    Responder& responder = table_.At(id);
    if (responder.next != kNone || targets_.IsOwnIndex(responder.index) || WasAskedTwice(responder)) continue;
    const SendOutcome outcome = transmitter_.Ask({.kind = Question::Kind::kPilot,
                                                  .index = responder.index,
                                                  .address = targets_.AddressAt(responder.index),
                                                  .responder = &responder});
    if (outcome != SendOutcome::kSent) return outcome;
  }
  return transmitter_.Flush();
}

bool Walker::WasAskedTwice(const Responder& responder) const {
  return state_.Queued(responder.index) + responder.pilots_queued.load(std::memory_order_relaxed) >= 2;
}

SendOutcome Walker::AskSilentNamed(uint32_t requests, bool* any) {
  for (const AddressRange& range : config_.named) {
    for (uint64_t address = range.first; address <= range.last; ++address) {
      const auto index = targets_.IndexOf(static_cast<uint32_t>(address));
      if (!index || targets_.IsOwnIndex(*index) || state_.Answered(*index)) continue;
      if (state_.Transmitted(*index) >= requests) continue;
      *any = true;
      if (const SendOutcome outcome = AskTarget(transmitter_, *index); outcome != SendOutcome::kSent)
        return outcome;
      Tend();
    }
  }
  return transmitter_.Flush();
}

SendOutcome Walker::SendPilots(uint32_t count) {
  const int64_t until = line_.Now() + kPilotsNs;
  for (uint32_t sent = 0; sent < count && line_.Now() < until;) {
    if (line_.IsStopped()) return SendOutcome::kInterrupted;
    if (Pilots::Host* host = pilots_.Draw(line_.Now()); host != nullptr) {
      if (const SendOutcome outcome = AskHost(*host); outcome != SendOutcome::kSent) return outcome;
      ++sent;
    } else {
      if (const SendOutcome outcome = transmitter_.Flush(); outcome != SendOutcome::kSent) return outcome;
      line_.WaitUntil(line_.Now() + kStepNs / 2);
    }
    Tend();
  }
  return transmitter_.Flush();
}

// What the kernel refused, or took and never sent.
std::vector<uint32_t> Walker::Unsent() {
  std::vector<uint32_t> unsent = transmitter_.TakeRefused();
  if (helper_ != nullptr) {
    const std::vector<uint32_t> more = helper_->TakeRefused();
    unsent.insert(unsent.end(), more.begin(), more.end());
  }
  if (!state_.proves_sending()) return unsent;
  AwaitProof();
  if (counters_.transmitted.value() >= counters_.queued.value()) return unsent;
  for (uint32_t index = 0; index < targets_.size(); ++index) {
    if (state_.Transmitted(index) >= state_.Queued(index) || state_.Answered(index)) continue;
    state_.RemoveQueued(index);
    unsent.push_back(index);
  }
  return unsent;
}

SendOutcome Walker::AskAgain(const std::vector<uint32_t>& indexes) {
  for (const uint32_t index : indexes) {
    if (state_.Answered(index) || targets_.IsOwnIndex(index)) continue;
    if (const SendOutcome outcome = AskTarget(transmitter_, index); outcome != SendOutcome::kSent)
      return outcome;
  }
  return transmitter_.Flush();
}

void Walker::AwaitProof() const {
  uint64_t seen = counters_.transmitted.value();
  int64_t until = line_.Now() + kProofNs;
  while (seen < counters_.queued.value() && line_.Now() < until && !line_.IsStopped()) {
    line_.WaitUntil(line_.Now() + kStepNs);
    if (counters_.transmitted.value() == seen) continue;
    // A slow link's queue empties before our eyes.
    seen = counters_.transmitted.value();
    until = line_.Now() + kProofNs;
  }
}

void Walker::Tend() {
  const int64_t now = line_.Now();
  if (now - tended_at_ < kTendNs) return;
  tended_at_ = now;
  FollowLink();
  if (!asks_again_) return;
  FollowDrops(now);
  Measure(now);
  pilots_.Welcome(pass_, now);
  pilots_.Collect(now, line_.HeardUntil(), [this](uint64_t epoch, bool lost) {
    if (!regulator_ || epoch == Pilots::kNoEpoch) return;
    if (epoch <= last_burst_epoch_) burst_ += {.lost = lost ? 1.0 : 0.0, .asked = 1};
    regulator_->OnOutcome(epoch, lost);
  });
  if (!regulator_) {
    pilots_.Commit();
    return;
  }
  if (pilots_.TakeNewlySparing()) {
    pilots_.Discard(false);
    regulator_->Forget(now);
  }
  const uint64_t frames = counters_.queued.value();
  regulator_->OnFrames(static_cast<uint32_t>(frames - noted_frames_), pilots_.hosts() == 0);
  noted_frames_ = frames;
  while (true) {
    const Verdict verdict = regulator_->Judge(now, achieved_);
    if (verdict == Verdict::kOpen) break;
    Apply(verdict, now);
  }
  transmitter_.SetRate(regulator_->rate(), regulator_->careful());
  rate_.store(regulator_->rate(), std::memory_order_relaxed);
  limit_.store(regulator_->limit(), std::memory_order_relaxed);
}

void Walker::Apply(Verdict verdict, int64_t now) {
  constexpr double kAnyRate = std::numeric_limits<double>::infinity();
  if (verdict == Verdict::kUsual) {
    itinerary_.Vouch(regulator_->vouched_until(), regulator_->vouched_rate());
    pilots_.Commit();
  } else if (verdict == Verdict::kLost && MayRepeatNoMore()) {
    // What is lost now the next pass asks, and this one does not count.
    voided_ = true;
    itinerary_.Vouch(now, kAnyRate);
    pilots_.Discard(false);
  } else if (verdict == Verdict::kRandom) {
    burst_vouched_ = true;
    itinerary_.Vouch(now, kAnyRate);
    pilots_.Commit();
  } else {
    Repeat(itinerary_.RepeatDoubtful());
    if (regulator_->lost_since() > 0) Repeat(itinerary_.RepeatSent(regulator_->lost_since(), now, false));
    pilots_.Discard(regulator_->passed_by());
  }
}

bool Walker::MayRepeatNoMore() const {
  return repeated_ > kFreeRepeats + kMostRepeats * targets_.size();
}

void Walker::Repeat(uint64_t positions) {
  repeated_ += positions;
  counters_.asked_again.Add(positions);
}

void Walker::FollowLink() {
  const int64_t to = link_.gap_to.load(std::memory_order_acquire);
  if (to == mended_to_) return;
  Repeat(itinerary_.RepeatSent(link_.gap_from.load(std::memory_order_relaxed), to, true));
  mended_to_ = to;
  link_.mended_to.store(to, std::memory_order_release);
}

// Answers that did not fit the ring are our own loss: whoever gave them is asked again.
void Walker::FollowDrops(int64_t now) {
  const uint64_t drops = counters_.kernel_drops.value();
  if (drops != drops_) {
    drops_ = drops;
    if (MayRepeatNoMore()) {
      voided_ = true;
    } else {
      Repeat(itinerary_.RepeatSent(heard_at_ - kBeforeDropNs, now, false));
    }
    if (regulator_) regulator_->OnOwnDrops(now);
  }
  heard_at_ = line_.HeardUntil();
}

void Walker::Measure(int64_t now) {
  if (now - measured_at_ < kMeasureNs) return;
  const uint64_t frames = counters_.queued.value();
  achieved_ = static_cast<double>(frames - measured_frames_) * static_cast<double>(kNanosecondsPerSecond) /
              static_cast<double>(now - measured_at_);
  measured_at_ = now;
  measured_frames_ = frames;
}

void Walker::ManageHelper() {
  const bool useful = helper_ != nullptr && std::isinf(RateNow()) && itinerary_.left() > 4 * kMostLeg;
  if (useful && !helper_thread_.joinable()) {
    helper_may_go_on_ = true;
    try {
      helper_thread_ = std::thread([this] { RunHelper(); });
    } catch (const std::system_error&) {
      helper_may_go_on_ = false;  // one is enough
    }
  } else if (helper_thread_.joinable() && !std::isinf(RateNow())) {
    helper_may_go_on_ = false;
  }
}

void Walker::RunHelper() {
  pthread_setname_np(pthread_self(), "arpsweep-help");
  SendOutcome outcome = SendOutcome::kSent;
  while (outcome == SendOutcome::kSent && helper_may_go_on_.load(std::memory_order_relaxed)) {
    const auto leg = itinerary_.Take(kMostLeg, line_.Now(), helper_->pacer().RateNow());
    if (!leg) break;
    for (uint32_t position = leg->slice.first; position < leg->slice.last; ++position) {
      const uint32_t index = permutation_.At(position);
      if (state_.Answered(index) || targets_.IsOwnIndex(index)) continue;
      outcome = AskTarget(*helper_, index);
      if (outcome != SendOutcome::kSent) break;
    }
    if (outcome == SendOutcome::kSent) outcome = helper_->Flush();
    itinerary_.Finish(*leg, line_.Now());
  }
  helper_outcome_ = outcome;
}

SendOutcome Walker::DismissHelper() {
  if (!helper_thread_.joinable()) return SendOutcome::kSent;
  // What is left of the pass it still does, unless the sweep is ending.
  helper_thread_.join();
  return helper_outcome_.exchange(SendOutcome::kSent);
}

uint32_t Walker::LegSize() const {
  const double size = std::min(RateNow() * kLegSeconds, double{kMostLeg});
  return std::max(static_cast<uint32_t>(size), kLeastLeg);
}

bool Walker::WantsPilot() {
  if (pilots_.hosts() == 0 || InBurst()) return false;
  return random_.Happens(regulator_ ? regulator_->pilot_share() : kUnregulatedShare);
}

bool Walker::IsNamed(uint32_t address) const {
  const auto next = std::upper_bound(config_.named.begin(), config_.named.end(), address,
                                     [](uint32_t a, const AddressRange& range) { return a < range.first; });
  return next != config_.named.begin() && address <= (next - 1)->last;
}

void Walker::MarkUntested() {
  // In a later pass, what was lost was asked before.
  if (pass_ != 1) return;
  FollowLink();
  for (const Slice& slice : itinerary_.AskedForNaught()) {
    for (uint32_t position = slice.first; position < slice.last; ++position)
      state_.MarkVoid(permutation_.At(position));
  }
}

}  // namespace arpsweep
