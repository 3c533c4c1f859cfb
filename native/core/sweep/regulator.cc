#include "core/sweep/regulator.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/sweep/rates.h"
#include "core/system/clock.h"

namespace arpsweep {
namespace {

constexpr int64_t kMs = kNanosecondsPerMillisecond;
constexpr double kUnpaced = std::numeric_limits<double>::infinity();

// An epoch that lost or kept so much was lost or kept as a whole.
constexpr double kAllButAll = 7.0 / 8;
constexpr double kNearlyAll = 0.99;
constexpr double kInTurns = 8;
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
// A first epoch that lost more than this is no baseline before an experiment has shown so.
constexpr double kMostUnexamined = 0.3;
// An epoch that does not fill up is judged by what it has.
constexpr int64_t kEpochPatienceNs = 300 * kMs;
constexpr uint32_t kFewestPilots = 4;

// Token buckets of switches fill up again in this silence before quiet pilots are sent, so slowly.
constexpr int64_t kSilenceNs = 20 * kMs;
constexpr double kQuietRate = 1000;
constexpr double kMostSlower = 16;
constexpr double kQuietEnough = 48;
constexpr double kQuietAndClean = 16;
constexpr int kMostQuietRounds = 4;
constexpr double kFewestLost = 3;
constexpr double kStillMuch = 0.15;
// A limit on a wire that loses at random as well must show itself more clearly.
constexpr double kClearer = 1.5;
constexpr double kRetestPilots = 32;
constexpr double kLongestRetest = 512;
// A burst of loss may be as long.
constexpr int64_t kLeastRetestNs = 20 * kMs;
constexpr int64_t kExperimentNs = 3000 * kMs;

// So many that pass by within this time are no accident: something lets bursts through and no more.
constexpr int kMostTransients = 3;
constexpr int64_t kTransientMemoryNs = 5000 * kMs;
constexpr int64_t kHoldNs = 250 * kMs;

// No sweep may crawl for ever: so many times slower than it began, and no more.
constexpr double kSlowest = 64;

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
      return limited_.proven() ? 1.0 / 24 : 1.0 / 8;
    case Phase::kSteady:
    case Phase::kSpans:
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
      return limited_.proven() ? 64 : 32;
    case Phase::kSpans:
      return 32;
    case Phase::kSteady:
      break;
  }
  return baseline_.asked == 0 ? 24 : rate_ < ceiling_ ? 8 : 64;
}

void Regulator::OnFrames(uint32_t frames, bool blind) {
  limited_.OnFrames(frames);
  if (!epochs_.empty() && epochs_.back().closed_at == 0) epochs_.back().frames += frames;
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
  SetRate(std::max(std::min(rate_, achieved_) / 2, std::min(start_, rate_)));
  hold_until_ = now + kHoldNs;
}

void Regulator::Forget(int64_t now) {
  baseline_ = {};
  quiet_ = {};
  failed_ = {};
  transients_ = 0;
  examined_ = false;
  rate_ = start_;
  Enter(Phase::kSteady, now);
}

void Regulator::OnPassEnd(int64_t now) {
  if (!epochs_.empty() && epochs_.back().closed_at == 0) epochs_.back().closed_at = now;
}

Verdict Regulator::Judge(int64_t now, double achieved) {
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
    if (verdict != Verdict::kOpen) return verdict;
  }
  // Whoever was asked has gone, or is never heard: the question stays open, and the sweep must go on.
  if (experimenting() && now - std::max(phase_at_, quiet_from_) > kExperimentNs)
    return Resume(Verdict::kRandom, now);
  return Verdict::kOpen;
}

Verdict Regulator::Evaluate(const Epoch& epoch, int64_t now) {
  const double rate = rate_;
  if (phase_ == Phase::kLimited) return Follow(limited_.Judge(epoch.tally(), now), rate, epoch, now);
  if (phase_ == Phase::kSpans)
    return Follow(spans_.Judge(epoch.tally(), epoch.frames, now), rate, epoch, now);
  pooled_ += epoch.tally();
  switch (phase_) {
    case Phase::kQuiet:
      return EvaluateQuiet(epoch, now);
    case Phase::kRetest:
      return EvaluateRetest(epoch, now);
    default:
      return EvaluateSteady(epoch, now);
  }
}

// What a search says of the pilots that were asked at `rate`.
Verdict Regulator::Follow(const Ruling& ruling, double rate, const Epoch& epoch, int64_t now) {
  if (phase_ == Phase::kLimited) lost_since_ = limited_.lost_since();
  if (ruling.verdict == Verdict::kUsual) {
    vouched_until_ = epoch.closed_at;
    vouched_rate_ = rate * kSameRate;
  }
  if (phase_ == Phase::kLimited && limited_.failed()) {
    BeginSpans(std::min(kGrowth * rate_, failed_rate_), now);
  } else if (ruling.anew) {
    SetRate(phase_ == Phase::kLimited ? limited_.rate() : spans_.rate());
    if (phase_ == Phase::kLimited && rate_ >= ceiling_) Enter(Phase::kSteady, now);
  }
  return ruling.verdict;
}

Verdict Regulator::EvaluateSteady(const Epoch& epoch, int64_t now) {
  const bool first = baseline_.asked == 0;
  const double excess = first ? 0 : Excess(pooled_, baseline_);
  if (first ? pooled_.share() <= kMostUnexamined : excess < kCalm) return Accept(epoch, now);
  const double alarm = rate_ < ceiling_ ? kAlarmWhileGrowing : kAlarm;
  if (!first && excess < alarm && pooled_.asked < kMostPooled) return Verdict::kOpen;
  if (!first && excess < kDoubt) return Accept(epoch, now);
  if (now - transient_at_ > kTransientMemoryNs) transients_ = 0;
  failed_ = pooled_;
  failed_rate_ = std::min(rate_, achieved_ > 0 ? achieved_ : kFullRate);
  quiet_ = {};
  quiet_rounds_ = 0;
  const double passed = failed_rate_ * (1 - failed_.share());
  StartQuiet(now, std::clamp(passed / 2, failed_rate_ / kMostSlower, std::min(kQuietRate, failed_rate_ / 2)),
             kSilenceNs);
  return Verdict::kOpen;
}

Verdict Regulator::Accept(const Epoch& epoch, int64_t now) {
  Learn(baseline_, pooled_);
  pooled_ = {};
  vouched_until_ = epoch.closed_at;
  vouched_rate_ = rate_ * kSameRate;
  Raise(now);
  return Verdict::kUsual;
}

Verdict Regulator::EvaluateQuiet(const Epoch& epoch, int64_t now) {
  // What was closed has opened: what was lost before tells of the rate before.
  const double share = epoch.tally().share();
  if (closed_ && share <= 1 - kAllButAll) pooled_ = epoch.tally();
  closed_ = share >= kAllButAll || (closed_ && share > 1 - kAllButAll);
  const bool deeper = quiet_.asked > 0;
  const double excess = Excess(deeper ? quiet_ : failed_, pooled_);
  const bool lower = excess > kAlarm;
  const double enough = lower && pooled_.lost == 0 ? kQuietAndClean : kQuietEnough;
  if (pooled_.asked < enough) return Verdict::kOpen;
  ++quiet_rounds_;
  // Few hosts cannot be asked so fast, one question at a time.
  const double reached = pooled_.asked * static_cast<double>(kNanosecondsPerSecond) /
                         static_cast<double>(std::max(now - quiet_from_, kMs));
  quiet_rate_ = std::min(quiet_rate_, reached);
  if (!deeper && !lower) {
    // Whatever closed the port may open it again with the next window.
    if (pooled_.share() > kAllButAll && quiet_rounds_ == 1) {
      StartQuiet(now, quiet_rate_, kStormWindowNs);
      return Verdict::kOpen;
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
  if (lower && quiet_.lost >= kFewestLost && quiet_.share() > kStillMuch &&
      quiet_rounds_ < kMostQuietRounds) {
    StartQuiet(now, quiet_rate_ / 4, kSilenceNs);
    return Verdict::kOpen;
  }
  Enter(Phase::kRetest, now);
  return Verdict::kOpen;
}

Verdict Regulator::EvaluateRetest(const Epoch& epoch, int64_t now) {
  retest_.Add(epoch.tally());
  const double excess = Excess(pooled_, quiet_);
  // Clean for a while, and then not any more: that is no rate that the wire cannot bear.
  if (retest_clean_ >= kRetestPilots && excess > kCalm) return OnTransient(now);
  if (excess == 0) retest_clean_ = pooled_.asked;
  if (now - phase_at_ < kLeastRetestNs) return Verdict::kOpen;
  const double clear = quiet_.lost < kFewestLost ? 1 : kClearer;
  // Lost and kept in turns: that is no policer.
  if (excess > clear * kAlarm) return retest_.dispersion() > kInTurns ? OnTransient(now) : OnLimit(now);
  // What lets a burst pass and no more shows itself in a longer retest only.
  const double least = std::min(kRetestPilots * std::pow(4, transients_), kLongestRetest);
  if (pooled_.asked < least || (excess > kCalm && pooled_.asked < kMostPooled)) return Verdict::kOpen;
  return excess > clear * kAlarmWhileGrowing ? OnLimit(now) : OnTransient(now);
}

// A burst of loss that had nothing to do with the rate. Where it comes again and again there are bursts of
// loss on the wire, or something lets just so many frames through in a time, which a retest does not meet.
Verdict Regulator::OnTransient(int64_t now) {
  transient_at_ = now;
  if (baseline_.asked == 0) baseline_ = quiet_;
  if (++transients_ > kMostTransients) {
    transients_ = 0;
    BeginSpans(rate_, now);
    return Verdict::kLost;
  }
  return Resume(Verdict::kLost, now);
}

Verdict Regulator::OnLimit(int64_t now) {
  DoubtBaseline();
  if (pooled_.share() > kNearlyAll) {
    // Of what passes all but nothing can be said, except that it was too fast.
    BeginSpans(std::min(rate_, std::max(kBlindCeiling, quiet_rate_)), now);
    return Verdict::kLost;
  }
  const double passed = failed_rate_ * (1 - pooled_.share()) / (1 - quiet_.share());
  Enter(Phase::kLimited, now);
  limited_.Begin(std::max(passed, quiet_rate_), quiet_rate_, ceiling_, quiet_, now);
  SetRate(limited_.rate());
  return Verdict::kLost;
}

// What seemed ordinary before the first experiment may have been the limit's doing.
void Regulator::DoubtBaseline() {
  if (!examined_ && baseline_.lost > 0 && Excess(baseline_, quiet_) > 0) lost_since_ = 1;
  examined_ = true;
}

void Regulator::BeginSpans(double rate, int64_t now) {
  DoubtBaseline();
  Enter(Phase::kSpans, now);
  spans_.Begin(rate, quiet_rate_, ceiling_, quiet_, now);
  SetRate(rate);
}

double Regulator::limit() const {
  return phase_ == Phase::kLimited ? limited_.limit() : phase_ == Phase::kSpans ? spans_.limit() : 0;
}

void Regulator::Raise(int64_t now) {
  if (rate_ >= ceiling_ || now < hold_until_) return;
  double next = rate_ * kGrowth;
  if (next >= kFullRate) next = kUnpaced;
  SetRate(std::min(next, ceiling_));
}

Verdict Regulator::Resume(Verdict verdict, int64_t now) {
  examined_ = examined_ || verdict == Verdict::kRandom;
  Enter(Phase::kSteady, now);
  return verdict;
}

void Regulator::StartQuiet(int64_t now, double rate, int64_t silence) {
  Enter(Phase::kQuiet, now);
  quiet_rate_ = std::max(rate, start_ / kSlowest);
  closed_ = false;
  quiet_from_ = now + silence;
}

void Regulator::Enter(Phase phase, int64_t now) {
  phase_ = phase;
  retest_clean_ = 0;
  retest_ = {};
  phase_at_ = now;
  SetRate(rate_);
}

// Pilots of another rate or phase steer no more.
void Regulator::SetRate(double rate) {
  rate_ = std::max(rate, start_ / kSlowest);
  first_epoch_ += epochs_.size();
  epochs_.clear();
  pooled_ = {};
}

}  // namespace arpsweep
