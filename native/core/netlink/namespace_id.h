#pragma once

#include <optional>

namespace arpsweep {

/// The number by which the calling thread's network namespace knows the one that `descriptor` is of
/// (LinkedDevice has such numbers); nothing where it has none for it. Throws SystemError.
std::optional<int> NamespaceId(int descriptor);

}  // namespace arpsweep
