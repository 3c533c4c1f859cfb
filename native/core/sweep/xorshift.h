#pragma once

#include <cstdint>

namespace arpsweep {

/// xorshift64 (Marsaglia, 2003): chance that is cheap and can be repeated, and nothing more.
class Xorshift64 {
 public:
  explicit Xorshift64(uint64_t seed) : state_(seed | 1) {}

  /// 32 bits, the better ones.
  uint32_t Next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<uint32_t>(state_ >> 32);
  }
  /// Less than `below`.
  uint32_t Below(uint32_t below) { return static_cast<uint32_t>(uint64_t{Next()} * below >> 32); }
  /// True in that share of cases.
  bool Happens(double share) {
    return static_cast<double>(Next() >> 8) < share * static_cast<double>(1 << 24);
  }

 private:
  uint64_t state_;
};

}  // namespace arpsweep
