#include "core/sweep/target_space.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace arpsweep {

TargetSpace::TargetSpace(std::vector<AddressRange> ranges, std::vector<uint32_t> own)
    : ranges_(std::move(ranges)), own_(std::move(own)) {
  uint64_t size = 0;
  starts_.reserve(ranges_.size());
  for (size_t i = 0; i < ranges_.size(); ++i) {
    if (ranges_[i].first > ranges_[i].last || (i > 0 && ranges_[i].first <= ranges_[i - 1].last)) {
      throw std::invalid_argument("target ranges must be sorted and disjoint");
    }
    starts_.push_back(static_cast<uint32_t>(size));
    size += uint64_t{ranges_[i].last} - ranges_[i].first + 1;
    if (size > kMaxTargets) throw std::invalid_argument("too many targets for one sweep");
  }
  size_ = static_cast<uint32_t>(size);
  if (!std::is_sorted(own_.begin(), own_.end())) throw std::invalid_argument("own addresses must be sorted");
  for (const uint32_t address : own_) {
    const auto index = IndexOf(address);
    if (index && *index < size_) {
      own_targets_.push_back(*index);
    } else if (!index) {
      extra_.push_back(address);
    }
  }
}

uint32_t TargetSpace::AddressAt(uint32_t index) const {
  if (index >= size_) return extra_[index - size_];
  if (ranges_.size() == 1) return ranges_[0].first + index;
  const auto next = std::upper_bound(starts_.begin(), starts_.end(), index);
  const auto range = static_cast<size_t>(next - starts_.begin()) - 1;
  return ranges_[range].first + (index - starts_[range]);
}

std::optional<uint32_t> TargetSpace::IndexOf(uint32_t address) const {
  const auto next = std::upper_bound(ranges_.begin(), ranges_.end(), address,
                                     [](uint32_t a, const AddressRange& range) { return a < range.first; });
  if (next != ranges_.begin()) {
    const AddressRange& range = *(next - 1);
    if (address <= range.last) {
      return starts_[static_cast<size_t>(next - ranges_.begin()) - 1] + (address - range.first);
    }
  }
  const auto extra = std::lower_bound(extra_.begin(), extra_.end(), address);
  if (extra == extra_.end() || *extra != address) return std::nullopt;
  return size_ + static_cast<uint32_t>(extra - extra_.begin());
}

bool TargetSpace::IsOwn(uint32_t address) const {
  return std::binary_search(own_.begin(), own_.end(), address);
}

}  // namespace arpsweep
