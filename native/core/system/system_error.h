#pragma once

#include <cstring>
#include <exception>
#include <string>
#include <string_view>

namespace arpsweep {

/// A system call failed. Names the call, so that a report can say what was refused and not only why.
class SystemError : public std::exception {
 public:
  /// `syscall`: as its manual page is called ("sendmmsg"), with the option where one call has many
  /// ("setsockopt PACKET_RX_RING"). `errno_value`: positive, one of errno(3).
  SystemError(std::string_view syscall, int errno_value)
      : syscall_(syscall), message_(syscall_ + ": " + std::strerror(errno_value)), errno_(errno_value) {}

  const char* syscall() const noexcept { return syscall_.c_str(); }
  int errno_value() const noexcept { return errno_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string syscall_;
  std::string message_;
  int errno_;
};

}  // namespace arpsweep
