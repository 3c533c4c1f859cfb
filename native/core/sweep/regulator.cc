#include "core/sweep/regulator.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/system/clock.h"

namespace arpsweep {
namespace {

constexpr int64_t kMs = kNanosecondsPerMillisecond;
constexpr double kUnpaced = std::numeric_limits<double>::infinity();

// Excess loss in nats: below the first it is ordinary, above the last it is no chance any more.
constexpr double kCalm = 2;
constexpr double kDoubt = 3;
constexpr double kAlarm = 6;
constexpr double kAlarmWhileGrowing = 4;
// An epoch in doubt is joined by the next ones up to so many pilots.
constexpr double kMostPooled = 128;

// Without anybody to ask again, no faster than this: a switch's processor should survive it.
constexpr double kBlindCeiling = 10'000;
constexpr uint32_t kBlindFrames = 256;
constexpr double kGrowth = 4;
// From here on the machine is left to itself.
constexpr double kFullRate = 400'000;
// A first epoch that lost more than this is no baseline before an experiment has shown so.
constexpr double kMostUnexamined = 0.3;
constexpr double kSameRate = 1.01;  // rounding
constexpr double kBaselineMemory = 512;
// An epoch that does not fill up is judged by what it has.
constexpr int64_t kEpochPatienceNs = 300 * kMs;
constexpr uint32_t kFewestPilots = 4;

// Token buckets of switches fill up again in this silence before quiet pilots are sent, so slowly.
constexpr int64_t kSilenceNs = 20 * kMs;
constexpr double kQuietRate = 1000;
constexpr double kQuietEnough = 48;
constexpr double kQuietAndClean = 16;
// Storm control closes a port for the rest of a window of a second.
constexpr int64_t kStormWindowNs = 1100 * kMs;
constexpr int kMostQuietRounds = 4;
constexpr double kRetestPilots = 32;
constexpr double kLongestRetest = 512;
constexpr int64_t kExperimentNs = 3000 * kMs;

// So many that pass by within this time are no accident: something lets bursts through and no more.
constexpr int kMostTransients = 3;
constexpr int64_t kTransientMemoryNs = 5000 * kMs;
constexpr int64_t kHoldNs = 250 * kMs;

// No sweep may crawl for ever: so many times slower than it began, and no more.
constexpr double kSlowest = 64;
constexpr double kBelowLimit = 0.9;
constexpr double kRaiseCarefully = 1.1;
constexpr double kSearch = 1.3;  // until the limit has been met from below
constexpr double kCleanWire = 0.02;
// Shares of the time that loss may take before it is for the rate, and below which the rate may rise.
constexpr double kTooMuch = 0.15;
constexpr double kLittle = 0.1;
constexpr double kMuch = 0.3;
constexpr int kMostAtFloor = 3;
constexpr uint64_t kSteadyFrames = 4096;
constexpr int64_t kSteadyNs = 2000 * kMs;
constexpr int64_t kMostPatienceNs = 30'000 * kMs;
constexpr uint32_t kProvenPilots = 192;
constexpr uint32_t kLossMemory = 1024;
constexpr double kBelowFailed = 0.88;
constexpr double kBelowPassed = 0.93;
constexpr int64_t kLongNs = 60'000 * kMs;

}  // namespace

Regulator::Regulator(double start, double ceiling)
    : start_(start), ceiling_(std::max(start, ceiling)), rate_(start) {}

double Regulator::rate() const {
  return phase_ == Phase::kQuiet ? quiet_rate_ : rate_;
}

double Regulator::pilot_share() const {
  switch (phase_) {
    case Phase::kQuiet:
      return 1;
    case Phase::kRetest:
      return 0.5;
    case Phase::kLimited:
      return clean_pilots_ < kProvenPilots ? 1.0 / 8 : 1.0 / 24;
    case Phase::kSteady:
    case Phase::kTolerant:
      break;
  }
  return rate_ < 16'000 ? 1.0 / 4 : rate_ < 100'000 ? 1.0 / 8 : 1.0 / 32;
}

uint32_t Regulator::quota() const {
  switch (phase_) {
    case Phase::kQuiet:
      return 8;
    case Phase::kRetest:
      return 16;
    case Phase::kLimited:
      return clean_pilots_ < kProvenPilots ? 32 : 64;
    case Phase::kTolerant:
      return 32;
    case Phase::kSteady:
      break;
  }
  return baseline_.asked == 0 ? 24 : rate_ < ceiling_ ? 8 : 64;
}

void Regulator::OnFrames(uint32_t frames, bool blind) {
  steady_frames_ += frames;
  if (!blind || rate_ >= kBlindCeiling) return;
  blind_frames_ += frames;
  if (blind_frames_ < kBlindFrames) return;
  blind_frames_ = 0;
  rate_ = std::min({rate_ * 2, ceiling_, kBlindCeiling});
}

uint64_t Regulator::OnPilot(int64_t now) {
  if (epochs_.empty() || epochs_.back().closed_at != 0) epochs_.push_back({.begun_at = now});
  Epoch& epoch = epochs_.back();
  if (++epoch.asked >= quota()) epoch.closed_at = now;
  return first_epoch_ + epochs_.size() - 1;
}

void Regulator::OnOutcome(uint64_t epoch, bool lost) {
  if (epoch < first_epoch_ || epoch - first_epoch_ >= epochs_.size()) return;
  Epoch& found = epochs_[epoch - first_epoch_];
  ++found.resolved;
  found.lost += lost ? 1 : 0;
}

void Regulator::OnOwnDrops(int64_t now) {
  if (phase_ != Phase::kSteady) return;
  SetRate(std::max(std::min(rate_, achieved_) / 2, std::min(start_, rate_)), now);
  hold_until_ = now + kHoldNs;
}

void Regulator::Forget(int64_t now) {
  baseline_ = {};
  quiet_ = {};
  failed_ = {};
  limit_ = 0;
  transients_ = 0;
  rate_ = start_;
  Enter(Phase::kSteady, now);
}

void Regulator::OnPassEnd(int64_t now) {
  if (!epochs_.empty() && epochs_.back().closed_at == 0) epochs_.back().closed_at = now;
}

Regulator::Verdict Regulator::Judge(int64_t now, double achieved) {
  lost_since_ = 0;
  achieved_ = achieved;
  if (!epochs_.empty()) {
    Epoch& last = epochs_.back();
    const int64_t patience = phase_ == Phase::kLimited ? 3 * kEpochPatienceNs : kEpochPatienceNs;
    const bool stale = now - last.begun_at > patience && last.asked >= kFewestPilots;
    if (last.closed_at == 0 && stale) last.closed_at = now;
  }
  while (!epochs_.empty() && epochs_.front().closed_at != 0 &&
         epochs_.front().resolved == epochs_.front().asked) {
    const Epoch epoch = epochs_.front();
    epochs_.pop_front();
    ++first_epoch_;
    const Verdict verdict = Evaluate(epoch, now);
    if (verdict != Verdict::kNone) return verdict;
  }
  // Whoever was asked has gone, or is never heard: the question stays open, and the sweep must go on.
  if (experimenting() && now - std::max(phase_at_, quiet_from_) > kExperimentNs)
    return Resume(Verdict::kRandom, now);
  return Verdict::kNone;
}

Regulator::Verdict Regulator::Evaluate(const Epoch& epoch, int64_t now) {
  pooled_ += {.lost = static_cast<double>(epoch.lost), .asked = static_cast<double>(epoch.asked)};
  switch (phase_) {
    case Phase::kSteady:
      return EvaluateSteady(epoch, now);
    case Phase::kQuiet:
      return EvaluateQuiet(now);
    case Phase::kRetest:
      return EvaluateRetest(now);
    case Phase::kLimited:
      return EvaluateLimited(epoch, now);
    case Phase::kTolerant:
      return EvaluateTolerant(epoch, now);
  }
  return Verdict::kNone;
}

Regulator::Verdict Regulator::EvaluateSteady(const Epoch& epoch, int64_t now) {
  const bool first = baseline_.asked == 0;
  const double excess = first ? 0 : Excess(pooled_, baseline_);
  if (first ? pooled_.share() <= kMostUnexamined : excess < kCalm) return Accept(epoch, now);
  const double alarm = rate_ < ceiling_ ? kAlarmWhileGrowing : kAlarm;
  if (!first && excess < alarm && pooled_.asked < kMostPooled) return Verdict::kNone;
  if (!first && excess < kDoubt) return Accept(epoch, now);
  if (now - transient_at_ > kTransientMemoryNs) transients_ = 0;
  failed_ = pooled_;
  failed_rate_ = std::min(rate_, achieved_ > 0 ? achieved_ : kFullRate);
  quiet_ = {};
  quiet_rounds_ = 0;
  const double passed = failed_rate_ * (1 - failed_.share());
  StartQuiet(now, std::clamp(passed / 2, failed_rate_ / 64, std::min(kQuietRate, failed_rate_ / 2)),
             kSilenceNs);
  return Verdict::kNone;
}

Regulator::Verdict Regulator::Accept(const Epoch& epoch, int64_t now) {
  baseline_ += pooled_;
  if (baseline_.asked > kBaselineMemory) baseline_ = {baseline_.lost / 2, baseline_.asked / 2};
  pooled_ = {};
  vouched_until_ = epoch.closed_at;
  vouched_rate_ = rate_ * kSameRate;
  if (phase_ == Phase::kLimited) {
    limit_ = std::max(limit_, rate_);
    last_much_ = false;
    RaiseCarefully(now);
  } else {
    Raise(now);
  }
  return Verdict::kUsual;
}

Regulator::Verdict Regulator::EvaluateQuiet(int64_t now) {
  const bool deeper = quiet_.asked > 0;
  const double excess = Excess(deeper ? quiet_ : failed_, pooled_);
  const bool lower = excess > kAlarm;
  const double enough = lower && pooled_.lost == 0 ? kQuietAndClean : kQuietEnough;
  if (pooled_.asked < enough) return Verdict::kNone;
  ++quiet_rounds_;
  // Few hosts cannot be asked so fast, one question at a time.
  const double reached = pooled_.asked * static_cast<double>(kNanosecondsPerSecond) /
                         static_cast<double>(std::max(now - quiet_from_, kMs));
  quiet_rate_ = std::min(quiet_rate_, reached);
  if (!deeper && !lower) {
    // Whatever closed the port may open it again with the next window.
    if (pooled_.share() > 0.6 && quiet_rounds_ == 1) {
      StartQuiet(now, quiet_rate_, kStormWindowNs);
      return Verdict::kNone;
    }
    if (excess < kCalm && failed_.asked >= kQuietAndClean) {
      baseline_ = failed_;
      baseline_ += pooled_;
      return Resume(Verdict::kRandom, now);
    }
  }
  if (deeper && !lower) {
    quiet_ += pooled_;
  } else {
    quiet_ = pooled_;
  }
  // Still lossy, and better than before: slower yet may be better yet.
  if (lower && quiet_.lost >= 3 && quiet_.share() > 0.05 && quiet_rounds_ < kMostQuietRounds) {
    StartQuiet(now, quiet_rate_ / 4, kSilenceNs);
    return Verdict::kNone;
  }
  Enter(Phase::kRetest, now);
  return Verdict::kNone;
}

Regulator::Verdict Regulator::EvaluateRetest(int64_t now) {
  const double excess = Excess(pooled_, quiet_);
  // Clean for a while, and then not any more: that is no rate that the wire cannot bear.
  if (retest_clean_ >= kRetestPilots && excess > kCalm) return OnTransient(now);
  if (excess > kAlarm) return OnLimit(now);
  if (excess == 0) retest_clean_ = pooled_.asked;
  // What lets a burst pass and no more shows itself in a longer retest only.
  const double least = std::min(kRetestPilots * std::pow(4, transients_), kLongestRetest);
  if (pooled_.asked < least || (excess > kCalm && pooled_.asked < kMostPooled)) return Verdict::kNone;
  return excess > kAlarmWhileGrowing ? OnLimit(now) : OnTransient(now);
}

// A burst of loss that had nothing to do with the rate. Where it comes again and again there are bursts of
// loss on the wire, or something lets just so many frames through in a time, which a retest does not meet.
Regulator::Verdict Regulator::OnTransient(int64_t now) {
  transient_at_ = now;
  if (baseline_.asked == 0) baseline_ = quiet_;
  if (++transients_ > kMostTransients) {
    transients_ = 0;
    baseline_ = quiet_;
    BeginTolerant(now);
    return Verdict::kLost;
  }
  return Resume(Verdict::kLost, now);
}

Regulator::Verdict Regulator::OnLimit(int64_t now) {
  const double passed = failed_rate_ * (1 - pooled_.share()) / (1 - quiet_.share());
  return BeginLimited(passed, now);
}

Regulator::Verdict Regulator::BeginLimited(double passed, int64_t now) {
  at_floor_ = 0;
  limit_ = first_limit_ = std::max(passed, quiet_rate_);
  baseline_ = quiet_;
  Enter(Phase::kLimited, now);
  SetRate(kBelowLimit * limit_, now);
  before_raise_ = 0;
  patience_ns_ = kSteadyNs;
  searching_ = true;
  cap_ = kUnpaced;
  return Verdict::kLost;
}

Regulator::Verdict Regulator::EvaluateLimited(const Epoch& epoch, int64_t now) {
  if (pooled_.lost == 0) {
    clean_pilots_ += epoch.asked;
    // A rate that is new is vouched for once it has been clean for long enough to tell one loss in a hundred.
    return clean_pilots_ < kProvenPilots ? Verdict::kNone : Accept(epoch, now);
  }
  const double passed = (1 - pooled_.share()) / (1 - baseline_.share());
  // Much lost at a rate that was fine is something that passes by, if it does.
  if (pooled_.share() - baseline_.share() > kMuch && clean_pilots_ >= kProvenPilots && !last_much_) {
    SetRate(rate_, now);
    clean_pilots_ = kProvenPilots;
    last_much_ = true;
    return Verdict::kLost;
  }
  if (quiet_.share() < kCleanWire && rate_ > first_limit_ / 2) {
    // Every loss tells of the limit. One alone may be the machine's unevenness.
    const bool again = pooled_.lost > 1 || clean_pilots_ < since_loss_;
    if (again) {
      lost_since_ = steady_since_;
      LowerBy(passed, now);
    } else {
      pooled_ = {};
      since_loss_ = clean_pilots_ + kLossMemory;
    }
    return Verdict::kLost;
  }
  const double excess = Excess(pooled_, baseline_);
  if (excess > kDoubt) {
    LowerBy(passed, now);
    return Verdict::kLost;
  }
  if (excess >= kCalm && pooled_.asked < kMostPooled) return Verdict::kNone;
  clean_pilots_ += epoch.asked;
  return Accept(epoch, now);
}

// Back to what was fine, or below what passed.
void Regulator::LowerBy(double passed, int64_t now) {
  if (rate_ <= quiet_rate_ * kSameRate && ++at_floor_ >= kMostAtFloor) {
    // What was fine when quiet is not any more: loss comes and goes here.
    at_floor_ = 0;
    rate_ = std::max(failed_rate_ / kGrowth, rate_);
    BeginTolerant(now);
    return;
  }
  searching_ = false;
  limit_ = std::min(limit_, rate_ * passed);
  cap_ = std::min(kBelowFailed, kBelowPassed * passed) * rate_;
  if (before_raise_ > 0) {
    patience_ns_ = std::min(4 * patience_ns_, kMostPatienceNs);
    SetRate(0.98 * before_raise_, now);
  } else {
    // What was fine when quiet is fine.
    SetRate(std::max(rate_ * std::clamp(0.98 * passed, 0.3, 0.97), std::min(rate_, quiet_rate_)), now);
  }
  before_raise_ = 0;
}

void Regulator::BeginTolerant(int64_t now) {
  Enter(Phase::kTolerant, now);
  limit_ = 0;
  span_ = {};
  span_from_ = now;
}

// Loss that comes and goes is asked again for as long as it takes little of the time; what takes more of it
// is for the rate.
Regulator::Verdict Regulator::EvaluateTolerant(const Epoch& epoch, int64_t now) {
  const bool lossy =
      Excess(pooled_, baseline_) > kCalm || (pooled_.lost > 1 && baseline_.share() < kCleanWire);
  span_ += pooled_;
  pooled_ = {};
  if (!lossy) {
    vouched_until_ = epoch.closed_at;
    vouched_rate_ = rate_ * kSameRate;
  }
  if (now - span_from_ >= kStormWindowNs && span_.asked >= kQuietAndClean) {
    const double share = (span_.share() - baseline_.share()) / (1 - baseline_.share());
    const double reached = std::min(rate_, achieved_ > 0 ? achieved_ : kFullRate);
    span_ = {};
    span_from_ = now;
    if (share > kTooMuch) {
      limit_ = std::max(reached * (1 - share), quiet_rate_);
      SetRate(std::max({limit_, reached / kGrowth / 2, std::min(reached, quiet_rate_)}), now);
    } else if (share < kLittle && rate_ < ceiling_) {
      limit_ = 0;
      SetRate(2 * rate_ >= kFullRate && std::isinf(ceiling_) ? kUnpaced : std::min(2 * rate_, ceiling_), now);
    }
  }
  return lossy ? Verdict::kLost : Verdict::kUsual;
}

void Regulator::Raise(int64_t now) {
  if (rate_ >= ceiling_ || now < hold_until_) return;
  double next = rate_ * kGrowth;
  if (next >= kFullRate) next = kUnpaced;
  SetRate(std::min(next, ceiling_), now);
}

void Regulator::RaiseCarefully(int64_t now) {
  const bool steady = steady_frames_ >= kSteadyFrames * static_cast<uint64_t>(patience_ns_ / kSteadyNs) ||
                      now - steady_since_ >= patience_ns_;
  if (!searching_ && !steady) return;
  // What has failed is tried again only after a long time: a limit may move, but a little more than it allows
  // is lost unseen.
  if (now - steady_since_ >= kLongNs) cap_ = std::numeric_limits<double>::infinity();
  if (rate_ >= kFullRate && std::isinf(ceiling_)) {
    rate_ = kUnpaced;
    Enter(Phase::kSteady, now);
    return;
  }
  const double raised = std::min({rate_ * (searching_ ? kSearch : kRaiseCarefully), cap_, ceiling_});
  if (raised <= rate_ * kSameRate) return;
  before_raise_ = rate_;
  SetRate(raised, now);
  if (rate_ >= ceiling_) Enter(Phase::kSteady, now);
}

Regulator::Verdict Regulator::Resume(Verdict verdict, int64_t now) {
  Enter(Phase::kSteady, now);
  return verdict;
}

void Regulator::StartQuiet(int64_t now, double rate, int64_t silence) {
  Enter(Phase::kQuiet, now);
  quiet_rate_ = std::max(rate, start_ / kSlowest);
  quiet_from_ = now + silence;
}

void Regulator::Enter(Phase phase, int64_t now) {
  phase_ = phase;
  retest_clean_ = 0;
  phase_at_ = now;
  SetRate(rate_, now);
}

// Pilots of another rate or phase steer no more.
void Regulator::SetRate(double rate, int64_t now) {
  rate_ = std::max(rate, start_ / kSlowest);
  first_epoch_ += epochs_.size();
  epochs_.clear();
  pooled_ = {};
  steady_since_ = now;
  steady_frames_ = 0;
  clean_pilots_ = 0;
  since_loss_ = 0;
}

}  // namespace arpsweep
