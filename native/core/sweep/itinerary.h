#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "core/sweep/slice.h"

namespace arpsweep {

/// What of a pass is still to be asked, and which part was asked when: where questions turn out to have been
/// lost, what was sent with them goes back to what is to be asked. A slice is vouched for once it is known
/// that no more of it was lost than is ordinary on this wire. Any thread.
class Itinerary {
 public:
  /// A slice under way.
  struct Leg {
    Slice slice;
    uint64_t number = 0;
  };

  /// Begins a pass over so many positions.
  void Begin(uint32_t positions);

  /// Takes the next slice of at most `most` positions, to be asked from `now` on at `rate` frames per second.
  std::optional<Leg> Take(uint32_t most, int64_t now, double rate);
  /// All of a leg was handed to the kernel.
  void Finish(const Leg& leg, int64_t now);

  /// What was sent by `time`, at most at `rate`, was lost no more than usual.
  void Vouch(int64_t time, double rate);
  /// Puts back all that nobody vouched for. @returns how many positions.
  uint64_t RepeatDoubtful();
  /// Puts back what was being sent between two times, vouched for or not. `for_naught`: none of it can have
  /// arrived. @returns how many positions.
  uint64_t RepeatSent(int64_t from, int64_t to, bool for_naught);

  /// Positions that were taken in this pass, repeated ones included.
  uint64_t taken() const;
  /// End of what was taken of this pass; repeated or not.
  uint32_t furthest() const;
  /// Positions that are to be asked.
  uint64_t left() const;
  /// What was asked for naught and has not been asked again.
  std::vector<Slice> AskedForNaught() const;

 private:
  /// What is older is not told by time any more: faults are noticed within a second or two.
  static constexpr int64_t kKeptNs = 6'000'000'000;

  struct Stretch {
    Slice slice;
    bool for_naught = false;
  };
  struct Entry {
    Slice slice;
    double rate = 0;
    int64_t begun_at = 0;
    int64_t ended_at = INT64_MAX;
    bool vouched = false;
  };

  void Forget(int64_t now);
  uint64_t Repeat(Entry& entry, bool for_naught);

  mutable std::mutex mutex_;
  std::deque<Stretch> ahead_;
  std::deque<Entry> behind_;
  uint64_t first_number_ = 0;        // of behind_.front()
  std::vector<Entry> old_doubtful_;  // too old to be told by time, joined
  uint64_t taken_ = 0;
  uint32_t furthest_ = 0;
};

}  // namespace arpsweep
