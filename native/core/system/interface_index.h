#pragma once

#include <net/if.h>

#include <cerrno>
#include <string>

#include "core/system/system_error.h"

namespace arpsweep {

/// The index of an interface in the network namespace of the calling thread. Throws SystemError.
inline int InterfaceIndex(const std::string& interface) {
  const unsigned index = if_nametoindex(interface.c_str());
  if (index == 0) throw SystemError("if_nametoindex", errno);
  return static_cast<int>(index);
}

}  // namespace arpsweep
