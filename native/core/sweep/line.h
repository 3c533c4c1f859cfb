#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <span>

namespace arpsweep {

/// The link and the time as the sending side of a sweep sees them: the kernel's, or a simulation's.
class Line {
 public:
  virtual ~Line() = default;

  /// Monotonic ns.
  virtual int64_t Now() const = 0;
  /// Hands frames over without waiting. @returns how many were taken, or -errno where none was.
  virtual int Send(std::span<mmsghdr> frames) = 0;
  /// Waits until then, or until the sweep is stopped.
  virtual void WaitUntil(int64_t until) const = 0;
  /// Waits until there is room for frames again; no longer than until then, or until the sweep is stopped.
  virtual void WaitForRoom(int64_t until) const = 0;
  virtual bool IsStopped() const = 0;
  /// Whatever had arrived by this monotonic time has been read: silence since then may be our own lateness.
  virtual int64_t HeardUntil() const = 0;
};

}  // namespace arpsweep
