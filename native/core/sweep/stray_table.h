#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>

#include "core/wire/mac_address.h"
#include "core/wire/vlan_ids.h"

namespace arpsweep {

/// Frames that concern us though they answer no question: who sent them, for which address, with which tag.
struct Stray {
  enum class Kind : uint8_t {
    kOtherVlan,  ///< An answer to a question of ours, with other tags than the question.
    kReturned,   ///< A question of ours that came back.
    kOurMac,     ///< Anything else whose Ethernet source is our MAC.
  };

  /// What makes two frames the same stray.
  struct Key {
    Kind kind = Kind::kOtherVlan;
    uint32_t ip = 0;  ///< TPA of what came back, SPA of all others.
    MacAddress mac;   ///< SHA.
    VlanIds vlans;

    friend constexpr auto operator<=>(const Key&, const Key&) = default;
  };

  uint32_t count = 0;
  // CLOCK_REALTIME, ns.
  int64_t first_at = 0;
  int64_t last_at = 0;
};

/// Strays in the order of their keys. Whatever others send, it stays small: what comes when it is full is
/// not kept. Receiver only, until the sweep is over.
class StrayTable {
 public:
  static constexpr size_t kMaxStrays = 4096;

  void Note(const Stray::Key& key, int64_t at) {
    auto place = strays_.find(key);
    if (place == strays_.end()) {
      if (strays_.size() == kMaxStrays) return;
      place = strays_.emplace(key, Stray{.first_at = at}).first;
    }
    Stray& stray = place->second;
    ++stray.count;
    stray.last_at = at;
  }

  size_t size() const { return strays_.size(); }
  auto begin() const { return strays_.begin(); }
  auto end() const { return strays_.end(); }

 private:
  std::map<Stray::Key, Stray> strays_;
};

}  // namespace arpsweep
