#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace arpsweep {

/// A vector whose elements never move. One thread appends; others may read the elements below size()
/// meanwhile (and of an element, what is not written after it was appended, or is atomic).
template <typename T, size_t kMaxSize, size_t kChunk = 4096>
class StableVector {
 public:
  size_t size() const { return size_.load(std::memory_order_acquire); }

  T& operator[](size_t i) { return chunks_[i / kChunk][i % kChunk]; }
  const T& operator[](size_t i) const { return chunks_[i / kChunk][i % kChunk]; }

  /// Makes room for one element and lets `initialize` fill it before anybody can see it.
  /// @returns the element, or nullptr where the vector is full.
  template <typename Initialize>
  T* Append(Initialize initialize) {
    const size_t size = size_.load(std::memory_order_relaxed);
    if (size == kMaxSize) return nullptr;
    auto& chunk = chunks_[size / kChunk];
    if (!chunk) chunk = std::make_unique<T[]>(kChunk);
    T& element = chunk[size % kChunk];
    initialize(element);
    size_.store(size + 1, std::memory_order_release);
    return &element;
  }

 private:
  std::array<std::unique_ptr<T[]>, (kMaxSize + kChunk - 1) / kChunk> chunks_;
  std::atomic<size_t> size_{0};
};

}  // namespace arpsweep
