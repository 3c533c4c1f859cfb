#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/sweep/permutation.h"
#include "core/sweep/slice.h"
#include "core/sweep/target_space.h"

namespace arpsweep {

/// The part of its targets that a sweep asks: slices of one permutation of them all. Sweeps with other slices
/// have no address in common, wherever they run: where a target stands depends on the targets and the seed
/// alone, and our own addresses have their places as well, though nobody asks for them.
class Part {
 public:
  /// `slices`: sorted, disjoint and within the targets; none: all of these.
  /// @throws std::invalid_argument where they are not.
  Part(const TargetSpace& targets, uint64_t seed, bool sequential, std::optional<std::vector<Slice>> slices);

  /// Targets, our own addresses among them.
  uint32_t size() const { return size_; }
  /// Targets that are to be asked.
  uint32_t foreign() const { return size_ - own_; }

  bool is_whole() const { return size_ == permutation_.size(); }

  /// The target at a place of the part, for place < size(), in the order of the permutation.
  uint32_t IndexAt(uint32_t place) const;
  bool Holds(uint32_t index) const;

  /// At most `limit` slices of the permutation that cover the targets that `is_meant`, and as little else as
  /// may be. From the place `rest` on all are meant.
  template <typename Predicate>
  std::vector<Slice> Cover(size_t limit, uint32_t rest, const Predicate& is_meant) const {
    std::vector<Slice> found;
    const auto add = [&found](const Slice& slice) {
      if (slice.size() == 0) return;
      if (!found.empty() && found.back().last == slice.first) {
        found.back().last = slice.last;
      } else {
        found.push_back(slice);
      }
    };
    for (size_t i = 0; i < slices_.size(); ++i) {
      const Slice& slice = slices_[i];
      const uint32_t end = slice.first + std::min(slice.size(), rest - std::min(rest, starts_[i]));
      for (uint32_t position = slice.first; position < end; ++position) {
        if (is_meant(permutation_.At(position))) add({position, position + 1});
      }
      add({end, slice.last});
    }
    return JoinNearest(std::move(found), limit);
  }

 private:
  Permutation permutation_;
  std::vector<Slice> slices_;
  std::vector<uint32_t> starts_;  // place of each slice's first target
  uint32_t size_ = 0;
  uint32_t own_ = 0;
};

}  // namespace arpsweep
