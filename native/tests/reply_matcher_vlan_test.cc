// Questions with tags: what answers them, and what does not.

#include <doctest/doctest.h>

#include "wire.h"

namespace arpsweep::test {
namespace {

constexpr VlanTag kTag100{.protocol = ETH_P_8021Q, .control = 0x6000 | 100};
constexpr VlanTag kTag7{.protocol = ETH_P_8021Q, .control = 7};
constexpr VlanTag kPriority{.protocol = ETH_P_8021Q, .control = 0xa000};

RequestFields With(std::vector<VlanTag> tags) {
  return {.source = kOurMac, .tags = std::move(tags), .sender_ip = kOurIp};
}

ArpFrame ReplyWith(const std::vector<VlanTag>& in_band) {
  ArpFrame reply = Wire::Frame(ARPOP_REPLY, kA, kTarget, kOurMac, kOurMac, kOurIp);
  for (const VlanTag& tag : in_band) reply.tags[static_cast<size_t>(reply.tag_count++)] = tag;
  return reply;
}

bool Answers(std::vector<VlanTag> asked, const ArpFrame& reply, uint16_t moved_out) {
  Wire wire(With(std::move(asked)));
  wire.Request(kTarget, 0);
  CHECK(wire.counters.transmitted.value() == 1);
  wire.Send(reply, false, 1 * kMs, moved_out);
  CHECK(wire.counters.received.value() + wire.counters.unsolicited.value() == 1);
  return wire.counters.received.value() == 1;
}

}  // namespace

TEST_CASE("an answer has the tags of its question, wherever the kernel keeps them, whatever their priority") {
  CHECK(Answers({kTag100}, ReplyWith({}), 100));
  CHECK(Answers({kTag100}, ReplyWith({kTag100}), 0));
  CHECK(Answers({kTag100}, ReplyWith({kPriority}), 100));
  CHECK_FALSE(Answers({kTag100}, ReplyWith({}), 0));
  CHECK_FALSE(Answers({kTag100}, ReplyWith({}), 101));
  CHECK_FALSE(Answers({kTag100}, ReplyWith({kTag7}), 100));

  CHECK(Answers({kTag100, kTag7}, ReplyWith({kTag7}), 100));
  CHECK(Answers({kTag100, kTag7}, ReplyWith({kTag100, kTag7}), 0));
  CHECK_FALSE(Answers({kTag100, kTag7}, ReplyWith({}), 100));
  CHECK_FALSE(Answers({kTag100, kTag7}, ReplyWith({kTag100}), 7));
  CHECK_FALSE(Answers({kTag100, kTag7}, ReplyWith({kTag100, kTag7}), 100));

  // VID 0 says a priority and equals untagged.
  CHECK(Answers({kPriority}, ReplyWith({}), 0));
  CHECK(Answers({}, ReplyWith({kPriority}), 0));
  CHECK_FALSE(Answers({kPriority}, ReplyWith({}), 100));
}

TEST_CASE("an answer with other tags than its question stays as a stray, with all of them") {
  Wire wire(With({kTag100, kTag7}));
  wire.Request(kTarget, 0);
  wire.Send(ReplyWith({}), false, 1 * kMs);
  wire.Send(ReplyWith({}), false, 2 * kMs, 100);
  wire.Send(ReplyWith({kTag100}), false, 3 * kMs, 100);
  CHECK(wire.Strays(Stray::Kind::kOtherVlan, kTarget, kA) == 1);
  CHECK(wire.Strays(Stray::Kind::kOtherVlan, kTarget, kA, 100) == 1);
  CHECK(wire.Strays(Stray::Kind::kOtherVlan, kTarget, kA, 100, 100) == 1);
  CHECK(wire.table.size() == 0);
}

TEST_CASE("untagged frames of ours on a tagged sweep's link are somebody else's") {
  Wire wire(With({kTag100}));
  wire.Request(kTarget, 0);
  CHECK(wire.counters.transmitted.value() == 1);
  wire.Send(Wire::Frame(ARPOP_REQUEST, kOurMac, kOurIp, kBroadcastMac, {}, kTarget), true, 1);
  CHECK(wire.counters.transmitted.value() == 1);
  CHECK(wire.table.size() == 0);
  // A VLAN interface above the link asks with the same tag, which the kernel keeps apart.
  wire.Send(Wire::Frame(ARPOP_REQUEST, kOurMac, kOurIp, kBroadcastMac, {}, kTarget), true, 2, 100);
  CHECK(wire.Entry(kTarget).foreign);
}

TEST_CASE("answers follow an SPA and SHA that are set by hand") {
  RequestFields request{.source = kOurMac, .sender_hardware = kB, .sender_is_target = true};
  Wire wire(request);
  wire.Request(kTarget, 0);
  CHECK(wire.counters.transmitted.value() == 1);
  wire.Send(Wire::Frame(ARPOP_REPLY, kA, kTarget, kB, kB, kTarget), false, 1 * kMs);
  CHECK(wire.counters.received.value() == 1);
  wire.Send(Wire::Frame(ARPOP_REPLY, kA, kTarget, kB, kB, kOurIp), false, 2 * kMs);
  CHECK(wire.counters.received.value() == 1);
}

}  // namespace arpsweep::test
