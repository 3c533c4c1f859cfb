#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "core/system/file_descriptor.h"

namespace arpsweep {

/// Tells threads to end, and wakes those that wait. Once set it stays set.
class StopSignal {
 public:
  StopSignal();

  /// Any thread, any number of times, also after Release.
  void Set();
  bool IsSet() const { return set_.load(std::memory_order_acquire); }

  /// Waits until the monotonic time `until`, or `fd` has one of `events`, or the signal is set.
  void WaitUntil(int64_t until, int fd = -1, short events = 0) const;

  int fd() const { return event_.get(); }

  /// Closes the descriptor, once nothing waits any more.
  void Release();

 private:
  std::mutex release_mutex_;  // between Set and Release
  FileDescriptor event_;
  std::atomic<bool> set_{false};
};

}  // namespace arpsweep
