#include "core/sweep/span_search.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/sweep/rates.h"
#include "core/system/clock.h"

namespace arpsweep {
namespace {

constexpr int64_t kMs = kNanosecondsPerMillisecond;
constexpr double kUnpaced = std::numeric_limits<double>::infinity();

// Excess loss in nats: below the first it is ordinary, above the second it is no chance any more.
constexpr double kCalm = 2;
constexpr double kAlarm = 4;

// Windows of storm control go into a second without a rest.
constexpr int64_t kSpanNs = 1000 * kMs;
constexpr double kFewestPilots = 16;
constexpr double kLossySpan = 0.01;
// How much nearer to the one than to the other, on a scale of magnitudes.
constexpr double kNearer = 0.7;
constexpr double kUsualMemory = 2048;

constexpr double kBelowPassed = 0.95;
constexpr double kSlower = 0.75;
constexpr double kBelowFailed = 0.97;
constexpr double kRaise = 1.1;
constexpr double kSearch = 4;
// Slower by so much without being better.
constexpr double kInVain = 0.6;
constexpr int kMostPatience = 32;
constexpr int kPatienceAtCap = 4;

}  // namespace

void SpanSearch::Begin(double rate, double floor, double ceiling, const Tally& quiet, int64_t now) {
  *this = {};
  rate_ = rate;
  floor_ = floor;
  ceiling_ = ceiling;
  quiet_ = quiet;
  span_from_ = now;
  cap_ = kUnpaced;
}

Ruling SpanSearch::Judge(const Tally& epoch, uint64_t frames, int64_t now) {
  const Tally& usual = usual_.count > 0 ? usual_.tally : quiet_;
  const bool lossy = Excess(epoch, usual) > kCalm || (epoch.lost > 1 && usual.share() < kLossySpan);
  const Verdict verdict = lossy ? Verdict::kLost : Verdict::kUsual;
  if (now < span_from_) return {.verdict = verdict};
  span_.Add(epoch);
  frames_ += static_cast<double>(frames);
  frames_lost_ += static_cast<double>(frames) * epoch.share();
  if (now - span_from_ < kSpanNs || span_.tally.asked < kFewestPilots) return {.verdict = verdict};
  const double reached =
      frames_ * static_cast<double>(kNanosecondsPerSecond) / static_cast<double>(now - span_from_);
  return {.verdict = verdict, .anew = EndSpan(std::min(rate_, reached), now)};
}

bool SpanSearch::EndSpan(double reached, int64_t now) {
  Series span = span_;
  if (frames_ > 0) span.tally.lost = span.tally.asked * frames_lost_ / frames_;
  span_ = {};
  span_from_ = now;
  frames_ = frames_lost_ = 0;
  return usual_.count > 0 ? Compare(span, reached, now) : FindUsual(span, reached, now);
}

bool SpanSearch::FindUsual(const Series& span, double reached, int64_t now) {
  const double share = span.tally.share();
  if (share <= kLossySpan) {
    usual_ = span;
    good_ = rate_;
    return Raise();
  }
  if (worse_.count > 0) {
    // If the rate was to blame, as much would pass as before; if not, the same share.
    const double kept = 1 - worse_.tally.share();
    const double blamed = std::min(1.0, kept * worse_rate_ / reached);
    if (1 - share < std::pow(kept, kNearer) * std::pow(blamed, 1 - kNearer)) {
      usual_ = worse_;
      return BeIndifferent(span, worse_rate_);
    }
  }
  worse_ = span;
  worse_rate_ = reached;
  cap_ = kBelowFailed * reached;
  span_from_ = now + kStormWindowNs;  // what is closed stays so, however slowly the sweep goes on
  limit_ = std::max(reached * (1 - share), floor_);
  return SetRate(std::max(std::min(kBelowPassed * limit_, kSlower * reached), std::min(reached, floor_)));
}

bool SpanSearch::Compare(const Series& span, double reached, int64_t now) {
  // Where bursts are usual, a span of them is like another only in the long run.
  const double unevenness = indifferent_ ? usual_.dispersion() : 1;
  if (Excess(span.tally, usual_.tally) < kAlarm * unevenness) {
    if (rate_ <= good_ * kSameRate) usual_.Add(span);
    if (usual_.tally.asked > kUsualMemory) usual_.Halve();
    good_ = std::max(good_, rate_);
    return Raise();
  }
  good_spans_ = 0;
  limit_ = reached * (1 - span.tally.share()) / (1 - usual_.tally.share());
  span_from_ = now + kStormWindowNs;
  if (rate_ > good_ * kSameRate) {
    cap_ = std::max(std::min(cap_, kBelowFailed * reached), good_);
    patience_ = std::min(2 * patience_, kMostPatience);
    return SetRate(good_);
  }
  // What was fine is not any more. Where that happens again and again, however slow it goes, the rate has no
  // part in it.
  if (first_good_ == 0) first_good_ = good_;
  good_ = std::max(kBelowPassed * limit_, std::min(reached, floor_));
  if (good_ < kInVain * first_good_) return BeIndifferent(span, first_good_);
  cap_ = kBelowFailed * reached;
  return SetRate(good_);
}

bool SpanSearch::BeIndifferent(const Series& span, double rate) {
  indifferent_ = true;
  usual_.Add(span);
  good_ = rate;
  cap_ = kUnpaced;
  limit_ = 0;
  return SetRate(good_);
}

bool SpanSearch::Raise() {
  if (++good_spans_ < patience_ || rate_ >= ceiling_) return false;
  if (rate_ * kSameRate >= cap_) {
    if (good_spans_ < kPatienceAtCap * patience_) return false;
    cap_ = kRaise * rate_;
  }
  const double raised = cap_ < kUnpaced ? std::min(kRaise * rate_, cap_) : kSearch * rate_;
  good_spans_ = 0;
  return SetRate(raised >= kFullRate ? ceiling_ : std::min(raised, ceiling_));
}

bool SpanSearch::SetRate(double rate) {
  const bool changed = rate != rate_;
  rate_ = rate;
  return changed;
}

}  // namespace arpsweep
