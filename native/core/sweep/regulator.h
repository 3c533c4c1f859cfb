#pragma once

#include <cstdint>
#include <deque>

#include "core/sweep/limit_search.h"
#include "core/sweep/span_search.h"
#include "core/sweep/tally.h"
#include "core/sweep/verdict.h"

namespace arpsweep {

/// How fast a sweep may go, by what becomes of its pilots: requests to hosts that have answered before. It
/// knows no clock and no socket; times are monotonic ns, given by the caller. One thread.
///
/// Loss is judged in epochs of some pilots each, against the loss that the wire shows at its best (the
/// baseline). While an epoch is no worse, the rate goes up. One that is worse raises the question whether the
/// rate is to blame, and an experiment answers it: pilots alone, far below the rate (quiet), then the old
/// rate again (retest). Lost when quiet as well: loss is random, and slowing down would help nobody. Kept at
/// the retest: something passed by. Lost at the retest and only there: a limit has been met, and LimitSearch
/// keeps the sweep just below it. Where loss comes and goes again and again, SpanSearch takes over.
class Regulator {
 public:
  /// Frames per second; a ceiling of infinity allows what the machine can.
  Regulator(double start, double ceiling);

  /// Frames per second to send at now.
  double rate() const;
  /// Near a limit: frames go out one by one, and what is late is not made up for.
  bool careful() const { return phase_ == Phase::kQuiet || phase_ == Phase::kLimited; }
  /// How many of the frames should be pilots.
  double pilot_share() const;
  /// Nothing but pilots may be sent for now, and none before quiet_from().
  bool pilots_only() const { return phase_ == Phase::kQuiet; }
  int64_t quiet_from() const { return quiet_from_; }
  /// Whether an experiment is under way, which the end of a pass must wait for.
  bool experimenting() const { return phase_ == Phase::kQuiet || phase_ == Phase::kRetest; }
  /// Frames per second beyond which the wire loses more; 0 where no such limit was met.
  double limit() const;
  /// What was sent by then, at most at vouched_rate(), is what the verdict kUsual is about.
  int64_t vouched_until() const { return vouched_until_; }
  double vouched_rate() const { return vouched_rate_; }
  /// With kLost: it had nothing to do with the rate.
  bool passed_by() const { return phase_ == Phase::kSteady || phase_ == Phase::kSpans; }
  /// With kLost: what was sent since then was lost as well, though it was vouched for; 0 where that stands.
  int64_t lost_since() const { return lost_since_; }

  /// Questions other than pilots were sent. blind: no host is known that could be asked again.
  void OnFrames(uint32_t frames, bool blind);
  /// A pilot was sent. @returns its epoch, for OnOutcome.
  uint64_t OnPilot(int64_t now);
  void OnOutcome(uint64_t epoch, bool lost);
  /// Frames were lost on this machine: it cannot keep up with the answers.
  void OnOwnDrops(int64_t now);
  /// Nothing that was learnt from pilots so far holds.
  void Forget(int64_t now);
  /// Nothing more is to be sent in this pass: the epoch under way is judged by what it has.
  void OnPassEnd(int64_t now);

  /// The next verdict; to be asked for until there is none. achieved: frames per second of late.
  Verdict Judge(int64_t now, double achieved);

 private:
  enum class Phase : uint8_t { kSteady, kQuiet, kRetest, kLimited, kSpans };

  struct Epoch {
    int64_t begun_at = 0;
    int64_t closed_at = 0;  // its last pilot was sent; 0: more will be
    uint32_t asked = 0;
    uint32_t resolved = 0;
    uint32_t lost = 0;
    uint64_t frames = 0;  // of any kind, sent meanwhile

    Tally tally() const { return {.lost = static_cast<double>(lost), .asked = static_cast<double>(asked)}; }
  };

  Verdict Evaluate(const Epoch& epoch, int64_t now);
  Verdict EvaluateSteady(const Epoch& epoch, int64_t now);
  Verdict EvaluateQuiet(const Epoch& epoch, int64_t now);
  Verdict EvaluateRetest(const Epoch& epoch, int64_t now);
  Verdict Follow(const Ruling& ruling, double rate, const Epoch& epoch, int64_t now);
  Verdict Accept(const Epoch& epoch, int64_t now);
  Verdict OnTransient(int64_t now);
  Verdict OnLimit(int64_t now);
  void DoubtBaseline();
  void BeginSpans(double rate, int64_t now);
  Verdict Resume(Verdict verdict, int64_t now);
  void StartQuiet(int64_t now, double rate, int64_t silence);
  void Enter(Phase phase, int64_t now);
  void Raise(int64_t now);
  void SetRate(double rate);
  uint32_t quota() const;

  const double start_;
  const double ceiling_;
  double rate_;
  double achieved_ = 0;
  Phase phase_ = Phase::kSteady;
  int64_t phase_at_ = 0;

  std::deque<Epoch> epochs_;
  uint64_t first_epoch_ = 1;  // number of epochs_.front()
  Tally pooled_;              // epochs that are not decided yet
  Tally baseline_;
  int64_t vouched_until_ = 0;
  double vouched_rate_ = 0;
  int64_t lost_since_ = 0;
  uint32_t blind_frames_ = 0;

  // The experiment.
  Tally failed_;            // what raised the question
  double failed_rate_ = 0;  // frames per second that were reached then
  Tally quiet_;             // the best quiet result so far
  double quiet_rate_ = 0;
  int64_t quiet_from_ = 0;
  int quiet_rounds_ = 0;
  bool closed_ = false;      // the epoch before was lost all but wholly
  double retest_clean_ = 0;  // pilots of the retest, as long as it was no worse
  Series retest_;
  bool examined_ = false;  // an experiment has confirmed what is lost at best

  // Things that passed by.
  int transients_ = 0;
  int64_t transient_at_ = 0;  // the last
  int64_t hold_until_ = 0;    // the rate does not go up before

  LimitSearch limited_;
  SpanSearch spans_;
};

}  // namespace arpsweep
