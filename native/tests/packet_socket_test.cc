// What a receiving socket hands over, out of a ring as out of its own queue, against a running kernel.

#include "core/system/packet_socket.h"

#include <doctest/doctest.h>
#include <net/if.h>
#include <poll.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <vector>

#include "core/system/clock.h"
#include "core/wire/bpf_filter.h"
#include "frame_catalogue.h"
#include "lab.h"

namespace arpsweep::test {
namespace {

constexpr int64_t kPatienceNs = 5 * kNanosecondsPerSecond;
constexpr size_t kSomeRing = size_t{1} << 19;

struct Seen {
  std::vector<uint8_t> bytes;
  bool outgoing = false;
  uint16_t vlan_id = 0;
  int64_t realtime_ns = 0;
  bool stamped = false;
};

int IndexOf(const char* interface) {
  return static_cast<int>(if_nametoindex(interface));
}

void Send(SendSocket& socket, std::vector<uint8_t> frame) {
  iovec vector{frame.data(), frame.size()};
  mmsghdr message{};
  message.msg_hdr.msg_iov = &vector;
  message.msg_hdr.msg_iovlen = 1;
  REQUIRE(socket.Send({&message, 1}) == 1);
}

// Reads until `enough`, or for as long as patience lasts.
std::vector<Seen> ReadUntil(ReceiveSocket& socket,
                            const std::function<bool(const std::vector<Seen>&)>& enough) {
  std::vector<Seen> seen;
  for (const int64_t until = MonotonicNs() + kPatienceNs; !enough(seen) && MonotonicNs() < until;) {
    pollfd ready{socket.fd(), POLLIN, 0};
    poll(&ready, 1, 10);
    while (socket.Read([&seen](const ReceivedFrame& frame) {
      seen.push_back({{frame.bytes.begin(), frame.bytes.end()},
                      frame.outgoing,
                      frame.vlan_id,
                      frame.realtime_ns,
                      frame.stamped});
    })) {
    }
  }
  return seen;
}

std::vector<uint8_t> ReplyToUs(uint32_t serial) {
  std::vector<uint8_t> frame(42);
  EmitArp(Says(ARPOP_REPLY, kOurMac, kTheirMac, kTheirMac, serial, kOurMac, kOurIp), frame);
  return frame;
}

std::vector<uint8_t> RequestOfOurs() {
  std::vector<uint8_t> frame(42);
  EmitArp(Says(ARPOP_REQUEST, kBroadcastMac, kOurMac, kOurMac, kOurIp, {}, kTheirIp), frame);
  return frame;
}

// As 802.1Q puts it between the addresses and the type.
std::vector<uint8_t> Tagged(std::vector<uint8_t> frame, uint16_t vlan_id) {
  const std::array<uint8_t, 4> tag{0x81, 0x00, static_cast<uint8_t>(vlan_id >> 8),
                                   static_cast<uint8_t>(vlan_id)};
  frame.insert(frame.begin() + 12, tag.begin(), tag.end());
  return frame;
}

// A link that has just been set up drops what is sent, at either end, until the kernel has got round to
// activating it; and it begins to stamp frames in its own time. The frames sent meanwhile are told by serial
// 0.
void AwaitLink(SendSocket& ours, SendSocket& theirs, ReceiveSocket& near, bool outgoing) {
  const auto seen = ReadUntil(near, [&](const std::vector<Seen>& all) {
    const auto came = [&all](bool out) {
      return std::any_of(all.begin(), all.end(),
                         [out](const Seen& frame) { return frame.outgoing == out && frame.stamped; });
    };
    if (came(false) && (came(true) || !outgoing)) return true;
    Send(ours, RequestOfOurs());
    Send(theirs, ReplyToUs(0));
    return false;
  });
  REQUIRE_FALSE(seen.empty());
}

TEST_CASE("frames come whole, with their direction, their tag and the kernel's own time" * NeedsLab()) {
  const VethPair link("packet0", "packet1");
  ReceiveSocket near(IndexOf("packet0"), BuildSweepFilter(kOurMac, kOurMac), true);
  SUBCASE("out of a ring") {
    near.Listen(kSomeRing);
  }
  SUBCASE("out of the socket's queue") {
    near.Listen(0);
  }
  SendSocket ours(IndexOf("packet0"));
  SendSocket theirs(IndexOf("packet1"));
  AwaitLink(ours, theirs, near, true);

  const int64_t before = RealtimeNs();
  Send(ours, RequestOfOurs());
  Send(theirs, ReplyToUs(1));
  Send(theirs, Tagged(ReplyToUs(2), 7));
  Send(theirs, ReplyToUs(3));
  const int64_t after = RealtimeNs();
  const auto is_new = [before](const Seen& frame) { return frame.realtime_ns >= before; };
  std::vector<Seen> seen = ReadUntil(
      near, [&](const std::vector<Seen>& all) { return std::count_if(all.begin(), all.end(), is_new) == 4; });
  std::erase_if(seen, [&](const Seen& frame) { return !is_new(frame); });

  REQUIRE(seen.size() == 4);
  CHECK(seen[0].bytes == RequestOfOurs());
  CHECK(seen[0].outgoing);
  for (size_t i = 1; i < 4; ++i) {
    CHECK(seen[i].bytes == ReplyToUs(static_cast<uint32_t>(i)));
    CHECK_FALSE(seen[i].outgoing);
    CHECK(seen[i].vlan_id == (i == 2 ? 7 : 0));
  }
  for (const Seen& frame : seen) {
    CHECK(frame.stamped);
    CHECK(frame.realtime_ns <= after);
  }
  CHECK(near.TakeDrops() == 0);
}

TEST_CASE("our own frames do not come where nobody asked for them" * NeedsLab()) {
  const VethPair link("packet0", "packet1");
  ReceiveSocket near(IndexOf("packet0"), BuildSweepFilter(kOurMac, kOurMac), false);
  near.Listen(0);
  SendSocket ours(IndexOf("packet0"));
  SendSocket theirs(IndexOf("packet1"));
  AwaitLink(ours, theirs, near, false);
  Send(ours, RequestOfOurs());
  Send(theirs, ReplyToUs(9));
  const auto seen = ReadUntil(
      near, [](const std::vector<Seen>& all) { return !all.empty() && all.back().bytes == ReplyToUs(9); });
  for (const Seen& frame : seen) CHECK_FALSE(frame.outgoing);
}

TEST_CASE("what does not fit is counted as dropped, once" * NeedsLab()) {
  const VethPair link("packet0", "packet1");
  ReceiveSocket near(IndexOf("packet0"), BuildSweepFilter(kOurMac, kOurMac), false);
  constexpr uint32_t kFrames = 20'000;
  SUBCASE("out of a ring") {
    near.Listen(kSomeRing);
  }
  SUBCASE("out of the socket's queue") {
    near.Listen(0);
  }
  SendSocket ours(IndexOf("packet0"));
  SendSocket theirs(IndexOf("packet1"));
  AwaitLink(ours, theirs, near, false);
  for (uint32_t i = 0; i < kFrames; ++i) Send(theirs, ReplyToUs(kFrames + i));
  uint32_t dropped = 0;
  uint32_t kept = 0;
  ReadUntil(near, [&](const std::vector<Seen>& seen) {
    dropped += near.TakeDrops();
    kept = static_cast<uint32_t>(std::count_if(
        seen.begin(), seen.end(), [](const Seen& frame) { return frame.bytes != ReplyToUs(0); }));
    return kept + dropped == kFrames;
  });
  CHECK(dropped > 0);
  // A hundred at the least is what a sweep of few addresses counts upon.
  CHECK(kept > 100);
  CHECK(kept + dropped == kFrames);
  CHECK(near.TakeDrops() == 0);
}

}  // namespace
}  // namespace arpsweep::test
