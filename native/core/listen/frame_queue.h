#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "core/listen/heard_frame.h"

namespace arpsweep {

/// What was heard and not yet fetched: bounded, for one writing and one reading thread. What finds no room is
/// counted and lost, so that a reader who stops costs no memory.
class FrameQueue {
 public:
  explicit FrameQueue(size_t capacity) : frames_(capacity) {}

  /// @returns whether there was room.
  bool Push(const HeardFrame& frame) {
    const uint64_t written = written_.load(std::memory_order_relaxed);
    if (written - read_.load(std::memory_order_acquire) == frames_.size()) {
      overruns_.fetch_add(1, std::memory_order_relaxed);
      return false;
    }
    frames_[written % frames_.size()] = frame;
    written_.store(written + 1, std::memory_order_release);
    return true;
  }

  /// Takes the oldest frames. @returns how many.
  size_t Take(std::span<HeardFrame> into) {
    const uint64_t read = read_.load(std::memory_order_relaxed);
    const uint64_t there = written_.load(std::memory_order_acquire) - read;
    const auto count = static_cast<size_t>(std::min<uint64_t>(there, into.size()));
    for (size_t i = 0; i < count; ++i) into[i] = frames_[(read + i) % frames_.size()];
    read_.store(read + count, std::memory_order_release);
    return count;
  }

  uint64_t written() const { return written_.load(std::memory_order_relaxed); }
  uint64_t overruns() const { return overruns_.load(std::memory_order_relaxed); }

 private:
  std::vector<HeardFrame> frames_;
  std::atomic<uint64_t> written_{0};
  std::atomic<uint64_t> read_{0};
  std::atomic<uint64_t> overruns_{0};
};

}  // namespace arpsweep
