// The link's own counter of what it sent, as the kernel writes it and from a running one.

#include "core/netlink/sent_frames.h"

#include <doctest/doctest.h>
#include <linux/if_link.h>
#include <net/if.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "core/sweep/unsent.h"
#include "core/system/clock.h"
#include "core/system/packet_socket.h"
#include "lab.h"
#include "netlink_builder.h"

namespace arpsweep::test {
namespace {

constexpr int64_t kMs = kNanosecondsPerMillisecond;

int IndexOf(const std::string& interface) {
  return static_cast<int>(if_nametoindex(interface.c_str()));
}

// Broadcasts of a local experimental EtherType.
void Send(const char* interface, int count) {
  SendSocket socket(IndexOf(interface));
  uint8_t frame[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x88, 0xb5};
  iovec vector{frame, sizeof(frame)};
  mmsghdr message{};
  message.msg_hdr.msg_iov = &vector;
  message.msg_hdr.msg_iovlen = 1;
  for (int i = 0; i < count; ++i) REQUIRE(socket.Send({&message, 1}) == 1);
}

// A link on which nobody else sends, and which has begun to: until the kernel has got round to activating it,
// it drops what it is given and says nothing.
std::unique_ptr<VethPair> QuietLink() {
  auto pair = std::make_unique<VethPair>("sent0", "sent1");
  // Not there where the kernel has no IPv6.
  (void)!std::system("echo 1 2>/dev/null > /proc/sys/net/ipv6/conf/sent0/disable_ipv6");
  SentFrames sent(IndexOf("sent0"));
  for (const int64_t until = MonotonicNs() + 5000 * kMs; sent.Count() == 0 && MonotonicNs() < until;)
    Send("sent0", 1);
  return pair;
}

}  // namespace

TEST_CASE("the count of sent frames is read out of a link's statistics, whole or not at all") {
  rtnl_link_stats64 statistics{};
  statistics.rx_packets = 1;
  statistics.tx_packets = 0x1'2345'6789;
  const ifinfomsg link{};
  SUBCASE("of this kernel") {
    NetlinkBuilder builder;
    builder.Message(RTM_NEWLINK, link).Attribute(IFLA_STATS64, statistics);
    CHECK(ParseSentFrames(First(builder)) == 0x1'2345'6789);
  }
  SUBCASE("that end before it") {
    NetlinkBuilder builder;
    builder.Message(RTM_NEWLINK, link).Attribute(IFLA_STATS64, statistics.rx_packets);
    CHECK_FALSE(ParseSentFrames(First(builder)));
  }
  SUBCASE("that are not there") {
    NetlinkBuilder builder;
    builder.Message(RTM_NEWLINK, link);
    CHECK_FALSE(ParseSentFrames(First(builder)));
  }
  SUBCASE("of a link that is going") {
    NetlinkBuilder builder;
    builder.Message(RTM_DELLINK, link).Attribute(IFLA_STATS64, statistics);
    CHECK_FALSE(ParseSentFrames(First(builder)));
  }
}

TEST_CASE("a link counts what it sends from now on, and nothing once it is gone" * NeedsLab()) {
  auto pair = QuietLink();
  SentFrames sent(IndexOf("sent0"));
  CHECK(sent.Count() == 0);
  Send("sent0", 7);
  CHECK(sent.Count() == 7);
  pair.reset();
  CHECK_FALSE(sent.Count());
}

TEST_CASE("what the counter lacks did not leave" * NeedsLab()) {
  const auto pair = QuietLink();
  SentFrames sent(IndexOf("sent0"));
  Send("sent0", 7);
  StopSignal stop;
  const int64_t before = MonotonicNs();
  SUBCASE("nothing, which is known at once") {
    CHECK(CountUnsent(sent, 7, 7, stop) == 0);
    CHECK(CountUnsent(sent, 6, 0, stop) == 0);
    CHECK(MonotonicNs() - before < 100 * kMs);
  }
  SUBCASE("some") {
    CHECK(CountUnsent(sent, 10, 7, stop) == 3);
  }
  SUBCASE("unless more was answered than it has counted") {
    CHECK(CountUnsent(sent, 10, 8, stop) == 0);
  }
  SUBCASE("and whoever is stopped does not wait to know") {
    stop.Set();
    CHECK(CountUnsent(sent, 10, 7, stop) == 0);
    CHECK(MonotonicNs() - before < 100 * kMs);
  }
}

TEST_CASE("silence is doubted where more of its questions were lost than not") {
  AddressState state(100, false);
  for (uint32_t index = 0; index < 100; ++index) {
    state.AddQueued(index);
    if (index < 60) state.MarkAnswered(index);
  }
  SUBCASE("most of them") {
    DoubtSilence(state, 100, 20);
    CHECK(state.CountTested(100) == 60);
  }
  SUBCASE("a few") {
    DoubtSilence(state, 100, 19);
    CHECK(state.CountTested(100) == 100);
  }
  SUBCASE("none") {
    DoubtSilence(state, 100, 0);
    CHECK(state.CountTested(100) == 100);
  }
}

}  // namespace arpsweep::test
