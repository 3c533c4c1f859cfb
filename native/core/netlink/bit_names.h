#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace arpsweep {

/// The names of the bits that are set, of which the first names bit 0.
inline std::vector<std::string_view> BitNames(uint32_t bits, std::span<const std::string_view> names) {
  std::vector<std::string_view> set;
  for (size_t bit = 0; bit < names.size(); ++bit) {
    if ((bits >> bit & 1) != 0) set.push_back(names[bit]);
  }
  return set;
}

}  // namespace arpsweep
