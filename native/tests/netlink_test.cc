// Netlink's framing: messages, attributes and answers, whole and broken.

#include "core/netlink/netlink.h"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <random>

#include "core/netlink/interfaces.h"
#include "core/netlink/link_monitor.h"
#include "core/netlink/routes.h"
#include "core/system/system_error.h"
#include "netlink_builder.h"

namespace arpsweep::test {
namespace {

constexpr uint32_t kPort = 0;  // as NetlinkBuilder leaves it
constexpr uint32_t kSequence = 7;

struct Answer {
  explicit Answer(NetlinkAnswer::Until until = NetlinkAnswer::Until::kDone)
      : reader(kPort, kSequence, "RTM_GETLINK", until) {}

  bool Take(const NetlinkBuilder& datagram) {
    return reader.Take(datagram.bytes(), [this](const NetlinkMessage& message) {
      visited.push_back(ReadStruct<ifinfomsg>(message.payload).value().ifi_index);
    });
  }

  NetlinkAnswer reader;
  std::vector<int> visited;
};

ifinfomsg Link(int index) {
  ifinfomsg link{};
  link.ifi_index = index;
  return link;
}

int ErrorOf(Answer& answer, const NetlinkBuilder& datagram) {
  try {
    answer.Take(datagram);
  } catch (const SystemError& error) {
    CHECK(std::string(error.syscall()) == "RTM_GETLINK");
    return error.errno_value();
  }
  return 0;
}

// Gives a copy of exactly this size to every parser: under ASan, one byte read too many ends the test.
void ParseEverything(std::vector<uint8_t> bytes) {
  bytes.shrink_to_fit();
  NetlinkBytes rest(bytes);
  std::vector<RouteInfo> routes;
  std::vector<NeighbourInfo> neighbours;
  while (const auto message = TakeMessage(&rest)) {
    ParseLink(*message);
    ParseAddress(*message);
    ParseRoute(*message, &routes);
    ParseNeighbour(*message, &neighbours);
    ParseLinkState(*message, 3);
    message->Error();
  }
}

// A message of every kind that is parsed, with attributes nested and in rows.
NetlinkBuilder EveryKind() {
  rtmsg route{};
  route.rtm_family = AF_INET;
  route.rtm_type = RTN_UNICAST;
  route.rtm_table = RT_TABLE_MAIN;
  ifaddrmsg address{};
  address.ifa_family = AF_INET;
  ndmsg neighbour{};
  neighbour.ndm_family = AF_INET;
  NetlinkBuilder hop_gateway;
  hop_gateway.Attribute(RTA_GATEWAY, uint32_t{1});
  std::vector<uint8_t> hops(sizeof(rtnexthop));
  hops.insert(hops.end(), hop_gateway.bytes().begin(), hop_gateway.bytes().end());
  const rtnexthop hop{static_cast<unsigned short>(hops.size()), 0, 0, 3};
  std::memcpy(hops.data(), &hop, sizeof(hop));

  NetlinkBuilder builder;
  builder.Message(RTM_NEWLINK, Link(3)).Text(IFLA_IFNAME, "eth0").Raw(IFLA_ADDRESS, {2, 0, 0, 0, 0, 1});
  builder.Nested(IFLA_LINKINFO,
                 NetlinkBuilder()
                     .Text(IFLA_INFO_KIND, "vlan")
                     .Nested(IFLA_INFO_DATA, NetlinkBuilder().Attribute(IFLA_VLAN_ID, uint16_t{7})));
  builder.Message(RTM_NEWADDR, address).Attribute(IFA_LOCAL, uint32_t{1}).Attribute(IFA_ADDRESS, uint32_t{1});
  builder.Message(RTM_NEWROUTE, route).Attribute(RTA_DST, uint32_t{1}).Raw(RTA_MULTIPATH, hops);
  builder.Message(RTM_NEWNEIGH, neighbour)
      .Attribute(NDA_DST, uint32_t{1})
      .Raw(NDA_LLADDR, {2, 0, 0, 0, 0, 1});
  builder.Message(NLMSG_ERROR, int32_t{-ENODEV});
  return builder;
}

// A socket whose first dumps are interrupted, half-way and with an entry twice.
struct InterruptedSocket {
  template <typename Body>
  bool Dump(uint16_t, const char*, const Body&, const NetlinkVisitor& visit) {
    ++dumps;
    NetlinkBuilder link;
    link.Message(RTM_NEWLINK, Link(dumps));
    visit(First(link));
    if (dumps > interruptions) return true;
    visit(First(link));
    return false;
  }

  int interruptions;
  int dumps = 0;
};

std::vector<int> DumpIndexes(InterruptedSocket* socket) {
  return DumpList<int>(*socket, RTM_GETLINK, "RTM_GETLINK", Link(0),
                       [](const NetlinkMessage& message, std::vector<int>* indexes) {
                         indexes->push_back(ReadStruct<ifinfomsg>(message.payload).value().ifi_index);
                       });
}

}  // namespace

TEST_CASE("netlink: an answer is complete at its end, over several datagrams") {
  Answer answer;
  CHECK_FALSE(answer.Take(
      NetlinkBuilder().Message(RTM_NEWLINK, Link(1), kSequence).Message(RTM_NEWLINK, Link(2), kSequence)));
  CHECK_FALSE(answer.Take(NetlinkBuilder().Message(RTM_NEWLINK, Link(3), kSequence)));
  CHECK(answer.Take(NetlinkBuilder().Message(NLMSG_DONE, int32_t{0}, kSequence)));
  CHECK(answer.visited == std::vector<int>{1, 2, 3});
  CHECK(answer.reader.consistent());
}

TEST_CASE("netlink: an answer of one message is complete with it") {
  Answer answer(NetlinkAnswer::Until::kFirstMessage);
  CHECK(answer.Take(NetlinkBuilder().Message(RTM_NEWLINK, Link(1), kSequence)));
  CHECK(answer.visited == std::vector<int>{1});
}

TEST_CASE("netlink: messages of another request or for another port are passed over") {
  Answer answer;
  NetlinkBuilder datagram;
  datagram.Message(RTM_NEWLINK, Link(1), kSequence - 1).Message(NLMSG_DONE, int32_t{0}, kSequence - 1);
  datagram.Message(NLMSG_ERROR, int32_t{-EPERM}, kSequence + 1).Message(RTM_NEWLINK, Link(2), kSequence);
  CHECK_FALSE(answer.Take(datagram));
  CHECK(answer.visited == std::vector<int>{2});

  NetlinkAnswer for_another_port(kPort + 1, kSequence, "RTM_GETLINK", NetlinkAnswer::Until::kDone);
  const auto refuse = [](const NetlinkMessage&) { FAIL("visited"); };
  CHECK_FALSE(for_another_port.Take(datagram.bytes(), refuse));
}

TEST_CASE("netlink: a refusal carries the kernel's error, in an error message or at the end of a dump") {
  Answer refused;
  CHECK(ErrorOf(refused, NetlinkBuilder().Message(NLMSG_ERROR, int32_t{-ENODEV}, kSequence)) == ENODEV);
  Answer broken_off;
  CHECK(ErrorOf(broken_off, NetlinkBuilder().Message(NLMSG_DONE, int32_t{-ENOBUFS}, kSequence)) == ENOBUFS);
  Answer acknowledged;
  CHECK(ErrorOf(acknowledged, NetlinkBuilder().Message(NLMSG_ERROR, int32_t{0}, kSequence)) == 0);
}

TEST_CASE("netlink: a dump says when its tables changed, on any message") {
  for (const uint16_t type : {uint16_t{RTM_NEWLINK}, uint16_t{NLMSG_DONE}}) {
    Answer answer;
    answer.Take(NetlinkBuilder().Message(type, Link(1), kSequence, NLM_F_DUMP_INTR));
    CHECK_FALSE(answer.reader.consistent());
  }
}

TEST_CASE("netlink: an interrupted dump is asked for again and leaves nothing in the list") {
  InterruptedSocket socket{kDumpAttempts - 1};
  CHECK(DumpIndexes(&socket) == std::vector<int>{kDumpAttempts});
}

TEST_CASE("netlink: tables that never hold still are an error, not a wait without end") {
  InterruptedSocket socket{kDumpAttempts};
  CHECK_THROWS_AS(DumpIndexes(&socket), SystemError);
  CHECK(socket.dumps == kDumpAttempts);
}

TEST_CASE("netlink: attributes of the wrong size are absent, not misread") {
  NetlinkBuilder builder;
  builder.Raw(1, {1, 2, 3})
      .Raw(2, {10, 0, 0, 1})
      .Raw(3, {1, 2, 3, 4, 5, 6, 7, 8})
      .Raw(4, {'a', 'b'})
      .Raw(5, {});
  const Attributes attributes{NetlinkBytes(builder.bytes())};
  CHECK_FALSE(attributes.Uint32(1));
  CHECK_FALSE(attributes.Uint16(1));
  CHECK_FALSE(attributes.Uint8(1));
  CHECK(attributes.Ipv4(2) == 0x0a000001);
  CHECK_FALSE(attributes.Mac(2));
  CHECK_FALSE(attributes.Mac(3));
  CHECK_FALSE(attributes.Ipv4(3));
  CHECK(attributes.Text(4) == "ab");
  CHECK(attributes.Text(5) == "");
  CHECK(attributes.Has(5));
  CHECK_FALSE(attributes.Has(6));
}

TEST_CASE("netlink: the flags in an attribute's type are not part of it") {
  NetlinkBuilder builder;
  builder.Raw(NLA_F_NESTED | 3, {1}).Raw(NLA_F_NET_BYTEORDER | 4, {0x12, 0x34});
  const Attributes attributes{NetlinkBytes(builder.bytes())};
  CHECK(attributes.Uint8(3) == 1);
  CHECK(attributes.BigEndian16(4) == 0x1234);
}

TEST_CASE("netlink: a length that cannot be right ends the row of attributes") {
  for (const uint16_t length : std::array<uint16_t, 4>{0, 3, 9, 0xffff}) {
    CAPTURE(length);
    NetlinkBuilder builder;
    builder.Raw(1, {1, 2, 3, 4});
    std::vector<uint8_t> bytes = builder.bytes();
    std::memcpy(bytes.data(), &length, sizeof(length));
    CHECK_FALSE(Attributes{NetlinkBytes(bytes)}.Find(1));
  }
}

TEST_CASE("netlink: a length that cannot be right ends the messages") {
  for (const uint32_t length : {0U, 15U, 33U, 0x7fffffffU, 0xffffffffU}) {
    CAPTURE(length);
    NetlinkBuilder builder;
    builder.Message(RTM_NEWLINK, Link(1));
    std::vector<uint8_t> bytes = builder.bytes();
    std::memcpy(bytes.data(), &length, sizeof(length));
    NetlinkBytes rest(bytes);
    CHECK_FALSE(TakeMessage(&rest));
  }
}

TEST_CASE("netlink: no datagram, cut or spoilt anywhere, is read beyond its end") {
  const std::vector<uint8_t> whole = EveryKind().bytes();
  for (size_t length = 0; length <= whole.size(); ++length) {
    ParseEverything({whole.begin(), whole.begin() + static_cast<ptrdiff_t>(length)});
  }
  // Every byte set to the values at which lengths turn over.
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const uint8_t value : std::array<uint8_t, 7>{0x00, 0x01, 0x03, 0x04, 0x7f, 0x80, 0xff}) {
      std::vector<uint8_t> spoilt = whole;
      spoilt[at] = value;
      ParseEverything(std::move(spoilt));
    }
  }
  std::mt19937 random(1);  // NOLINT: the same bytes in each run
  for (int round = 0; round < 20'000; ++round) {
    std::vector<uint8_t> spoilt = whole;
    for (int i = 0; i < 4; ++i) spoilt[random() % spoilt.size()] = static_cast<uint8_t>(random());
    ParseEverything(std::move(spoilt));
  }
}

}  // namespace arpsweep::test
