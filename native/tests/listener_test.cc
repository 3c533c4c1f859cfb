// The listener on links of the running kernel, in this and in other network namespaces. Runs under TSan as
// well.

#include "core/listen/listener.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "core/netlink/namespace_id.h"
#include "core/system/network_namespace.h"
#include "core/system/packet_socket.h"
#include "core/system/system_error.h"
#include "far_host.h"
#include "frame_catalogue.h"

namespace arpsweep::test {
namespace {

constexpr size_t kCapacity = 1024;
const std::string kFarNamespace = "/run/netns/far";

std::vector<uint8_t> Request(uint32_t target, int tags = 0) {
  ArpFrame arp = Says(ARPOP_REQUEST, kBroadcastMac, kOurMac, kOurMac, kOurIp, {}, target);
  arp.tags = {VlanTag{ETH_P_8021Q, 100}, VlanTag{ETH_P_8021Q, 200}};
  arp.tag_count = tags;
  std::vector<uint8_t> frame(64);
  frame.resize(EmitArp(arp, frame));
  return frame;
}

void Send(const std::string& interface, const std::vector<uint8_t>& frame) {
  SendSocket socket(static_cast<int>(if_nametoindex(interface.c_str())));
  iovec part{const_cast<uint8_t*>(frame.data()), frame.size()};
  mmsghdr message{};
  message.msg_hdr.msg_iov = &part;
  message.msg_hdr.msg_iovlen = 1;
  REQUIRE(socket.Send({&message, 1}) == 1);
}

// Everything a listener hears, by link.
class Heard {
 public:
  explicit Heard(Listener* listener) : listener_(listener) {}

  const std::vector<HeardFrame>& All() {
    std::array<HeardFrame, 16> some;
    while (const size_t count = listener_->Take(some))
      frames_.insert(frames_.end(), &some[0], &some[0] + count);
    return frames_;
  }
  // For this target, on this link; of a packet type, unless it is negative.
  size_t Count(uint32_t target, uint32_t link, int packet_type = -1) {
    size_t count = 0;
    for (const HeardFrame& frame : All()) {
      const bool of_type = packet_type < 0 || frame.packet_type == packet_type;
      if (frame.target_protocol == target && frame.link == link && of_type) ++count;
    }
    return count;
  }

 private:
  Listener* listener_;
  std::vector<HeardFrame> frames_;
};

bool IsDone(const Listener& listener) {
  return listener.Status().state == ListenerStatus::State::kDone;
}

void FinishAndWait(Listener* listener) {
  listener->Finish();
  REQUIRE(WaitFor([&] { return IsDone(*listener); }));
}

ino_t CurrentNamespace() {
  struct stat status {};
  REQUIRE(stat("/proc/self/ns/net", &status) == 0);
  return status.st_ino;
}

std::pair<std::string, int> ErrorOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const SystemError& error) {
    return {error.syscall(), error.errno_value()};
  }
  return {"", 0};
}

}  // namespace

TEST_SUITE("threads") {
  TEST_CASE("a listener hears both ends of a cable, outgoing frames and another namespace included" *
            NeedsLab()) {
    FarHost far;
    Listener listener(kCapacity, kNothing);
    listener.Open({.interface = "near"});
    listener.Open({.interface = "far", .namespace_path = kFarNamespace});
    listener.Open({.interface = "near", .outgoing = false});
    const ino_t before = CurrentNamespace();
    listener.Start();
    Heard heard(&listener);
    REQUIRE(WaitFor([&] {  // a link that has just been set up drops what is sent
      Send("near", Request(kTheirIp));
      return heard.Count(kTheirIp, 1) > 0;
    }));
    const uint32_t last = kTheirIp + 1;
    Send("near", Request(last));
    FinishAndWait(&listener);
    CHECK(heard.Count(last, 0, PACKET_OUTGOING) == 1);
    CHECK(heard.Count(last, 1, PACKET_BROADCAST) == 1);
    CHECK(heard.Count(last, 2) == 0);
    CHECK(CurrentNamespace() == before);
    for (const HeardFrame& frame : heard.All()) {
      if (frame.target_protocol != last) continue;
      CHECK(std::vector<uint8_t>(frame.bytes, frame.bytes + frame.captured) == Request(last));
      CHECK(std::abs(frame.realtime_ns - RealtimeNs()) < 60 * kNanosecondsPerSecond);
    }
    for (const auto& link : listener.Status().links) CHECK(link.kernel_drops == 0);
  }

  TEST_CASE("a listener hears the tags of what comes in and of what goes out" * NeedsLab()) {
    const VethPair pair("tag0", "tag1");
    Listener listener(kCapacity, kNothing);
    for (const char* end : {"tag0", "tag1"}) listener.Open({.interface = end, .promiscuous = true});
    listener.Start();
    Heard heard(&listener);
    REQUIRE(WaitFor([&] {
      Send("tag0", Request(kTheirIp));
      return heard.Count(kTheirIp, 1) > 0;
    }));
    for (int tags = 1; tags <= 2; ++tags) Send("tag0", Request(kTheirIp + static_cast<uint32_t>(tags), tags));
    FinishAndWait(&listener);
    for (const HeardFrame& frame : heard.All()) {
      const int tags = static_cast<int>(frame.target_protocol - kTheirIp);
      CAPTURE(tags);
      CHECK(frame.vlan == (tags > 0 ? 100 : 0));
      CHECK(std::vector<uint8_t>(frame.bytes, frame.bytes + frame.captured) ==
            Request(frame.target_protocol, tags));
    }
    for (uint32_t link = 0; link < 2; ++link) {
      for (uint32_t tags = 1; tags <= 2; ++tags) CHECK(heard.Count(kTheirIp + tags, link) == 1);
    }
  }

  TEST_CASE("only a promiscuous listener on a bridge hears what passes through it" * NeedsLab()) {
    Run("ip link add br0 type bridge forward_delay 0 && ip link set br0 up");
    for (const bool promiscuous : {false, true}) {
      CAPTURE(promiscuous);
      const VethPair left("left0", "left1"), right("right0", "right1");
      Run("ip link set left1 master br0 && ip link set right1 master br0");
      Listener listener(kCapacity, kNothing);
      listener.Open({.interface = "br0", .promiscuous = promiscuous});
      listener.Open({.interface = "right0"});
      listener.Start();
      Heard heard(&listener);
      std::vector<uint8_t> reply(64);
      reply.resize(EmitArp(Reply(), reply));
      REQUIRE(WaitFor([&] {
        Send("left0", reply);
        return heard.Count(kOurIp, 1) > 0;
      }));
      FinishAndWait(&listener);
      CHECK((heard.Count(kOurIp, 0) > 0) == promiscuous);
    }
    Run("ip link delete br0");
  }

  TEST_CASE("what nobody fetches is counted, and the oldest is kept" * NeedsLab()) {
    FarHost far;
    Listener listener(4, kNothing);
    listener.Open({.interface = "near"});
    listener.Start();
    for (uint32_t i = 0; i < 10; ++i) Send("near", Request(kTheirIp + i));
    FinishAndWait(&listener);
    CHECK(listener.Status().overruns >= 6);  // ours, and what the kernels of both ends say
    CHECK(listener.Status().links[0].overruns == listener.Status().overruns);
    Heard heard(&listener);
    CHECK(heard.All().size() == 4);
  }

  TEST_CASE("a listener wakes its owner for frames and for its end" * NeedsLab()) {
    FarHost far;
    std::atomic<int> wakes{0};
    Listener listener(kCapacity, [&] { ++wakes; });
    listener.Open({.interface = "near"});
    listener.Start();
    Send("near", Request(kTheirIp));
    CHECK(WaitFor([&] { return wakes.load() > 0; }));
    const int before = wakes.load();
    FinishAndWait(&listener);
    CHECK(WaitFor([&] { return wakes.load() > before; }));
  }

  TEST_CASE("a listener follows a link that goes down, comes back and goes away" * NeedsLab()) {
    FarHost far;
    Listener listener(kCapacity, kNothing);
    listener.Open({.interface = "near"});
    listener.Start();
    const auto state_is = [&](LinkState state) {
      return WaitFor([&] { return listener.Status().links[0].state == state; });
    };
    CHECK(state_is(LinkState::kUp));
    Run("ip link set near down");
    CHECK(state_is(LinkState::kDown));
    Run("ip link set near up");
    CHECK(state_is(LinkState::kUp));
    Heard heard(&listener);
    CHECK(WaitFor([&] {
      Send("near", Request(kTheirIp));
      return heard.Count(kTheirIp, 0) > 0;
    }));
    Run("ip link delete near");
    CHECK(state_is(LinkState::kGone));
    CHECK_FALSE(IsDone(listener));
    FinishAndWait(&listener);
    CHECK(listener.Status().fault_errno == 0);
  }

  TEST_CASE("a listener can be closed at any moment and any number of times" * NeedsLab()) {
    FarHost far;
    Listener never_opened(kCapacity, kNothing);
    never_opened.Close();
    Listener never_started(kCapacity, kNothing);
    never_started.Open({.interface = "near"});
    never_started.Close();
    for (int i = 0; i < 20; ++i) {
      Listener listener(kCapacity, kNothing);
      listener.Open({.interface = "near"});
      listener.Start();
      Send("near", Request(kTheirIp));
      if (i % 2 == 0) listener.Finish();
      listener.Close();
      listener.Close();
      CHECK(IsDone(listener));
    }
  }
}

TEST_CASE("a link that is not there, and a file that is no network namespace, are refused by name" *
          NeedsLab()) {
  using Error = std::pair<std::string, int>;
  FarHost far;
  Listener listener(kCapacity, kNothing);
  CHECK(ErrorOf([&] { listener.Open({.interface = "none"}); }) == Error{"if_nametoindex", ENODEV});
  CHECK(ErrorOf([&] { listener.Open({.interface = "near", .namespace_path = kFarNamespace}); }) ==
        Error{"if_nametoindex", ENODEV});
  CHECK(ErrorOf([&] { listener.Open({.interface = "far", .namespace_path = "/run/netns/none"}); }) ==
        Error{"open", ENOENT});
  CHECK(ErrorOf([&] { listener.Open({.interface = "far", .namespace_path = "/proc/self/ns/mnt"}); }) ==
        Error{"setns", EINVAL});
  CHECK(listener.Status().links.empty());
}

TEST_CASE("a namespace is known by the number that its links are told with" * NeedsLab()) {
  FarHost far;
  const auto id = NamespaceId(OpenNetworkNamespace(kFarNamespace).get());
  REQUIRE(id);
  for (const LinkInfo& link : ListLinks()) {
    if (link.name == "near") CHECK(link.linked.value().namespace_id == id);
  }
  Run("ip netns add stranger");
  CHECK_FALSE(NamespaceId(OpenNetworkNamespace("/run/netns/stranger").get()));
  Run("ip netns delete stranger");
}

}  // namespace arpsweep::test
