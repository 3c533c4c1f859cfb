#include "core/netlink/netlink_message.h"

#include <linux/rtnetlink.h>

#include <algorithm>

#include "core/wire/byte_order.h"

namespace arpsweep {
namespace {

// Messages and attributes are padded to four bytes; the last one may lack its padding.
static_assert(NLMSG_ALIGNTO == 4 && RTA_ALIGNTO == 4);

NetlinkBytes AfterPadded(NetlinkBytes bytes, size_t length) {
  const size_t padded = (length + 3) & ~size_t{3};
  return bytes.subspan(std::min(padded, bytes.size()));
}

struct Attribute {
  uint16_t type;
  NetlinkBytes value;
};

// Takes the first attribute off `rest`; nothing at the end of the row.
std::optional<Attribute> TakeAttribute(NetlinkBytes* rest) {
  const auto header = ReadStruct<rtattr>(*rest);
  if (!header || header->rta_len < sizeof(rtattr) || header->rta_len > rest->size()) return std::nullopt;
  // Newer kernels mark nested and big-endian attributes in the two upper bits of the type.
  const Attribute attribute{static_cast<uint16_t>(header->rta_type & NLA_TYPE_MASK),
                            rest->subspan(sizeof(rtattr), header->rta_len - sizeof(rtattr))};
  *rest = AfterPadded(*rest, header->rta_len);
  return attribute;
}

}  // namespace

int NetlinkMessage::Error() const {
  const auto error = ReadStruct<int32_t>(payload);
  // INT32_MIN has no positive counterpart, and is no errno either.
  return error && *error < 0 && *error > INT32_MIN ? -*error : 0;
}

std::optional<NetlinkMessage> TakeMessage(NetlinkBytes* bytes) {
  const auto header = ReadStruct<nlmsghdr>(*bytes);
  if (!header || header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > bytes->size())
    return std::nullopt;
  const NetlinkMessage message{*header,
                               bytes->subspan(sizeof(nlmsghdr), header->nlmsg_len - sizeof(nlmsghdr))};
  *bytes = AfterPadded(*bytes, header->nlmsg_len);
  return message;
}

NetlinkBytes AfterStruct(NetlinkBytes bytes, size_t size) {
  return AfterPadded(bytes, size);
}

std::optional<NetlinkBytes> Attributes::Find(uint16_t type) const {
  NetlinkBytes rest = bytes_;
  while (const auto attribute = TakeAttribute(&rest)) {
    if (attribute->type == type) return attribute->value;
  }
  return std::nullopt;
}

std::vector<NetlinkBytes> Attributes::FindAll(uint16_t type) const {
  std::vector<NetlinkBytes> values;
  NetlinkBytes rest = bytes_;
  while (const auto attribute = TakeAttribute(&rest)) {
    if (attribute->type == type) values.push_back(attribute->value);
  }
  return values;
}

std::optional<uint16_t> Attributes::BigEndian16(uint16_t type) const {
  const auto value = Find(type);
  if (!value || value->size() != sizeof(uint16_t)) return std::nullopt;
  return LoadBigEndian16(value->data());
}

std::optional<uint32_t> Attributes::Ipv4(uint16_t type) const {
  const auto value = Find(type);
  if (!value || value->size() != sizeof(uint32_t)) return std::nullopt;
  return LoadBigEndian32(value->data());
}

std::optional<MacAddress> Attributes::Mac(uint16_t type) const {
  const auto value = Find(type);
  MacAddress address;
  if (!value || value->size() != address.bytes.size()) return std::nullopt;
  std::copy(value->begin(), value->end(), address.bytes.begin());
  return address;
}

std::optional<std::string> Attributes::Text(uint16_t type) const {
  const auto value = Find(type);
  if (!value) return std::nullopt;
  return std::string(value->begin(), std::find(value->begin(), value->end(), uint8_t{0}));
}

}  // namespace arpsweep
