#pragma once

#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "core/wire/mac_address.h"

namespace arpsweep {

/// Bytes of a netlink datagram. Nothing in this file reads beyond one, whatever the lengths inside it claim.
using NetlinkBytes = std::span<const uint8_t>;

/// One message: its header, and as much behind it as the header's length says.
struct NetlinkMessage {
  nlmsghdr header;
  NetlinkBytes payload;

  /// The error that NLMSG_ERROR or NLMSG_DONE carries, as a positive errno; 0 where it carries none.
  int Error() const;
};

/// Takes the first message off `bytes`; nothing at the end, or where what is left is not a whole message.
std::optional<NetlinkMessage> TakeMessage(NetlinkBytes* bytes);

/// A copy of the structure with which `bytes` begin (they may be unaligned); nothing where they are too
/// short.
template <typename T>
std::optional<T> ReadStruct(NetlinkBytes bytes) {
  static_assert(std::is_trivially_copyable_v<T>);
  if (bytes.size() < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

/// What follows a structure of `size` bytes and the padding behind it.
NetlinkBytes AfterStruct(NetlinkBytes bytes, size_t size);

/// A row of attributes (rtnetlink(7), struct rtattr). One whose length cannot be right ends the row, as it
/// does for the kernel's own parser. Each reader gives nothing where the attribute is absent or has another
/// size.
class Attributes {
 public:
  explicit Attributes(NetlinkBytes bytes) : bytes_(bytes) {}

  std::optional<NetlinkBytes> Find(uint16_t type) const;
  /// The values of an attribute that may stand in the row several times, in their order.
  std::vector<NetlinkBytes> FindAll(uint16_t type) const;
  bool Has(uint16_t type) const { return Find(type).has_value(); }
  /// The attributes inside one, an empty row where it is absent.
  Attributes Nested(uint16_t type) const { return Attributes(Find(type).value_or(NetlinkBytes{})); }

  std::optional<uint8_t> Uint8(uint16_t type) const { return Number<uint8_t>(type); }
  std::optional<uint16_t> Uint16(uint16_t type) const { return Number<uint16_t>(type); }
  std::optional<uint32_t> Uint32(uint16_t type) const { return Number<uint32_t>(type); }
  /// The few 16-bit fields that travel in network byte order, in that of the host.
  std::optional<uint16_t> BigEndian16(uint16_t type) const;
  /// An IPv4 address, in host byte order.
  std::optional<uint32_t> Ipv4(uint16_t type) const;
  /// A hardware address of six bytes; other lengths (InfiniBand, tunnels) are nothing.
  std::optional<MacAddress> Mac(uint16_t type) const;
  /// Text up to the first NUL or the end of the attribute.
  std::optional<std::string> Text(uint16_t type) const;

 private:
  template <typename T>
  std::optional<T> Number(uint16_t type) const {
    const auto value = Find(type);
    return value && value->size() == sizeof(T) ? ReadStruct<T>(*value) : std::nullopt;
  }

  NetlinkBytes bytes_;
};

}  // namespace arpsweep
