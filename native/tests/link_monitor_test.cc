// The link monitor and the netlink socket against the running kernel.

#include "core/netlink/link_monitor.h"

#include <doctest/doctest.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>

#include "core/netlink/interfaces.h"
#include "core/system/system_error.h"
#include "lab.h"
#include "netlink_builder.h"

namespace arpsweep::test {
namespace {

using std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::seconds(5);

void Run(const std::string& command) {
  CAPTURE(command);
  REQUIRE(std::system(command.c_str()) == 0);
}

const LinkInfo* FindLink(const std::vector<LinkInfo>& links, const std::string& name) {
  const auto found =
      std::find_if(links.begin(), links.end(), [&](const auto& link) { return link.name == name; });
  return found == links.end() ? nullptr : &*found;
}

int IndexOf(const std::string& name) {
  const auto links = ListLinks();
  const LinkInfo* link = FindLink(links, name);
  REQUIRE(link != nullptr);
  return link->index;
}

// Follows the monitor by its descriptor alone, as the engine does, until it has this state or patience ends.
LinkState Await(LinkMonitor* monitor, LinkState state) {
  const auto deadline = steady_clock::now() + kPatience;
  while (monitor->Update() != state && steady_clock::now() < deadline) {
    pollfd readable{monitor->fd(), POLLIN, 0};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
    poll(&readable, 1, static_cast<int>(std::max<int64_t>(left.count(), 0)));
  }
  return monitor->state();
}

ifinfomsg Link(unsigned family, unsigned flags) {
  ifinfomsg link{};
  link.ifi_family = static_cast<unsigned char>(family);
  link.ifi_index = 3;
  link.ifi_flags = flags;
  return link;
}

std::optional<LinkState> StateOf(uint16_t type, const ifinfomsg& link, int index = 3) {
  return ParseLinkState(First(NetlinkBuilder().Message(type, link)), index);
}

}  // namespace

TEST_CASE("link monitor: a message says the state of its link and of no other") {
  CHECK(StateOf(RTM_NEWLINK, Link(AF_UNSPEC, IFF_UP | IFF_LOWER_UP)) == LinkState::kUp);
  CHECK(StateOf(RTM_NEWLINK, Link(AF_UNSPEC, IFF_UP)) == LinkState::kNoCarrier);
  CHECK(StateOf(RTM_NEWLINK, Link(AF_UNSPEC, IFF_LOWER_UP)) == LinkState::kDown);
  CHECK(StateOf(RTM_DELLINK, Link(AF_UNSPEC, IFF_UP | IFF_LOWER_UP)) == LinkState::kGone);
  CHECK_FALSE(StateOf(RTM_NEWLINK, Link(AF_UNSPEC, IFF_UP), 4));
  CHECK_FALSE(StateOf(RTM_NEWADDR, Link(AF_UNSPEC, IFF_UP)));
}

TEST_CASE("link monitor: a port that leaves its bridge is not gone") {
  CHECK_FALSE(StateOf(RTM_DELLINK, Link(AF_BRIDGE, IFF_UP | IFF_LOWER_UP)));
}

TEST_CASE("link monitor: follows a link down, up, and through the loss of its carrier" * NeedsLab()) {
  const VethPair pair("nl-a", "nl-b");
  LinkMonitor monitor(IndexOf("nl-a"));
  CHECK(Await(&monitor, LinkState::kUp) == LinkState::kUp);
  Run("ip link set nl-b down");
  CHECK(Await(&monitor, LinkState::kNoCarrier) == LinkState::kNoCarrier);
  Run("ip link set nl-b up");
  CHECK(Await(&monitor, LinkState::kUp) == LinkState::kUp);
  Run("ip link set nl-a down");
  CHECK(Await(&monitor, LinkState::kDown) == LinkState::kDown);
  CHECK(LinkMonitor(IndexOf("nl-a")).state() == LinkState::kDown);
}

TEST_CASE("link monitor: a flap between two updates is counted" * NeedsLab()) {
  const VethPair pair("nl-a", "nl-b");
  LinkMonitor monitor(IndexOf("nl-a"));
  REQUIRE(Await(&monitor, LinkState::kUp) == LinkState::kUp);
  const uint64_t before = monitor.losses();
  Run("ip link set nl-a down");
  Run("ip link set nl-a up");
  REQUIRE(Await(&monitor, LinkState::kUp) == LinkState::kUp);
  CHECK(monitor.losses() == before + 1);
}

TEST_CASE("link monitor: a carrier counts that was lost between two notices of the kernel" * NeedsLab()) {
  // The other end is elsewhere, as that of a cable: within a namespace the kernel tells of both at once.
  Run("ip netns add nl-far && ip link add nl-a type veth peer name nl-b netns nl-far");
  Run("ip link set nl-a arp off up && ip -n nl-far link set nl-b arp off up");
  LinkMonitor monitor(IndexOf("nl-a"));
  REQUIRE(Await(&monitor, LinkState::kUp) == LinkState::kUp);
  const uint64_t before = monitor.losses();
  Run("ip -n nl-far link set nl-b down && ip -n nl-far link set nl-b up");
  const auto deadline = steady_clock::now() + kPatience;
  while (monitor.losses() == before && steady_clock::now() < deadline) {
    pollfd readable{monitor.fd(), POLLIN, 0};
    poll(&readable, 1, 100);
    monitor.Update();
  }
  CHECK(monitor.losses() > before);
  CHECK(Await(&monitor, LinkState::kUp) == LinkState::kUp);
  Run("ip link delete nl-a && ip netns delete nl-far");
}

TEST_CASE("link monitor: leaving a bridge is no change" * NeedsLab()) {
  const VethPair pair("nl-a", "nl-b");
  Run("ip link add nl-br type bridge && ip link set nl-a master nl-br");
  LinkMonitor monitor(IndexOf("nl-a"));
  REQUIRE(Await(&monitor, LinkState::kUp) == LinkState::kUp);
  const uint64_t before = monitor.losses();
  Run("ip link set nl-a nomaster && ip link delete nl-br");
  CHECK(monitor.Update() == LinkState::kUp);
  CHECK(monitor.losses() == before);
}

TEST_CASE("link monitor: a deleted link is gone, and stays so when its index comes back" * NeedsLab()) {
  Run("ip link add nl-a index 4001 type veth peer name nl-b");
  LinkMonitor monitor(4001);
  Run("ip link delete nl-a");
  CHECK(Await(&monitor, LinkState::kGone) == LinkState::kGone);
  const VethPair second("nl-c", "nl-d");
  Run("ip link add nl-a index 4001 type veth peer name nl-b");
  CHECK(monitor.Update() == LinkState::kGone);
  Run("ip link delete nl-a");
}

TEST_CASE("link monitor: a link moved to another namespace is gone" * NeedsLab()) {
  const VethPair pair("nl-a", "nl-b");
  LinkMonitor monitor(IndexOf("nl-a"));
  Run("ip netns add nl-elsewhere && ip link set nl-a netns nl-elsewhere");
  CHECK(Await(&monitor, LinkState::kGone) == LinkState::kGone);
  // $$ is the shell, which is in this namespace.
  Run("ip -n nl-elsewhere link set nl-a netns $$ && ip netns delete nl-elsewhere");
  CHECK(monitor.Update() == LinkState::kGone);
}

TEST_CASE("link monitor: an index that nothing has is gone from the start") {
  CHECK(LinkMonitor(0x7ffffff0).state() == LinkState::kGone);
}

TEST_CASE("link monitor: knows the state although notifications were lost" * NeedsLab()) {
  const VethPair pair("nl-a", "nl-b");
  LinkMonitor monitor(IndexOf("nl-a"));
  REQUIRE(Await(&monitor, LinkState::kUp) == LinkState::kUp);
  // The kernel raises this to its minimum, which holds a few messages.
  const int bytes = 1;
  REQUIRE(setsockopt(monitor.fd(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)) == 0);
  for (int i = 0; i < 20; ++i) Run("ip link set nl-b mtu " + std::to_string(1000 + i));
  Run("ip link set nl-a down");
  pollfd overrun{monitor.fd(), POLLIN, 0};
  REQUIRE(poll(&overrun, 1, 0) == 1);
  REQUIRE((overrun.revents & POLLERR) != 0);
  CHECK(monitor.Update() == LinkState::kDown);
}

TEST_CASE("netlink socket: a datagram that did not come from the kernel is not received" * NeedsLab()) {
  NetlinkSocket socket = NetlinkSocket::Subscribe(RTMGRP_LINK);
  sockaddr_nl address{};
  socklen_t length = sizeof(address);
  REQUIRE(getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&address), &length) == 0);

  const FileDescriptor forger(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  NetlinkBuilder forged;
  forged.Message(RTM_DELLINK, Link(AF_UNSPEC, 0));
  REQUIRE(sendto(forger.get(), forged.bytes().data(), forged.bytes().size(), 0,
                 reinterpret_cast<const sockaddr*>(&address), sizeof(address)) > 0);
  pollfd readable{socket.fd(), POLLIN, 0};
  REQUIRE(poll(&readable, 1, 5000) == 1);
  CHECK_FALSE(socket.Receive());
}

TEST_CASE("netlink socket: a message larger than the first buffer is received whole" * NeedsLab()) {
  const VethPair pair("nl-a", "nl-b");
  // Each name is an attribute of the link. One a line: ip(8) cuts off what exceeds a kilobyte.
  Run("for i in $(seq 1000 1299); do printf 'link property add dev nl-a altname %0120d\\n' $i; done | ip "
      "-batch -");
  ifinfomsg request{};
  request.ifi_index = IndexOf("nl-a");
  uint32_t length = 0;
  std::optional<LinkInfo> link;
  NetlinkSocket socket;
  socket.Get(RTM_GETLINK, "RTM_GETLINK", request, [&](const NetlinkMessage& message) {
    length = message.header.nlmsg_len;
    link = ParseLink(message);
  });
  CHECK(length > 32 * 1024);
  REQUIRE(link);
  CHECK(link->name == "nl-a");
  CHECK(link->kind == "veth");
  const auto links = ListLinks();
  CHECK(FindLink(links, "nl-a") != nullptr);
  CHECK(FindLink(links, "nl-b") != nullptr);
}

TEST_CASE("netlink socket: a refused request names itself and the error") {
  NetlinkSocket socket;
  ifinfomsg nothing{};
  nothing.ifi_index = 0x7ffffff0;
  try {
    socket.Get(RTM_GETLINK, "RTM_GETLINK", nothing, [](const NetlinkMessage&) { FAIL("visited"); });
    FAIL("no error");
  } catch (const SystemError& error) {
    CHECK(std::string(error.syscall()) == "RTM_GETLINK");
    CHECK(error.errno_value() == ENODEV);
  }
}

}  // namespace arpsweep::test
