#include "core/system/stop_signal.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "core/system/clock.h"
#include "core/system/system_error.h"

namespace arpsweep {

StopSignal::StopSignal() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_) throw SystemError("eventfd", errno);
}

void StopSignal::Set() {
  set_.store(true, std::memory_order_release);
  const std::lock_guard lock(release_mutex_);
  if (!event_) return;
  const uint64_t one = 1;
  // Fails only where the counter is full, and then whoever waits is awake.
  [[maybe_unused]] const ssize_t written = write(event_.get(), &one, sizeof(one));
}

void StopSignal::Release() {
  const std::lock_guard lock(release_mutex_);
  event_ = FileDescriptor();
}

void StopSignal::WaitUntil(int64_t until, int fd, short events) const {
  const int64_t left = std::max<int64_t>(until - MonotonicNs(), 0);
  const timespec timeout{.tv_sec = left / kNanosecondsPerSecond, .tv_nsec = left % kNanosecondsPerSecond};
  pollfd waits[] = {{event_.get(), POLLIN, 0}, {fd, events, 0}};  // poll(2) passes over a negative descriptor
  ppoll(waits, 2, &timeout, nullptr);
}

}  // namespace arpsweep
