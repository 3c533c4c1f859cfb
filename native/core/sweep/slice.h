#pragma once

#include <cstdint>

namespace arpsweep {

/// Positions first … last-1 of an order.
struct Slice {
  uint32_t first = 0;
  uint32_t last = 0;

  uint32_t size() const { return last - first; }
  bool operator==(const Slice&) const = default;
};

}  // namespace arpsweep
