#pragma once

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/netlink/netlink_message.h"

namespace arpsweep::test {

/// Writes netlink messages as the kernel does, and as it never would. Padding is 0xa5, so that a reader which
/// takes it for content is found out.
class NetlinkBuilder {
 public:
  /// Starts a message; what follows is added to it.
  template <typename Body>
  NetlinkBuilder& Message(uint16_t type, const Body& body, uint32_t sequence = 0, uint16_t flags = 0) {
    start_ = bytes_.size();
    nlmsghdr header{};
    header.nlmsg_type = type;
    header.nlmsg_flags = flags;
    header.nlmsg_seq = sequence;
    Append(header);
    Append(body);
    return Close();
  }

  template <typename T>
  NetlinkBuilder& Attribute(uint16_t type, const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    std::vector<uint8_t> raw(sizeof(T));
    std::memcpy(raw.data(), &value, sizeof(T));
    return Raw(type, raw);
  }

  /// With the final NUL, as the kernel writes names.
  NetlinkBuilder& Text(uint16_t type, std::string_view text) {
    std::vector<uint8_t> raw(text.begin(), text.end());
    raw.push_back(0);
    return Raw(type, raw);
  }

  NetlinkBuilder& Raw(uint16_t type, const std::vector<uint8_t>& value) {
    Append(rtattr{static_cast<unsigned short>(sizeof(rtattr) + value.size()), type});
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    return Close();
  }

  /// The attributes of a builder without a message, as one attribute.
  NetlinkBuilder& Nested(uint16_t type, const NetlinkBuilder& inner) { return Raw(type, inner.bytes_); }

  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  template <typename T>
  void Append(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto* raw = reinterpret_cast<const uint8_t*>(&value);
    bytes_.insert(bytes_.end(), raw, raw + sizeof(T));
  }

  NetlinkBuilder& Close() {
    if (start_ != kNoMessage) {
      const auto length = static_cast<uint32_t>(bytes_.size() - start_);
      std::memcpy(&bytes_[start_], &length, sizeof(length));
    }
    while (bytes_.size() % NLMSG_ALIGNTO != 0) bytes_.push_back(0xa5);
    return *this;
  }

  static constexpr size_t kNoMessage = SIZE_MAX;

  std::vector<uint8_t> bytes_;
  size_t start_ = kNoMessage;
};

/// Its first message. The bytes are the builder's.
inline NetlinkMessage First(const NetlinkBuilder& builder) {
  NetlinkBytes bytes(builder.bytes());
  return TakeMessage(&bytes).value();
}

}  // namespace arpsweep::test
