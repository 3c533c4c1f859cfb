#pragma once

#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "core/sweep/loss_estimator.h"
#include "core/sweep/responder_table.h"
#include "core/sweep/tally.h"
#include "core/sweep/target_space.h"
#include "core/sweep/xorshift.h"

namespace arpsweep {

/// The hosts that have answered, as they are asked again: who may be, what became of each such question, and
/// what follows for those that were never heard. A pilot is sent only after its host's first answer, so that
/// what becomes of pilots tells of the wire without bias. Sender only.
class Pilots {
 public:
  /// Hosts beyond these are not asked again for the estimate; the first ones stand for all.
  static constexpr size_t kMostHosts = 65'536;
  /// Of an outcome that steers nothing.
  static constexpr uint64_t kNoEpoch = 0;

  Pilots(const ResponderTable& table, const TargetSpace& targets, uint64_t seed);

  /// Takes up what was heard since the last time, in answer to the `pass`-th question.
  void Welcome(uint32_t pass, int64_t now);
  size_t hosts() const { return hosts_.size(); }
  /// Pilots whose fate is open.
  size_t open() const { return open_.size(); }

  struct Host;
  /// A host that may be asked now, at random; nullptr where there is none.
  Host* Draw(int64_t now);
  Host& At(size_t i) { return hosts_[i]; }

  /// Whether the fate of this host's pilots is known so soon that it may steer the rate.
  bool MaySteer(const Host& host) const;
  /// To be called before a host is asked: whatever it has answered by now answers what was asked before, and
  /// what was taken for lost came after all.
  void Prepare(Host& host);
  /// The host was asked again, with the tag of its epoch.
  void OnAsked(Host& host, int64_t now, uint64_t epoch);

  /// Finds out what became of pilots. on_outcome(epoch, lost), with kNoEpoch where there was none.
  template <typename OnOutcome>
  void Collect(int64_t now, int64_t heard_until, OnOutcome on_outcome) {
    size_t kept = 0;
    const size_t looked_at = std::min(open_.size(), kLookAhead);
    for (size_t i = 0; i < looked_at; ++i) {
      const Open& open = open_[i];
      const Fate fate = FateOf(open, now, heard_until);
      if (fate == Fate::kOpen) {
        open_[kept++] = open;
      } else {
        on_outcome(open.epoch, fate == Fate::kLost);
      }
    }
    open_.erase(open_.begin() + static_cast<ptrdiff_t>(kept),
                open_.begin() + static_cast<ptrdiff_t>(looked_at));
  }
  /// True once when it is found that hosts here answer about once a second: what was held against the wire
  /// was not its doing.
  bool TakeNewlySparing() { return std::exchange(newly_sparing_, false); }
  /// Gives up those whose fate is still open.
  void Abandon();

  /// What became of pilots since the last Commit or Discard counts for the estimate, or does not because the
  /// questions that they stood for are asked again.
  void Commit();
  /// seen: they tell of the wire all the same.
  void Discard(bool seen);

  /// From now on hosts may answer other questions than pilots: what is late is not credited any more.
  void Close();

  /// All that counted.
  Tally total();
  /// All that tells how much the wire loses, questions that were asked again included.
  Tally observed() {
    Tally all = total();
    all += passed_by_;
    return all;
  }
  /// silent: addresses that did not answer, each asked in `passes` passes of which the first `void_passes`
  /// do not count. threshold: hosts that may be missed.
  LossEstimate Estimate(uint32_t passes, uint32_t void_passes, uint64_t silent, uint64_t answered,
                        double threshold);
  /// Hosts that first answered in the last pass, and those that did before.
  Tally FoundIn(uint32_t pass) const;

  struct Host {
    uint32_t responder = 0;
    uint32_t credited = 0;  // its replies that are accounted for
    uint16_t asked = 0;
    uint16_t lost = 0;
    uint16_t overdue = 0;  // taken for lost
    uint8_t first_pass = 0;
    bool open = false;      // a pilot of its own; one at a time, so that its answer is beyond doubt
    uint8_t lost_soon = 0;  // within a second after an answer
    uint8_t kept_soon = 0;
    bool sparing = false;  // answers about once a second
    bool answered_pilot = false;
    int64_t asked_at = 0;
    int64_t answered_at = 0;
  };

 private:
  enum class Fate : uint8_t { kOpen, kAnswered, kLost };
  static constexpr size_t kLookAhead = 1024;

  struct Open {
    uint32_t host = 0;
    int64_t asked_at = 0;
    uint64_t epoch = 0;
    bool counts = true;
  };
  struct Outcome {
    uint32_t host = 0;
    bool lost = false;
  };

  Fate FateOf(const Open& open, int64_t now, int64_t heard_until);
  void NoteFate(const Open& open, bool lost);
  bool IsSparing(const Host& host) const;
  void Forget(Host& host);
  void NoteSoon(Host& host, const Open& open, bool lost);
  uint32_t RepliesOf(const Host& host) const;
  int64_t PatienceFor(const Host& host) const;
  bool MayBeAsked(const Host& host, int64_t now) const;

  const ResponderTable& table_;
  const TargetSpace& targets_;
  Xorshift64 random_;
  uint32_t welcomed_ = 0;  // responders looked at
  std::vector<Host> hosts_;
  std::deque<Open> open_;
  std::vector<Outcome> pending_;
  Tally total_;
  Tally passed_by_;  // did not count, but was lost or kept on the wire
  Tally soon_;       // within a second after an answer of the same host
  Tally rested_;     // later
  bool all_sparing_ = false;
  bool newly_sparing_ = false;
  bool closed_ = false;
  double usual_trip_ns_ = 0;  // of hosts as they are first heard
};

}  // namespace arpsweep
