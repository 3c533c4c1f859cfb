#include "core/wire/mac_address.h"

namespace arpsweep {
namespace {

constexpr size_t kTextLength = 17;

std::optional<uint8_t> HexDigit(char c) {
  if (c >= '0' && c <= '9') return static_cast<uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

}  // namespace

std::optional<MacAddress> MacAddress::Parse(std::string_view text) {
  if (text.size() != kTextLength) return std::nullopt;
  MacAddress address;
  for (size_t i = 0; i < address.bytes.size(); ++i) {
    const auto high = HexDigit(text[3 * i]);
    const auto low = HexDigit(text[3 * i + 1]);
    const bool separated = i + 1 == address.bytes.size() || text[3 * i + 2] == ':';
    if (!high || !low || !separated) return std::nullopt;
    address.bytes[i] = static_cast<uint8_t>(*high << 4 | *low);
  }
  return address;
}

std::string MacAddress::ToString() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(kTextLength, ':');
  for (size_t i = 0; i < bytes.size(); ++i) {
    text[3 * i] = kDigits[bytes[i] >> 4];
    text[3 * i + 1] = kDigits[bytes[i] & 0x0f];
  }
  return text;
}

}  // namespace arpsweep
