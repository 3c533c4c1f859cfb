#include "core/system/network_namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#include <cerrno>
#include <exception>
#include <system_error>
#include <thread>

#include "core/system/blocked_signals.h"
#include "core/system/system_error.h"

namespace arpsweep {

FileDescriptor OpenNetworkNamespace(const std::string& path) {
  // Without waiting, should it be a FIFO by mistake.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) throw SystemError("open", errno);
  return FileDescriptor(fd);
}

namespace {

std::optional<std::pair<dev_t, ino_t>> IdentityOf(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return std::pair{status.st_dev, status.st_ino};
}

}  // namespace

NamedNamespace::NamedNamespace(std::string path) : path_(std::move(path)) {
  if (!path_.empty()) identity_ = IdentityOf(path_);
}

bool NamedNamespace::IsGone() const {
  return !path_.empty() && IdentityOf(path_) != identity_;
}

void RunInNetworkNamespace(const std::string& path, const std::function<void()>& body) {
  if (path.empty()) {
    body();
    return;
  }
  const FileDescriptor target = OpenNetworkNamespace(path);
  std::exception_ptr failure;
  const auto visit = [&] {
    try {
      if (setns(target.get(), CLONE_NEWNET) != 0) throw SystemError("setns", errno);
      body();
    } catch (...) {
      failure = std::current_exception();
    }
  };
  try {
    const BlockedSignals blocked;
    std::thread(visit).join();
  } catch (const std::system_error& error) {
    throw SystemError("pthread_create", error.code().value());
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace arpsweep
