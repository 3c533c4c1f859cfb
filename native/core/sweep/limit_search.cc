#include "core/sweep/limit_search.h"

#include <algorithm>
#include <limits>

#include "core/sweep/rates.h"
#include "core/system/clock.h"

namespace arpsweep {
namespace {

constexpr int64_t kMs = kNanosecondsPerMillisecond;
constexpr double kUnpaced = std::numeric_limits<double>::infinity();

// Excess loss in nats: above the first it is hardly chance, above the second it is none.
constexpr double kDoubt = 3;
constexpr double kAlarm = 6;

constexpr double kCleanShare = 0.02;
constexpr double kFewestLost = 3;
constexpr double kMuch = 0.3;
constexpr double kNearlyAll = 0.8;

constexpr double kBelowLimit = 0.9;
constexpr double kRaise = 1.1;
constexpr double kSearch = 1.3;  // until the limit has been met from below
constexpr double kBelowFailed = 0.88;
constexpr double kBelowPassed = 0.93;
constexpr double kALittleLess = 0.98;
constexpr double kMostAtOnce = 0.3;
constexpr double kLeast = 0.97;
// What was estimated wrong by more than this is no limit of this kind.
constexpr double kFarOff = 0.5;

constexpr double kProven = 192;
constexpr double kProvenLossy = 384;
constexpr double kLossMemory = 1024;

constexpr uint64_t kSteadyFrames = 4096;
constexpr int64_t kSteadyNs = 2000 * kMs;
constexpr int64_t kMostPatienceNs = 30'000 * kMs;
constexpr int64_t kLongNs = 60'000 * kMs;

}  // namespace

void LimitSearch::Begin(double limit, double floor, double ceiling, const Tally& quiet, int64_t now) {
  *this = {};
  floor_ = floor;
  ceiling_ = ceiling;
  limit_ = first_limit_ = limit;
  baseline_ = quiet;
  clean_ = quiet.lost < kFewestLost || quiet.share() < kCleanShare;
  cap_ = kUnpaced;
  patience_ns_ = kSteadyNs;
  SetRate(kBelowLimit * limit, now);
}

bool LimitSearch::proven() const {
  return kept_ >= (clean_ ? kProven : kProvenLossy);
}

Ruling LimitSearch::Judge(const Tally& epoch, int64_t now) {
  lost_since_ = 0;
  pooled_ += epoch;
  if (epoch.lost == 0 && pooled_.lost == 0) {
    kept_ += epoch.asked;
    return proven() ? Accept(now) : Ruling{};
  }
  // What closed at a higher rate may stay closed for a while.
  if (now < settled_at_) {
    SetRate(rate_, now);
    return {.verdict = Verdict::kLost, .anew = true};
  }
  const double beyond = pooled_.share() - baseline_.share();
  if (beyond > kMuch && proven() && !passing_by_) {
    // Much lost at a rate that was fine is something that passes by, if it does.
    const double kept = kept_;
    SetRate(rate_, now);
    kept_ = kept;
    passing_by_ = true;
    return {.verdict = Verdict::kLost, .anew = true};
  }
  // Nearly all is lost below what was taken for the limit: that lets a burst pass, and then nothing.
  if (beyond > kNearlyAll && before_raise_ == 0) return GiveUp();
  return clean_ ? JudgeClean(now) : JudgeLossy(epoch.asked, now);
}

// Every loss tells of the limit. One alone may be the machine's unevenness.
Ruling LimitSearch::JudgeClean(int64_t now) {
  if (pooled_.lost > 1 || kept_ < suspicious_to_) {
    lost_since_ = steady_since_;
    Lower(1 - pooled_.share(), now);
    return failed_ ? GiveUp() : Ruling{.verdict = Verdict::kLost, .anew = true};
  }
  pooled_ = {};
  suspicious_to_ = kept_ + kLossMemory;
  return {.verdict = Verdict::kLost};
}

Ruling LimitSearch::JudgeLossy(double asked, int64_t now) {
  const double excess = Excess(pooled_, baseline_);
  const bool enough = pooled_.asked >= kProvenLossy;
  if (excess > (enough ? kDoubt : kAlarm)) {
    Lower((1 - pooled_.share()) / (1 - baseline_.share()), now);
    return failed_ ? GiveUp() : Ruling{.verdict = Verdict::kLost, .anew = true};
  }
  kept_ += asked;
  return enough ? Accept(now) : Ruling{};
}

Ruling LimitSearch::Accept(int64_t now) {
  Learn(baseline_, pooled_);
  pooled_ = {};
  passing_by_ = false;
  limit_ = std::max(limit_, rate_);
  return {.verdict = Verdict::kUsual, .anew = Raise(now)};
}

bool LimitSearch::Raise(int64_t now) {
  const bool steady = steady_frames_ >= kSteadyFrames * static_cast<uint64_t>(patience_ns_ / kSteadyNs) ||
                      now - steady_since_ >= patience_ns_;
  if (!searching_ && !steady) return false;
  // What has failed is tried again only after a long time: a limit may move, but a little more than it allows
  // is lost unseen.
  if (now - steady_since_ >= kLongNs) cap_ = kUnpaced;
  double raised = std::min({rate_ * (searching_ ? kSearch : kRaise), cap_, ceiling_});
  if (raised >= kFullRate) raised = ceiling_;
  if (raised <= rate_ * kSameRate) return false;
  before_raise_ = rate_;
  SetRate(raised, now);
  return true;
}

// Back to what was fine, or below what passed.
void LimitSearch::Lower(double passed, int64_t now) {
  searching_ = false;
  limit_ = std::min(limit_, rate_ * passed);
  cap_ = std::max(std::min(kBelowFailed, kBelowPassed * passed) * rate_, before_raise_);
  if (before_raise_ > 0) {
    settled_at_ = now + kStormWindowNs;
    patience_ns_ = std::min(4 * patience_ns_, kMostPatienceNs);
    SetRate(kALittleLess * before_raise_, now);
  } else {
    failed_ = rate_ <= floor_ * kSameRate || rate_ < kFarOff * kBelowLimit * first_limit_;
    // What was fine when quiet is fine.
    const double lower = rate_ * std::clamp(kALittleLess * passed, kMostAtOnce, kLeast);
    SetRate(std::max(lower, std::min(rate_, floor_)), now);
  }
  before_raise_ = 0;
}

Ruling LimitSearch::GiveUp() {
  failed_ = true;
  return {.verdict = Verdict::kLost, .anew = true};
}

void LimitSearch::SetRate(double rate, int64_t now) {
  rate_ = rate;
  pooled_ = {};
  steady_since_ = now;
  steady_frames_ = 0;
  kept_ = 0;
  suspicious_to_ = 0;
}

}  // namespace arpsweep
