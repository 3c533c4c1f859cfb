#pragma once

#include <functional>
#include <string>

#include "core/system/file_descriptor.h"

namespace arpsweep {

/// Opens the file that stands for a network namespace (namespaces(7)), such as `/run/netns/NAME` or
/// `/proc/PID/ns/net`. Throws SystemError.
FileDescriptor OpenNetworkNamespace(const std::string& path);

/// Runs `body` in the network namespace of that file, or in the caller's own where the path is empty, and
/// throws what it throws. A thread of its own goes there and ends with it, so that nothing else of the
/// process moves; sockets that it opens stay where they were opened. Throws SystemError; setns needs
/// CAP_SYS_ADMIN.
void RunInNetworkNamespace(const std::string& path, const std::function<void()>& body);

}  // namespace arpsweep
