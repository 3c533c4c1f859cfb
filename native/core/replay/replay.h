#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/listen/heard_frame.h"
#include "core/sweep/results.h"

namespace arpsweep {

/// Who asked in a recording, and what.
struct ReplayConfig {
  uint32_t link = 0;                  // HeardFrame::link of its frames
  uint16_t vlan = 0;                  // VID that it asked with; 0 without a tag
  std::vector<uint16_t> other_vlans;  // VIDs of its other questions there: their answers are no strays
  MacAddress source_mac;
  /// The recording does not tell what was sent from what was received: what comes from source_mac was sent.
  bool by_source = false;
  uint32_t sender_ip = 0;             // SPA of its requests; 0 where it asked by RFC 5227 probe
  std::vector<AddressRange> targets;  // sorted, disjoint, without own addresses
  std::vector<uint32_t> own;          // addresses of the one who asked; sorted
};

/// What a recording shows.
struct ReplayStatus {
  uint64_t asked = 0, received = 0, malformed = 0, overruns = 0, answered = 0, untested = 0;
  uint32_t responders = 0;
  /// How often every address that stayed silent was asked, at the least; where all answered, any address.
  uint32_t passes = 0;
  double rate = 0;  // questions per second, from the first to the last
};

/// Runs the receiving half of a sweep over what was recorded of it. Where a sender would count a question as
/// queued before it leaves, it counts each that was recorded. One thread.
class Replay {
 public:
  /// @throws std::invalid_argument as TargetSpace does
  explicit Replay(ReplayConfig config);

  /// Takes frames in the order of the recording, those of other links among them.
  void Feed(std::span<const HeardFrame> frames);

  // What follows from the frames so far.
  ReplayStatus Status();
  size_t Read(size_t from, std::span<Record> into);
  std::vector<StrayRecord> Strays();
  std::vector<AddressRange> Untested(size_t limit) const;
  uint32_t RequestsTo(uint32_t address) const;

 private:
  /// A frame without its tag, if that is the one of our questions.
  struct Untagged {
    std::array<uint8_t, HeardFrame::kMostBytes> bytes;
    size_t length = 0;
    std::span<const uint8_t> view() const { return {bytes.data(), length}; }
  };

  void OnFrame(const HeardFrame& frame);
  Untagged WithoutOurTag(const HeardFrame& frame) const;
  bool WasSent(const HeardFrame& frame) const;
  bool ConcernsUs(std::span<const uint8_t> bytes) const;
  void Ask(const ArpFrame& arp, Untagged* frame, int64_t at);
  void AskByBroadcast(uint32_t index);
  void AskByUnicast(const ArpFrame& arp, uint32_t index, Untagged* frame);
  int64_t MonotonicOf(int64_t realtime_ns);
  bool IsUntested(uint32_t index) const { return !state_.Tested(index) && !targets_.IsOwnIndex(index); }
  uint32_t LeastRequests() const;
  Learnt learnt() { return {targets_, table_, matcher_}; }

  const ReplayConfig config_;
  const TargetSpace targets_;
  AddressState state_;
  SendTimes times_;
  ResponderTable table_;
  Counters counters_;
  ReplyMatcher matcher_;
  bool began_ = false;
  int64_t clock_offset_ = 0;  // realtime minus our monotonic time
  int64_t latest_ = 0;
  int64_t first_asked_at_ = 0;
  int64_t last_asked_at_ = 0;
};

}  // namespace arpsweep
