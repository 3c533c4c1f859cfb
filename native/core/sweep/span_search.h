#pragma once

#include <cstdint>

#include "core/sweep/tally.h"
#include "core/sweep/verdict.h"

namespace arpsweep {

/// Chooses the rate by what is lost in spans of a second, where loss comes and goes: in bursts that have
/// nothing to do with the rate, or because something lets so many frames through in a time and then none.
/// Only slower spans tell the one from the other. Times are monotonic ns.
class SpanSearch {
 public:
  /// rate: frames per second, at first. floor: where no more was lost than in `quiet`.
  void Begin(double rate, double floor, double ceiling, const Tally& quiet, int64_t now);

  /// What became of some pilots of the present rate. frames: that were sent meanwhile, of any kind.
  Ruling Judge(const Tally& epoch, uint64_t frames, int64_t now);

  double rate() const { return rate_; }
  /// Frames per second that are just too many; 0 where the rate has no part in what is lost.
  double limit() const { return limit_; }

 private:
  bool EndSpan(double reached, int64_t now);
  bool FindUsual(const Series& span, double reached, int64_t now);
  bool Compare(const Series& span, double reached, int64_t now);
  bool BeIndifferent(const Series& span, double rate);
  bool Raise();
  bool SetRate(double rate);

  double rate_ = 0;
  double floor_ = 0;
  double ceiling_ = 0;
  double limit_ = 0;
  Tally quiet_;
  Series span_;
  int64_t span_from_ = 0;
  // Frames since then, and those of them that were lost if the pilots among them tell. A host whose pilot is
  // lost cannot be asked again so soon: while much is lost there are fewer pilots among as many frames.
  double frames_ = 0;
  double frames_lost_ = 0;

  Series usual_;              // of spans at rates that have no part in what is lost; none: not known yet
  double good_ = 0;           // the highest such rate
  bool indifferent_ = false;  // much is lost at any rate
  double first_good_ = 0;     // the highest at which more was lost all of a sudden
  Series worse_;              // the last span that lost much, and the rate that was reached in it
  double worse_rate_ = 0;
  double cap_ = 0;  // what has failed, and a little less
  int good_spans_ = 0;
  int patience_ = 1;  // spans that must have been fine before a higher rate is tried
};

}  // namespace arpsweep
