#pragma once

#include <atomic>
#include <cstdint>
#include <limits>

#include "core/sweep/address_state.h"
#include "core/sweep/census.h"
#include "core/sweep/counters.h"
#include "core/sweep/reply_matcher.h"
#include "core/sweep/responder_table.h"
#include "core/sweep/sweep_config.h"
#include "core/sweep/transmitter.h"
#include "core/sweep/walker.h"

namespace arpsweep {

enum class Phase : uint8_t { kIdle, kSweep, kCensus, kCooldown, kDone };

/// What the sweep believes to have lost and missed; not a number where too few answered to tell.
struct Completeness {
  double loss = std::numeric_limits<double>::quiet_NaN();
  double expected_missed = std::numeric_limits<double>::quiet_NaN();
  double pilots = 0;
  double pilots_lost = 0;
};

/// The sending thread's plan: how many passes there are, what follows them, and when it is time to stop.
///
/// Passes go on until the estimate of what is missed falls below kFewEnough hosts or what a further pass
/// costs, or for as long as they were asked for. Then each responder is confirmed, and late answers are
/// waited for.
class Conductor {
 public:
  Conductor(const SweepConfig& config, const TargetSpace& targets, const Part& part, AddressState& state,
            ResponderTable& table, const ReplyMatcher& matcher, Counters& counters, LinkWatch& link,
            Line& line, Transmitter& transmitter, Transmitter* helper);

  /// All of it: passes, census, cooldown. @returns why it ended early, or kSent.
  SendOutcome Run();

  Phase phase() const { return phase_.load(std::memory_order_relaxed); }
  /// The pass under way, from 1.
  uint32_t pass() const { return pass_.load(std::memory_order_relaxed); }
  const Walker& walker() const { return walker_; }
  /// Only when the sweep is over.
  const Completeness& completeness() const { return completeness_; }

  /// Whether an address was neither asked for certain nor answered. Only when the sweep is over.
  bool IsUntested(uint32_t index) const;
  /// How many there are.
  uint64_t CountUntested() const;
  /// At most `limit` slices of the targets' permutation that cover what is open: untested addresses, and
  /// those whose only question was asked so late that the answer may not have been heard. Only when the sweep
  /// is over.
  std::vector<Slice> Open(size_t limit) const;

 private:
  SendOutcome RunPasses();
  SendOutcome AskNamed();
  SendOutcome ProbeOwn();
  SendOutcome CoolDown();
  SendOutcome AskedEnough(uint32_t pass, bool* enough);
  LossEstimate Estimate(double threshold);
  uint64_t CountSilent() const;
  bool IsOpen(uint32_t index) const;
  int64_t AnswerNs() const;
  void AwaitAnswers() const;
  void Conclude();

  const SweepConfig& config_;
  const TargetSpace& targets_;
  const Part& part_;
  const AddressState& state_;
  const ResponderTable& table_;
  const ReplyMatcher& matcher_;
  const Counters& counters_;
  const LinkWatch& link_;
  Line& line_;
  Transmitter& transmitter_;
  Walker walker_;
  Census census_;
  double pass_seconds_ = 0;
  int64_t passes_ended_at_ = 0;
  int64_t cut_short_at_ = 0;  // 0: it came to its end
  Completeness completeness_;
  std::atomic<Phase> phase_{Phase::kIdle};
  std::atomic<uint32_t> pass_{0};
};

}  // namespace arpsweep
