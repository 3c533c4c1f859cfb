#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/wire/arp.h"

namespace arpsweep {

/// The VLANs that a frame is in, the outer one first. A tag with VID 0 says a priority and nothing else
/// (802.1Q): it equals none, and so does 0 here.
struct VlanIds {
  /// One tag that the kernel moved out of the data, and two that stay in it.
  std::array<uint16_t, 3> ids{};

  static constexpr VlanIds Of(std::span<const VlanTag> tags, uint16_t moved_out = 0) {
    VlanIds vlans;
    size_t count = 0;
    if (moved_out != 0) vlans.ids[count++] = moved_out;
    for (const VlanTag& tag : tags) {
      if (tag.Id() != 0 && count < vlans.ids.size()) vlans.ids[count++] = tag.Id();
    }
    return vlans;
  }

  constexpr uint16_t outer() const { return ids[0]; }
  constexpr uint16_t inner() const { return ids[1]; }

  friend constexpr auto operator<=>(const VlanIds&, const VlanIds&) = default;
};

}  // namespace arpsweep
