#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace arpsweep {

/// A seeded order over the numbers 0 … size-1 without a table: a Feistel network over the smallest power of
/// two that holds them, walked until it lands inside (Black and Rogaway, "Ciphers with Arbitrary Finite
/// Domains", 2002). Random order keeps neighbours in the range from being asked at once, so that no host,
/// switch buffer or subnet sees the whole rate.
class Permutation {
 public:
  Permutation(uint32_t size, uint64_t seed, bool sequential)
      : size_(size), sequential_(sequential || size < 2) {
    const int bits = sequential_ ? 2 : std::max(2, static_cast<int>(std::bit_width(size - 1)));
    low_bits_ = bits / 2;
    low_mask_ = (uint32_t{1} << low_bits_) - 1;
    high_mask_ = (uint32_t{1} << (bits - low_bits_)) - 1;
    for (auto& key : keys_) {
      seed += 0x9e3779b97f4a7c15;
      key = static_cast<uint32_t>(Mix(seed));
    }
  }

  uint32_t size() const { return size_; }

  /// The `position`-th number, for position < size().
  uint32_t At(uint32_t position) const {
    if (sequential_) return position;
    uint32_t value = position;
    do {
      value = Encrypt(value);
    } while (value >= size_);
    return value;
  }

  /// Where a number stands, for number < size(): At(PositionOf(number)) == number.
  uint32_t PositionOf(uint32_t number) const {
    if (sequential_) return number;
    uint32_t value = number;
    do {
      value = Decrypt(value);
    } while (value >= size_);
    return value;
  }

 private:
  static constexpr int kRounds = 4;

  // Finalizer of SplitMix64 (Steele, Lea and Flood, 2014).
  static constexpr uint64_t Mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }

  // Finalizer of MurmurHash3, 32 bits.
  static constexpr uint32_t Round(uint32_t half, uint32_t key) {
    uint32_t x = half ^ key;
    x = (x ^ (x >> 16)) * 0x85ebca6b;
    x = (x ^ (x >> 13)) * 0xc2b2ae35;
    return x ^ (x >> 16);
  }

  uint32_t Encrypt(uint32_t value) const {
    uint32_t low = value & low_mask_;
    uint32_t high = value >> low_bits_;
    for (int i = 0; i < kRounds; i += 2) {
      high ^= Round(low, keys_[i]) & high_mask_;
      low ^= Round(high, keys_[i + 1]) & low_mask_;
    }
    return high << low_bits_ | low;
  }

  uint32_t Decrypt(uint32_t value) const {
    uint32_t low = value & low_mask_;
    uint32_t high = value >> low_bits_;
    for (int i = kRounds; i > 0; i -= 2) {
      low ^= Round(high, keys_[i - 1]) & low_mask_;
      high ^= Round(low, keys_[i - 2]) & high_mask_;
    }
    return high << low_bits_ | low;
  }

  uint32_t size_;
  bool sequential_;
  int low_bits_ = 1;
  uint32_t low_mask_ = 0;
  uint32_t high_mask_ = 0;
  uint32_t keys_[kRounds] = {};
};

}  // namespace arpsweep
