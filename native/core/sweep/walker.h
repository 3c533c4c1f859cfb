#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <thread>
#include <vector>

#include "core/sweep/address_state.h"
#include "core/sweep/counters.h"
#include "core/sweep/itinerary.h"
#include "core/sweep/line.h"
#include "core/sweep/link_watch.h"
#include "core/sweep/part.h"
#include "core/sweep/permutation.h"
#include "core/sweep/pilots.h"
#include "core/sweep/regulator.h"
#include "core/sweep/sweep_config.h"
#include "core/sweep/transmitter.h"
#include "core/sweep/xorshift.h"

namespace arpsweep {

/// Asks the addresses of a pass that have not answered, with pilots among them, at the rate that these allow.
/// What did not leave, was lost with the link, dropped on this machine or lost beyond the usual is asked
/// again within the pass. The sending thread; at full rate a second one helps it.
class Walker {
 public:
  /// helper: of the second sending thread, or nullptr.
  Walker(const SweepConfig& config, const TargetSpace& targets, const Part& part, AddressState& state,
         ResponderTable& table, Counters& counters, LinkWatch& link, Line& line, Transmitter& transmitter,
         Transmitter* helper);

  /// Asks every address that has not answered, once.
  SendOutcome RunPass(uint32_t pass);
  /// Asks those a second time that answered their only question: a second responder may have been missed.
  SendOutcome Settle();
  /// Asks named addresses that are silent and have had fewer requests. any: whether there were such.
  SendOutcome AskSilentNamed(uint32_t requests, bool* any);
  /// Sends so many pilots, as long as it takes half a second at most.
  SendOutcome SendPilots(uint32_t count);
  /// Asks again what was lost with the link since the pass ended. Nothing to do: nothing is sent.
  SendOutcome Mend();
  /// Waits until it is known what became of all pilots, within reason.
  void AwaitPilots();

  Pilots& pilots() { return pilots_; }
  /// The first passes that do not count, because most of them was lost or nothing shows that it was not.
  uint32_t void_passes() const;
  /// Those of them of which it is known that most was lost: where nobody answers, nothing can show more.
  uint32_t lost_passes() const { return void_passes_; }
  /// Frames per second; any thread.
  double rate() const { return rate_.load(std::memory_order_relaxed); }
  double limit() const { return limit_.load(std::memory_order_relaxed); }
  /// Positions from which on no question of the first pass was sent. Only when the sweep is over.
  uint32_t never_taken_from() const { return pass_ > 1 ? part_.size() : itinerary_.furthest(); }
  /// Of the pass under way; any thread.
  uint64_t positions_taken() const { return itinerary_.taken(); }

  /// The sweep is over: addresses whose only questions were lost with the link count as not asked.
  void MarkUntested();

 private:
  SendOutcome Walk();
  SendOutcome AskLeg(const Itinerary::Leg& leg);
  SendOutcome AskTarget(Transmitter& transmitter, uint32_t index);
  SendOutcome AskPilot();
  SendOutcome AskHost(Pilots::Host& host);
  bool WasAskedTwice(const Responder& responder) const;
  SendOutcome Experiment();
  SendOutcome Conclude();
  std::vector<uint32_t> Unsent();
  SendOutcome AskAgain(const std::vector<uint32_t>& indexes);
  void AwaitProof() const;

  void Tend();
  void Apply(Verdict verdict, int64_t now);
  void FollowLink();
  void FollowDrops(int64_t now);
  void Measure(int64_t now);
  bool MayRepeatNoMore() const;
  void Repeat(uint64_t positions);
  void ManageHelper();
  void RunHelper();
  SendOutcome DismissHelper();
  uint32_t LegSize() const;
  bool InBurst() const;
  bool BurstEnds() const;
  SendOutcome AskBurstPilots();
  bool WantsPilot();
  bool IsNamed(uint32_t address) const;
  uint32_t IndexAt(uint32_t position) const {
    return part_.is_whole() ? order_.At(position) : part_.IndexAt(order_.At(position));
  }
  double RateNow() const { return regulator_ ? regulator_->rate() : config_.rate; }

  const SweepConfig& config_;
  const TargetSpace& targets_;
  const Part& part_;
  AddressState& state_;
  ResponderTable& table_;
  Counters& counters_;
  LinkWatch& link_;
  Line& line_;
  Transmitter& transmitter_;
  Transmitter* const helper_;

  const bool asks_again_;  // responders may be asked again: there is more than one pass
  std::optional<Regulator> regulator_;
  Pilots pilots_;
  Permutation order_;  // of the pass: over all targets, or over the places of the part
  Itinerary itinerary_;
  uint32_t pass_ = 0;
  uint32_t void_passes_ = 0;
  bool voided_ = false;    // much of this pass was lost and is not asked again in it
  uint64_t repeated_ = 0;  // positions of this pass
  // What went out in the first burst.
  uint64_t burst_positions_ = 0;  // of this pass
  uint32_t burst_pass_ = 0;       // the last one that went out so for a good part
  uint64_t last_burst_epoch_ = 0;
  uint32_t burst_asked_ = 0;  // the pass whose burst had its pilots
  Tally burst_;
  bool burst_vouched_ = false;
  Xorshift64 random_;

  int64_t tended_at_ = 0;
  int64_t measured_at_ = 0;
  uint64_t measured_frames_ = 0;
  uint64_t noted_frames_ = 0;
  double achieved_ = 0;
  int64_t mended_to_ = 0;
  int64_t heard_at_ = 0;
  uint64_t drops_ = 0;

  std::thread helper_thread_;
  std::atomic<bool> helper_may_go_on_{false};
  std::atomic<SendOutcome> helper_outcome_{SendOutcome::kSent};

  std::atomic<double> rate_;
  std::atomic<double> limit_{0};
};

}  // namespace arpsweep
