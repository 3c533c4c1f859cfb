#pragma once

#include <atomic>
#include <cstdint>

#include "core/sweep/address_state.h"
#include "core/sweep/counters.h"
#include "core/sweep/permutation.h"
#include "core/sweep/reply_matcher.h"
#include "core/sweep/responder_table.h"
#include "core/sweep/sweep_config.h"
#include "core/sweep/transmitter.h"

namespace arpsweep {

enum class Phase : uint8_t { kIdle, kSweep, kCensus, kCooldown, kDone };

/// The sending thread's plan: which question goes to whom, and when it is time to stop asking.
///
/// A pass asks every address that is not settled; an address is settled when it has answered and was asked
/// twice, so that a second responder whose first answer got lost is heard. A frame counts as sent once it was
/// seen leaving: what did not leave, or may have been lost with the link, is asked again within the pass.
class Conductor {
 public:
  Conductor(const SweepConfig& config, const TargetSpace& targets, const AddressState& state,
            ResponderTable& table, const ReplyMatcher& matcher, const Counters& counters,
            const LinkWatch& link, const StopSignal& stop, Transmitter& transmitter);

  /// All of it: passes, census, cooldown. @returns why it ended early, or kSent.
  SendOutcome Run();

  Phase phase() const { return phase_.load(std::memory_order_relaxed); }
  /// The pass under way, from 1.
  uint32_t pass() const { return pass_.load(std::memory_order_relaxed); }
  /// Position within the pass.
  uint32_t position() const { return position_.load(std::memory_order_relaxed); }

  /// Whether an address was neither asked for certain nor answered. Only when the sweep is over.
  bool IsUntested(uint32_t index) const;
  /// How many there are.
  uint64_t CountUntested() const;

 private:
  SendOutcome RunPasses();
  SendOutcome RunPass(uint32_t pass);
  SendOutcome Walk(uint32_t pass);
  SendOutcome AskTarget(uint32_t index, uint32_t address);
  SendOutcome ProbeOwn();
  SendOutcome RunCensus();
  SendOutcome CensusRound(uint32_t from, bool* any);
  SendOutcome CoolDown();
  bool NeedsProbe(const Responder& responder) const;
  bool IsOpen(const Responder& responder) const;
  bool Wait(int64_t until) const;
  void AwaitProof() const;
  void AwaitAnswers() const;
  bool NeedsAsking(uint32_t index, uint32_t pass) const;
  bool FellIntoGap(uint32_t index) const;
  /// True as well where the sweep was stopped: the walk that follows ends at once.
  bool AnyNeedsAsking(uint32_t pass) const;
  bool AnythingLost() const;
  bool IsNamed(uint32_t address) const;

  const SweepConfig& config_;
  const TargetSpace& targets_;
  const AddressState& state_;
  ResponderTable& table_;
  const ReplyMatcher& matcher_;
  const Counters& counters_;
  const LinkWatch& link_;
  const StopSignal& stop_;
  Transmitter& transmitter_;
  Permutation permutation_;
  uint32_t census_done_ = 0;  // responders that the census has asked
  std::atomic<Phase> phase_{Phase::kIdle};
  std::atomic<uint32_t> pass_{0};
  std::atomic<uint32_t> position_{0};
};

}  // namespace arpsweep
