#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace arpsweep {

/// An IEEE 802 MAC address, in the order in which its bytes are sent.
struct MacAddress {
  std::array<uint8_t, 6> bytes{};

  /// Reads `aa:bb:cc:dd:ee:ff`, in either case; nothing else is a MAC address here.
  static std::optional<MacAddress> Parse(std::string_view text);

  /// The inverse of ToKey; bits above the 48th are ignored.
  static constexpr MacAddress FromKey(uint64_t key) {
    MacAddress address;
    for (size_t i = 0; i < address.bytes.size(); ++i) {
      address.bytes[i] = static_cast<uint8_t>(key >> (8 * (address.bytes.size() - 1 - i)));
    }
    return address;
  }

  /// The address as a 48-bit number that sorts as the bytes do: a key for tables, not well mixed.
  constexpr uint64_t ToKey() const {
    uint64_t key = 0;
    for (const uint8_t byte : bytes) key = key << 8 | byte;
    return key;
  }

  /// `aa:bb:cc:dd:ee:ff`, lower case.
  std::string ToString() const;

  /// The group bit (IEEE 802, 8.2): broadcast counts as multicast. Never right in a source or an SHA.
  constexpr bool IsMulticast() const { return (bytes[0] & 0x01) != 0; }

  friend constexpr bool operator==(const MacAddress&, const MacAddress&) = default;
  friend constexpr auto operator<=>(const MacAddress&, const MacAddress&) = default;
};

inline constexpr MacAddress kBroadcastMac{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

}  // namespace arpsweep
