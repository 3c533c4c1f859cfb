#include "core/sweep/pilots.h"

#include <algorithm>
#include <cmath>

#include "core/system/clock.h"

namespace arpsweep {
namespace {

constexpr int64_t kMs = kNanosecondsPerMillisecond;

// A pilot counts as lost after four times its host's longest round trip.
constexpr int64_t kLeastPatienceNs = 10 * kMs;
constexpr int64_t kMostPatienceNs = 1500 * kMs;
constexpr int kDraws = 4;

// Some stacks answer an address once a second and no more: their silence tells nothing of the wire.
constexpr int64_t kSoonNs = 1000 * kMs;
constexpr int64_t kSparingNs = 1100 * kMs;
constexpr uint8_t kSparingLosses = 4;
constexpr double kSparingNats = 7;
constexpr double kOthersKnown = 32;
constexpr double kNearlyAll = 0.97;

}  // namespace

Pilots::Pilots(const ResponderTable& table, const TargetSpace& targets, uint64_t seed)
    : table_(table), targets_(targets), random_(seed) {}

void Pilots::Welcome(uint32_t pass, int64_t now) {
  // Which question a straggler answers is not known.
  if (closed_) return;
  for (const uint32_t known = table_.size(); welcomed_ < known; ++welcomed_) {
    const Responder& responder = table_.At(welcomed_);
    // The first of an address stands for it.
    if (responder.next != kNone || targets_.IsOwnIndex(responder.index)) continue;
    // Who answered a probe only may ignore requests: its silence is none of the wire's doing.
    if (responder.request_replies.load(std::memory_order_relaxed) == 0) continue;
    if (hosts_.size() == kMostHosts) continue;
    hosts_.push_back({.responder = welcomed_,
                      .credited = responder.request_replies.load(std::memory_order_relaxed),
                      .first_pass = static_cast<uint8_t>(std::min(pass, 255U)),
                      .answered_at = now});
    const uint32_t trip = responder.longest_round_trip_ns.load(std::memory_order_relaxed);
    usual_trip_ns_ += (trip - usual_trip_ns_) / static_cast<double>(std::min<size_t>(hosts_.size(), 64));
  }
}

Pilots::Host* Pilots::Draw(int64_t now) {
  if (hosts_.empty()) return nullptr;
  for (int i = 0; i < kDraws; ++i) {
    Host& host = hosts_[random_.Below(static_cast<uint32_t>(hosts_.size()))];
    if (MayBeAsked(host, now)) return &host;
  }
  return nullptr;
}

bool Pilots::MayBeAsked(const Host& host, int64_t now) const {
  return !host.open && (!IsSparing(host) || now - std::max(host.asked_at, host.answered_at) >= kSparingNs);
}

bool Pilots::IsSparing(const Host& host) const {
  return host.sparing || (all_sparing_ && host.kept_soon == 0);
}

bool Pilots::MaySteer(const Host& host) const {
  const double trip = table_.At(host.responder).longest_round_trip_ns.load(std::memory_order_relaxed);
  return (all_sparing_ || !host.sparing) && trip <= 4 * usual_trip_ns_ + 5 * kMs;
}

void Pilots::OnAsked(Host& host, int64_t now, uint64_t epoch) {
  host.open = true;
  host.asked_at = now;
  open_.push_back({.host = static_cast<uint32_t>(&host - hosts_.data()), .asked_at = now, .epoch = epoch});
}

Pilots::Fate Pilots::FateOf(const Open& open, int64_t now, int64_t heard_until) {
  Host& host = hosts_[open.host];
  if (RepliesOf(host) > host.credited) {
    ++host.credited;
    host.open = false;
    NoteFate(open, false);
    host.answered_at = now;
    host.answered_pilot = true;
    return Fate::kAnswered;
  }
  if (heard_until < open.asked_at + PatienceFor(host)) return Fate::kOpen;
  host.open = false;
  if (host.overdue < UINT16_MAX) ++host.overdue;
  NoteFate(open, true);
  return Fate::kLost;
}

void Pilots::NoteFate(const Open& open, bool lost) {
  if (!open.counts) return;
  NoteSoon(hosts_[open.host], open, lost);
  pending_.push_back({open.host, lost});
}

void Pilots::Abandon() {
  for (const Open& open : open_) hosts_[open.host].open = false;
  open_.clear();
}

void Pilots::NoteSoon(Host& host, const Open& open, bool lost) {
  const bool soon = open.asked_at - host.answered_at <= kSoonNs;
  // After a first answer all may be lost because a limit was met just then; those that answered a pilot are
  // asked again when that is over.
  if (!soon || host.answered_pilot) (soon ? soon_ : rested_) += {.lost = lost ? 1.0 : 0.0, .asked = 1};
  if (!all_sparing_ && soon_.share() > kNearlyAll && Excess(soon_, rested_) > kSparingNats) {
    all_sparing_ = true;
    newly_sparing_ = true;
    for (Host& each : hosts_) Forget(each);
  }
  if (!soon || host.sparing) return;
  uint8_t& count = lost ? host.lost_soon : host.kept_soon;
  if (count < UINT8_MAX) ++count;
  if (host.kept_soon > 0 || host.lost_soon < kSparingLosses) return;
  // By what becomes of the pilots of others.
  const double others = total_.asked - host.asked;
  const double usual = (total_.lost - host.lost + 0.5) / (others + 1);
  if (others < kOthersKnown || host.lost_soon * -std::log(std::min(usual, 0.99)) < kSparingNats) return;
  host.sparing = true;
  Forget(host);
}

void Pilots::Forget(Host& host) {
  total_ = {total_.lost - host.lost, total_.asked - host.asked};
  host.asked = host.lost = 0;
}

void Pilots::Prepare(Host& host) {
  const uint32_t late = RepliesOf(host) - host.credited;
  if (late == 0) return;
  const auto found =
      closed_ ? uint16_t{0} : static_cast<uint16_t>(std::min<uint32_t>({late, host.overdue, host.lost}));
  host.lost = static_cast<uint16_t>(host.lost - found);
  host.overdue = static_cast<uint16_t>(host.overdue - found);
  total_.lost -= found;
  host.credited += late;
}

void Pilots::Commit() {
  for (const Outcome& outcome : pending_) {
    Host& host = hosts_[outcome.host];
    if (host.asked == UINT16_MAX || host.sparing) continue;
    ++host.asked;
    host.lost = static_cast<uint16_t>(host.lost + (outcome.lost ? 1 : 0));
    total_ += {.lost = outcome.lost ? 1.0 : 0.0, .asked = 1};
  }
  pending_.clear();
}

void Pilots::Discard(bool seen) {
  for (const Outcome& outcome : pending_)
    if (seen) passed_by_ += {.lost = outcome.lost ? 1.0 : 0.0, .asked = 1};
  pending_.clear();
  for (Open& open : open_) open.counts = false;
}

void Pilots::Close() {
  Abandon();
  Commit();
  total();
  closed_ = true;
}

Tally Pilots::total() {
  for (Host& host : hosts_) {
    if (!host.open) Prepare(host);
  }
  return total_;
}

Tally Pilots::FoundIn(uint32_t pass) const {
  Tally found;
  for (const Host& host : hosts_) found += {.lost = host.first_pass == pass ? 1.0 : 0.0, .asked = 1};
  return found;
}

LossEstimate Pilots::Estimate(uint32_t passes, uint32_t void_passes, uint64_t silent, uint64_t answered,
                              double threshold) {
  total();
  LossEstimator estimator;
  for (const Host& host : hosts_) {
    const uint32_t first = host.first_pass > void_passes ? host.first_pass - void_passes : 1;
    estimator.Add(
        {.asked_until_answer = static_cast<uint8_t>(first), .pilots = host.asked, .lost = host.lost});
  }
  // Hosts beyond those that are followed are like them.
  const double share = hosts_.empty() || answered <= hosts_.size()
                           ? 1
                           : static_cast<double>(answered) / static_cast<double>(hosts_.size());
  LossEstimate estimate = estimator.Estimate(passes - void_passes, silent, threshold / share);
  estimate.expected_missed *= share;
  return estimate;
}

uint32_t Pilots::RepliesOf(const Host& host) const {
  return table_.At(host.responder).request_replies.load(std::memory_order_relaxed);
}

int64_t Pilots::PatienceFor(const Host& host) const {
  const int64_t trip = table_.At(host.responder).longest_round_trip_ns.load(std::memory_order_relaxed);
  return std::clamp(4 * trip + 3 * kMs, kLeastPatienceNs, kMostPatienceNs);
}

}  // namespace arpsweep
