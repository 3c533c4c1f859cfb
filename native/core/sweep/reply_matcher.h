#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "core/sweep/address_state.h"
#include "core/sweep/counters.h"
#include "core/sweep/responder_table.h"
#include "core/sweep/stray_table.h"
#include "core/sweep/target_space.h"
#include "core/wire/request_template.h"

namespace arpsweep {

/// A frame as the receiving socket hands it over.
struct CapturedFrame {
  std::span<const uint8_t> bytes;
  bool outgoing = false;
  uint16_t vlan_id = 0;      // of the tag that the kernel took out; 0 where there was none
  int64_t realtime_ns = 0;   // when the kernel stamped it
  int64_t monotonic_ns = 0;  // the same moment; 0 where the kernel did not stamp it
};

/// What was asked at an address, and what one of its responders answered.
struct Account {
  uint32_t asked = 0;     // questions of every kind
  uint32_t probes = 0;    // of these, by probe beside the requests
  uint32_t unicasts = 0;  // requests to this responder alone
  // Where others on this machine asked with our address, or may have unseen: no more than we asked ourselves.
  uint32_t request_replies = 0;
  uint32_t probe_replies = 0;
};

/// The receiving half of a sweep: holds our frames against the answers and keeps what follows from them. It
/// knows no socket and no clock, so that a test, a fuzzer or a recording can feed it. One thread calls
/// OnFrame.
///
/// How a reply finds its question. It says which kind of question it answers: its TPA is our address after a
/// request, 0 after a probe. Beyond that, questions and answers are counted: a responder that has given n-1
/// answers to n questions gives its next one to the latest, and only then is there a round trip.
class ReplyMatcher {
 public:
  /// request: what our questions say, by which they and their answers are known.
  ReplyMatcher(const TargetSpace& targets, const RequestFields& request, AddressState& state,
               SendTimes& times, ResponderTable& table, Counters& counters);

  void OnFrame(const CapturedFrame& frame);

  /// The clock that stamps frames was stepped at monotonic time `now`: what was asked before gives no round
  /// trip.
  void OnClockStep(int64_t now) { no_round_trip_before_ = now; }

  /// Largest round trip so far, or the least that it can have been, ns; any thread.
  int64_t max_round_trip_ns() const { return max_round_trip_.load(std::memory_order_relaxed); }

  /// What passed between a responder and us. Only when the sweep is over.
  Account AccountOf(const AddressEntry& entry, const Responder& responder) const;
  /// Its answers to our questions of either kind. Only when the sweep is over.
  uint32_t RepliesOf(const Responder& responder);
  /// Replies that were counted as received, and that RepliesOf gives to others. Only when the sweep is over.
  uint64_t RepliesToOthers();

  /// Questions sent to an address, of every kind. Only when the sweep is over.
  uint32_t Asked(uint32_t index);

  /// Frames that concern us though they answer no question. Only when the sweep is over.
  const StrayTable& strays() const { return strays_; }
  /// Questions to an address by whomever on this machine, as far as they were seen: so many may come back.
  uint32_t AskedByAnybody(uint32_t index);

 private:
  void OnOwnFrame(const ArpFrame& arp, const CapturedFrame& frame);
  void OnOwnRequest(const ArpFrame& arp, uint32_t index, int64_t at);
  void OnForeignRequest(uint32_t index, int64_t at);
  void OnReply(const ArpFrame& arp, const CapturedFrame& frame);
  void NoteStray(const ArpFrame& arp, const CapturedFrame& frame, bool answers_us);
  bool WasAsked(uint32_t index) const;
  bool IsOurSender(const ArpFrame& arp) const;
  /// The round trip of a reply to a request, or kNoRoundTrip where it is open which one it answers. Counts
  /// the reply, and notes what it proves: confirmation by unicast, two answers to one request.
  uint32_t MatchRequest(AddressEntry& entry, Responder& responder, int64_t at);
  uint32_t MatchProbe(AddressEntry& entry, Responder& responder, int64_t at);
  uint32_t Broadcasts(const AddressEntry& entry) const;
  static uint32_t UnicastsTo(const Responder& responder);
  uint32_t PilotsQueued(const AddressEntry& entry) const;
  uint32_t AskedAt(const AddressEntry& entry) const;
  uint32_t ProbesSent(const AddressEntry& entry) const;
  uint32_t PilotsSent(const AddressEntry& entry) const;
  uint32_t UnicastsSent(const Responder& responder) const;
  void NoteSameRequest(AddressEntry& entry, const Responder& responder, uint32_t broadcasts);
  bool IsSettledBefore(int64_t earlier, int64_t later) const;
  uint32_t RoundTrip(Responder& responder, int64_t sent, int64_t at);

  const TargetSpace& targets_;
  const RequestFields request_;
  const VlanIds vlans_;
  AddressState& state_;
  SendTimes& times_;
  ResponderTable& table_;
  Counters& counters_;
  StrayTable strays_;
  uint32_t foreign_entries_ = 0;
  int64_t no_round_trip_before_ = 0;
  std::atomic<int64_t> max_round_trip_{0};
};

}  // namespace arpsweep
