#pragma once

#include <cstdint>

#include "core/sweep/line.h"
#include "core/sweep/reply_matcher.h"
#include "core/sweep/responder_table.h"
#include "core/sweep/sweep_config.h"
#include "core/sweep/target_space.h"
#include "core/sweep/transmitter.h"

namespace arpsweep {

/// Asks each responder by unicast, because a switch fabric may answer for a host that is dead, and each
/// address that answered by probe, because a machine that holds our own address answers nothing else, and one
/// that answers for others no probe. Whoever is silent to one kind of question is asked by the other again:
/// only then it is neither gone nor asleep. Sender only.
class Census {
 public:
  Census(const SweepConfig& config, const TargetSpace& targets, ResponderTable& table,
         const ReplyMatcher& matcher, Line& line, Transmitter& transmitter);

  /// All responders that it has not asked yet; unconfirmed ones again, and again.
  SendOutcome Run();

 private:
  SendOutcome AskAll(uint32_t from, bool* any);
  SendOutcome LookIntoSilence(uint32_t from);
  /// Asks those to whom something applies, and waits for them.
  SendOutcome AskOnce(uint32_t from, Question::Kind kind, bool (Census::*applies)(const Responder&) const);
  SendOutcome Await(uint32_t from);
  bool NeedsProbe(const Responder& responder) const;
  bool IsUnconfirmed(const Responder& responder) const;
  bool IsUnconfirmedHost(const Responder& responder) const;
  bool IsSuspect(const Responder& responder) const;
  Responder& OldestOf(const Responder& responder) const;
  bool IsOpen(const Responder& responder) const;

  const SweepConfig& config_;
  const TargetSpace& targets_;
  ResponderTable& table_;
  const ReplyMatcher& matcher_;
  Line& line_;
  Transmitter& transmitter_;
  uint32_t asked_ = 0;  // responders
};

}  // namespace arpsweep
