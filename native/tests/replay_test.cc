// What a recording tells of a sweep: the same as the sweep itself, by the same rules.

#include "core/replay/replay.h"

#include <doctest/doctest.h>
#include <linux/if_packet.h>

#include <cmath>
#include <cstring>
#include <random>

#include "core/system/clock.h"
#include "wire.h"

namespace arpsweep::test {
namespace {

constexpr int64_t kEpochNs = 1'700'000'000'000'000'000;
constexpr AddressRange kSubnet{0x0a000000, 0x0a0000ff};

HeardFrame Recorded(const ArpFrame& arp, bool outgoing, int64_t at) {
  std::array<uint8_t, 64> bytes{};
  const size_t length = EmitArp(arp, bytes);
  HeardFrame frame = DescribeFrame(std::span(bytes).first(length), length, std::nullopt);
  frame.realtime_ns = kEpochNs + at;
  frame.packet_type = outgoing ? PACKET_OUTGOING : PACKET_HOST;
  return frame;
}

ReplayConfig Config(uint32_t sender_ip = kOurIp) {
  return {.source_mac = kOurMac, .sender_ip = sender_ip, .targets = {kSubnet}, .own = {kOurIp}};
}

ArpFrame Request(uint32_t ip, const MacAddress& destination = kBroadcastMac, uint32_t spa = kOurIp) {
  return Wire::Frame(ARPOP_REQUEST, kOurMac, spa, destination, {}, ip);
}
ArpFrame Answer(const MacAddress& mac, uint32_t ip = kTarget, uint32_t tpa = kOurIp) {
  return Wire::Frame(ARPOP_REPLY, mac, ip, kOurMac, kOurMac, tpa);
}

class Film {
 public:
  explicit Film(ReplayConfig config = Config()) : replay(std::move(config)) {}
  void Sent(const ArpFrame& arp, int64_t at) { Show(Recorded(arp, true, at)); }
  void Received(const ArpFrame& arp, int64_t at) { Show(Recorded(arp, false, at)); }
  void Show(const HeardFrame& frame) { replay.Feed({&frame, 1}); }
  std::vector<Record> Records() {
    std::vector<Record> records(1000);
    records.resize(replay.Read(0, records));
    return records;
  }
  Replay replay;
};

bool Same(const Record& a, const Record& b) {
  return std::memcmp(&a, &b, sizeof(Record)) == 0;
}

}  // namespace

// A sweep and its recording, side by side, over questions and answers in any order.
TEST_CASE("a recording gives the records that the sweep gave") {
  for (const uint32_t seed : {1U, 2U, 3U, 4U}) {
    CAPTURE(seed);
    const uint32_t sender_ip = seed % 2 == 0 ? 0 : kOurIp;
    std::mt19937 random(seed);
    Wire wire(sender_ip);
    Film film(Config(sender_ip));
    int64_t at = 0;
    const auto send = [&](const ArpFrame& arp) {
      wire.Send(arp, true, at);
      film.Sent(arp, at);
    };
    for (int i = 0; i < 20'000; ++i) {
      // Send times are even: the lowest bit says something else.
      at += 2 * static_cast<int64_t>(random() % (10 * kMs));
      const uint32_t ip = kTarget + random() % 20;
      const uint32_t index = *wire.targets.IndexOf(ip);
      const MacAddress mac = MacAddress::FromKey(0x020000000100 + random() % 4);
      switch (random() % 8) {
        case 0:
        case 1:
          if (wire.state.Queued(index) == UINT8_MAX) break;
          wire.state.AddQueued(index);
          send(Request(ip, kBroadcastMac, sender_ip));
          break;
        case 2:
          if (sender_ip == 0 || wire.state.ProbesQueued(index) == UINT8_MAX) break;
          wire.state.AddProbeQueued(index);
          send(Request(ip, kBroadcastMac, 0));
          break;
        case 3: {
          AddressEntry* entry = wire.table.Find(index);
          Responder* responder = entry == nullptr ? nullptr : wire.table.Find(*entry, mac);
          if (responder == nullptr || responder->unicast_queued == UINT8_MAX) break;
          responder->unicast_queued.fetch_add(1);
          send(Request(ip, mac, sender_ip));
          break;
        }
        default: {
          const ArpFrame arp = Answer(mac, ip, random() % 3 == 0 ? 0 : sender_ip);
          wire.Send(arp, false, at);
          film.Received(arp, at);
        }
      }
    }
    std::vector<Record> lived(1000);
    lived.resize(ReadResponders({wire.targets, wire.table, wire.matcher}, 0, true, lived));
    const std::vector<Record> seen = film.Records();
    REQUIRE(lived.size() > 40);
    REQUIRE(seen.size() == lived.size());
    for (size_t i = 0; i < seen.size(); ++i) CHECK(Same(seen[i], lived[i]));
    const ReplayStatus status = film.replay.Status();
    CHECK(status.asked == wire.counters.transmitted.value());
    CHECK(status.received == wire.counters.received.value());
    CHECK(status.answered == wire.counters.answered.value());
    CHECK(status.untested == 255 - 20);
  }
}

TEST_CASE("who asks one address more often than a byte counts still has round trips") {
  Film film;
  for (int i = 0; i < 300; ++i) {
    film.Sent(Request(kTarget), i * 100 * kMs);
    film.Received(Answer(kA), i * 100 * kMs + kMs + (i == 299 ? -kMs / 2 : 0));
  }
  REQUIRE(film.Records().size() == 1);
  CHECK(film.Records()[0].asked == 300);
  CHECK(film.Records()[0].replies == 300);
  CHECK(film.Records()[0].rtt_ms == 0.5);
}

TEST_CASE("a question by unicast to whoever has not answered yet is one like any other") {
  Film film;
  film.Sent(Request(kTarget, kA), 0);
  film.Received(Answer(kA), 2 * kMs);
  REQUIRE(film.Records().size() == 1);
  CHECK(film.Records()[0].rtt_ms == 2);
  CHECK(film.Records()[0].unicasts == 0);
  film.Sent(Request(kTarget, kA), 100 * kMs);
  film.Received(Answer(kA), 101 * kMs);
  CHECK(film.Records()[0].unicasts == 1);
  CHECK(film.Records()[0].confirmed == Record::kConfirmed);
}

TEST_CASE("without directions, what comes from the one who asked was sent") {
  ReplayConfig config = Config();
  config.by_source = true;
  Film film(config);
  film.Received(Request(kTarget), 0);
  film.Received(Answer(kA), kMs);
  REQUIRE(film.Records().size() == 1);
  CHECK(film.Records()[0].rtt_ms == 1);
  CHECK(film.replay.Strays().empty());
}

TEST_CASE("an answer counts with the tag of its question, and is a stray with another") {
  const VlanTag ours{ETH_P_8021Q, 3 << 13 | 100};
  ReplayConfig config = Config();
  config.vlan = 100;
  Film film(config);
  film.Sent(Tagged(Request(kTarget), ours), 0);
  film.Received(Tagged(Answer(kA), {ETH_P_8021Q, 100}), kMs);
  film.Received(Tagged(Answer(kB), {ETH_P_8021Q, 200}), kMs);
  film.Received(Answer(kB), kMs);
  REQUIRE(film.Records().size() == 1);
  CHECK(film.Records()[0].mac[5] == kA.bytes[5]);
  REQUIRE(film.replay.Strays().size() == 1);
  CHECK(film.replay.Strays()[0].vlan_id == 200);
}

TEST_CASE("a tag of priority alone equals none") {
  Film film;
  film.Sent(Tagged(Request(kTarget), {ETH_P_8021Q, 5 << 13}), 0);
  film.Received(Tagged(Answer(kA), {ETH_P_8021Q, 5 << 13}), kMs);
  CHECK(film.Records().size() == 1);
}

TEST_CASE("announcements, other links and what was cut short ask and answer nothing") {
  Film film;
  film.Sent(Request(kOurIp), 0);
  HeardFrame elsewhere = Recorded(Request(kTarget), true, 0);
  elsewhere.link = 1;
  film.Show(elsewhere);
  CHECK(film.replay.Status().asked == 0);
  film.Sent(Request(kTarget), 0);
  HeardFrame cut = Recorded(Answer(kA), false, kMs);
  cut.captured = 30;
  film.Show(cut);
  CHECK(film.replay.Status().malformed == 0);
  cut.length = 30;
  film.Show(cut);
  CHECK(film.replay.Status().malformed == 1);
  CHECK(film.Records().empty());
  CHECK(film.replay.Status().passes == 1);
}

TEST_CASE("where the clock was stepped, or is not told, there is no round trip") {
  Film film;
  film.Sent(Request(kTarget), 3600 * kNanosecondsPerSecond);
  film.Received(Answer(kA), kMs);
  film.Sent(Request(kTarget + 1), 2 * kMs);
  HeardFrame timeless = Recorded(Answer(kA, kTarget + 1), false, 0);
  for (const int64_t odd : {int64_t{0}, int64_t{-1}, INT64_MIN, INT64_MAX, int64_t{1}}) {
    timeless.realtime_ns = odd;
    film.Show(timeless);
  }
  REQUIRE(film.Records().size() == 2);
  for (const Record& record : film.Records()) CHECK(std::isnan(record.rtt_ms));
}

TEST_CASE("whatever a recording holds, its replay stays within bounds") {
  std::mt19937 random(7);
  Film film;
  std::vector<HeardFrame> frames(256);
  for (int round = 0; round < 100; ++round) {
    for (HeardFrame& frame : frames) {
      // Every other one begins like ARP that concerns us.
      const int64_t at = static_cast<int64_t>(random() % kNanosecondsPerSecond);
      frame = Recorded(random() % 2 == 0 ? Request(kTarget) : Answer(kA), random() % 2 == 0, at);
      auto* bytes = reinterpret_cast<uint8_t*>(&frame);
      const size_t from = random() % 3 == 0 ? 0 : offsetof(HeardFrame, bytes) + 12;
      for (size_t i = 0; i < random() % 64; ++i) {
        bytes[from + random() % (sizeof(HeardFrame) - from)] = static_cast<uint8_t>(random());
      }
      DescribeBytes(&frame);
    }
    film.replay.Feed(frames);
  }
  const ReplayStatus status = film.replay.Status();
  CHECK(film.Records().size() == status.responders);
  CHECK(status.untested <= 255);
}

}  // namespace arpsweep::test
