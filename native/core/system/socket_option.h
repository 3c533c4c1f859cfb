#pragma once

#include <sys/socket.h>

#include <cerrno>

#include "core/system/system_error.h"

namespace arpsweep {

/// setsockopt(2). `name` says which option was refused. @throws SystemError
template <typename T>
void SetOption(int fd, int level, int option, const T& value, const char* name) {
  if (setsockopt(fd, level, option, &value, sizeof(value)) != 0) throw SystemError(name, errno);
}

}  // namespace arpsweep
