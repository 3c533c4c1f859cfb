#include "core/sweep/part.h"

#include <stdexcept>
#include <utility>

namespace arpsweep {

Part::Part(const TargetSpace& targets, uint64_t seed, bool sequential,
           std::optional<std::vector<Slice>> slices)
    : permutation_(targets.size(), seed, sequential),
      slices_(slices ? std::move(*slices) : std::vector<Slice>{{0, targets.size()}}) {
  uint32_t end = 0;
  for (const Slice& slice : slices_) {
    if (slice.first < end || slice.last < slice.first || slice.last > targets.size()) {
      throw std::invalid_argument("slices must be sorted, disjoint and within the targets");
    }
    end = slice.last;
    starts_.push_back(size_);
    size_ += slice.size();
  }
  for (const uint32_t address : targets.own()) {
    const auto index = targets.IndexOf(address);
    if (index && *index < targets.size() && Holds(*index)) ++own_;
  }
}

uint32_t Part::IndexAt(uint32_t place) const {
  if (slices_.size() == 1) return permutation_.At(slices_[0].first + place);
  const auto next = std::upper_bound(starts_.begin(), starts_.end(), place);
  const auto slice = static_cast<size_t>(next - starts_.begin()) - 1;
  return permutation_.At(slices_[slice].first + (place - starts_[slice]));
}

bool Part::Holds(uint32_t index) const {
  if (is_whole()) return index < size_;
  if (index >= permutation_.size()) return false;
  const uint32_t position = permutation_.PositionOf(index);
  const auto next = std::upper_bound(slices_.begin(), slices_.end(), position,
                                     [](uint32_t p, const Slice& slice) { return p < slice.first; });
  return next != slices_.begin() && position < (next - 1)->last;
}

}  // namespace arpsweep
