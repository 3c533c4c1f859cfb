#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "core/sweep/record.h"
#include "core/sweep/reply_matcher.h"

namespace arpsweep {

/// What the receiving half of a sweep has learnt, of the wire or of a recording.
struct Learnt {
  const TargetSpace& targets;
  ResponderTable& table;
  ReplyMatcher& matcher;
};

/// Packs responders from the `from`-th on: as they stand where nothing more is to come, otherwise as they
/// were first heard. @returns how many
size_t ReadResponders(const Learnt& learnt, size_t from, bool final, std::span<Record> into);

/// Packs what concerned us and answered no question. Only when nothing more is to come.
std::vector<StrayRecord> PackStrays(const Learnt& learnt);

/// Targets by what is known of their index, in order. Beyond `limit` ranges those with the least between them
/// are joined.
template <typename Predicate>
std::vector<AddressRange> TargetsThat(const TargetSpace& targets, size_t limit, Predicate holds) {
  std::vector<AddressRange> ranges;
  for (uint32_t index = 0; index < targets.size(); ++index) {
    if (!holds(index)) continue;
    const uint32_t address = targets.AddressAt(index);
    if (!ranges.empty() && ranges.back().last + 1 == address) {
      ranges.back().last = address;
    } else {
      ranges.push_back({address, address});
    }
  }
  return JoinNearest(std::move(ranges), limit);
}

}  // namespace arpsweep
