#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "core/system/file_descriptor.h"

namespace arpsweep {

/// Opens the file that stands for a network namespace (namespaces(7)), such as `/run/netns/NAME` or
/// `/proc/PID/ns/net`. Throws SystemError.
FileDescriptor OpenNetworkNamespace(const std::string& path);

/// A network namespace by the name that it was reached by. Sockets keep a namespace, and what is in it, alive
/// when its name is gone, and with it everybody's way to it: only the name tells that it was deleted.
class NamedNamespace {
 public:
  /// An empty path stands for the caller's own, which is never gone.
  explicit NamedNamespace(std::string path);

  bool IsGone() const;

 private:
  std::string path_;
  // What tells one file from another (stat(2)).
  std::optional<std::pair<dev_t, ino_t>> identity_;
};

/// Runs `body` in the network namespace of that file, or in the caller's own where the path is empty, and
/// throws what it throws. A thread of its own goes there and ends with it, so that nothing else of the
/// process moves; sockets that it opens stay where they were opened. Throws SystemError; setns needs
/// CAP_SYS_ADMIN.
void RunInNetworkNamespace(const std::string& path, const std::function<void()>& body);

}  // namespace arpsweep
