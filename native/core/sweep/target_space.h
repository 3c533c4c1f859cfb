#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace arpsweep {

/// Inclusive, in host byte order.
struct AddressRange {
  uint32_t first = 0;
  uint32_t last = 0;
};

/// The addresses of a sweep as sorted intervals, numbered 0 … size()-1 in address order. Behind them,
/// numbered on, come our own addresses that are not among the targets: they are probed but never counted.
class TargetSpace {
 public:
  /// More than a /8 by far, and little enough for three bytes an address.
  static constexpr uint64_t kMaxTargets = uint64_t{1} << 26;

  /// `ranges` sorted and disjoint; `own` sorted.
  /// @throws std::invalid_argument where they are not, or are more than kMaxTargets.
  TargetSpace(std::vector<AddressRange> ranges, std::vector<uint32_t> own);

  /// Targets.
  uint32_t size() const { return size_; }
  /// Targets and own addresses outside them.
  uint32_t capacity() const { return size_ + static_cast<uint32_t>(extra_.size()); }
  const std::vector<uint32_t>& own() const { return own_; }

  uint32_t AddressAt(uint32_t index) const;
  std::optional<uint32_t> IndexOf(uint32_t address) const;
  bool IsOwn(uint32_t address) const;
  /// IsOwn(AddressAt(index)), at next to no cost: there may be sixteen million to ask for.
  bool IsOwnIndex(uint32_t index) const {
    if (index >= size_) return true;
    return !own_targets_.empty() && std::binary_search(own_targets_.begin(), own_targets_.end(), index);
  }

 private:
  std::vector<AddressRange> ranges_;
  std::vector<uint32_t> starts_;  // index of each range's first address
  std::vector<uint32_t> own_;
  std::vector<uint32_t> extra_;
  std::vector<uint32_t> own_targets_;  // indexes of own addresses that are among the targets; as a rule none
  uint32_t size_ = 0;
};

/// At most `limit` ranges that cover the given ones, which are sorted: those with the least between them are
/// joined. 0 is no limit.
template <typename Range>
std::vector<Range> JoinNearest(std::vector<Range> ranges, size_t limit) {
  if (limit == 0 || ranges.size() <= limit) return ranges;
  std::vector<uint32_t> gaps;
  gaps.reserve(ranges.size() - 1);
  for (size_t i = 1; i < ranges.size(); ++i) gaps.push_back(ranges[i].first - ranges[i - 1].last);
  size_t to_join = ranges.size() - limit;
  const auto widest = gaps.begin() + static_cast<ptrdiff_t>(to_join) - 1;
  std::nth_element(gaps.begin(), widest, gaps.end());
  const uint32_t most = *widest;

  std::vector<Range> joined;
  joined.reserve(limit);
  for (const Range& range : ranges) {
    if (!joined.empty() && to_join > 0 && range.first - joined.back().last <= most) {
      joined.back().last = range.last;
      --to_join;
    } else {
      joined.push_back(range);
    }
  }
  return joined;
}

}  // namespace arpsweep
