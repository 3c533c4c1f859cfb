#include "core/netlink/sent_frames.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <cerrno>
#include <cstddef>

#include "core/system/system_error.h"

namespace arpsweep {

std::optional<uint64_t> ParseSentFrames(const NetlinkMessage& message) {
  if (message.header.nlmsg_type != RTM_NEWLINK) return std::nullopt;
  const Attributes attributes(AfterStruct(message.payload, sizeof(ifinfomsg)));
  const auto statistics = attributes.Find(IFLA_STATS64);
  // Kernels append counters to it.
  constexpr size_t kOffset = offsetof(rtnl_link_stats64, tx_packets);
  if (!statistics || statistics->size() < kOffset) return std::nullopt;
  return ReadStruct<uint64_t>(statistics->subspan(kOffset));
}

SentFrames::SentFrames(int ifindex) : ifindex_(ifindex), before_(Query()) {}

std::optional<uint64_t> SentFrames::Count() {
  const auto now = Query();
  if (!now || !before_ || *now < *before_) return std::nullopt;
  return *now - *before_;
}

std::optional<uint64_t> SentFrames::Query() {
  ifinfomsg request{};
  request.ifi_index = ifindex_;
  std::optional<uint64_t> sent;
  try {
    queries_.Get(RTM_GETLINK, "RTM_GETLINK", request,
                 [&sent](const NetlinkMessage& message) { sent = ParseSentFrames(message); });
  } catch (const SystemError& error) {
    if (error.errno_value() != ENODEV) throw;
  }
  return sent;
}

}  // namespace arpsweep
