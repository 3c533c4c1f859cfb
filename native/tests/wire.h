#pragma once

#include <array>

#include "core/sweep/reply_matcher.h"
#include "frame_catalogue.h"

namespace arpsweep::test {

inline constexpr uint32_t kTarget = kTheirIp;
inline constexpr MacAddress kA{{0x02, 0, 0, 0, 0, 0x0a}};
inline constexpr MacAddress kB{{0x02, 0, 0, 0, 0, 0x0b}};
inline constexpr int64_t kMs = 1'000'000;

// A wire in a box: frames at times that the test chooses. Time starts at one second.
class Wire {
 public:
  /// proves_sending: our own frames are seen leaving.
  explicit Wire(uint32_t sender_ip = kOurIp, bool proves_sending = true)
      : Wire(RequestFields{.source = kOurMac, .sender_ip = sender_ip}, proves_sending) {}
  explicit Wire(const RequestFields& request, bool proves_sending = true)
      : request_(request), proves_sending_(proves_sending) {}

  void Request(uint32_t ip, int64_t at) {
    state.AddQueued(*targets.IndexOf(ip));
    ForeignRequest(ip, at);
  }
  void ForeignRequest(uint32_t ip, int64_t at) {
    Send(Tagged(Frame(ARPOP_REQUEST, request_.sender_hardware, request_.SenderFor(ip), request_.destination,
                      {}, ip)),
         true, at);
  }
  void Probe(uint32_t ip, int64_t at) {
    state.AddProbeQueued(*targets.IndexOf(ip));
    Send(Frame(ARPOP_REQUEST, kOurMac, 0, kBroadcastMac, {}, ip), true, at);
  }
  void Unicast(uint32_t ip, const MacAddress& mac, int64_t at) {
    Find(ip, mac)->unicast_queued.fetch_add(1);
    Send(Tagged(Frame(ARPOP_REQUEST, kOurMac, request_.sender_ip, mac, {}, ip)), true, at);
  }
  void Reply(uint32_t ip, const MacAddress& mac, int64_t at) {
    Send(Frame(ARPOP_REPLY, mac, ip, kOurMac, kOurMac, request_.SenderFor(ip)), false, at);
  }
  void ProbeReply(uint32_t ip, const MacAddress& mac, int64_t at) {
    Send(Frame(ARPOP_REPLY, mac, ip, kOurMac, kOurMac, 0), false, at);
  }

  // With the tags of our questions.
  ArpFrame Tagged(ArpFrame arp) const {
    for (const VlanTag& tag : request_.tags) arp.tags[static_cast<size_t>(arp.tag_count++)] = tag;
    return arp;
  }
  static ArpFrame Frame(uint16_t operation, const MacAddress& sha, uint32_t spa,
                        const MacAddress& destination, const MacAddress& tha, uint32_t tpa) {
    return {.ethernet_destination = destination,
            .ethernet_source = sha,
            .operation = operation,
            .sender_hardware = sha,
            .sender_protocol = spa,
            .target_hardware = tha,
            .target_protocol = tpa};
  }
  void Send(const ArpFrame& arp, bool outgoing, int64_t at, uint16_t vlan_id = 0) {
    std::array<uint8_t, 64> bytes{};
    const size_t length = EmitArp(arp, bytes);
    matcher.OnFrame({.bytes = {bytes.data(), length},
                     .outgoing = outgoing,
                     .vlan_id = vlan_id,
                     .realtime_ns = at + 1'700'000'000'000'000'000,
                     .monotonic_ns = at + 1000 * kMs});
  }

  // How often a stray was seen.
  uint32_t Strays(Stray::Kind kind, uint32_t ip, const MacAddress& mac, uint16_t vlan_id = 0,
                  uint16_t inner_id = 0) const {
    uint32_t count = 0;
    for (const auto& [key, stray] : matcher.strays()) {
      if (key == Stray::Key{kind, ip, mac, {{vlan_id, inner_id}}}) count += stray.count;
    }
    return count;
  }
  Responder* Find(uint32_t ip, const MacAddress& mac) {
    AddressEntry* entry = table.Find(*targets.IndexOf(ip));
    return entry == nullptr ? nullptr : table.Find(*entry, mac);
  }
  uint32_t RoundTrip(uint32_t ip, const MacAddress& mac) { return Find(ip, mac)->round_trip_ns; }
  AddressEntry& Entry(uint32_t ip) { return *table.Find(*targets.IndexOf(ip)); }
  bool Conflict(uint32_t ip) { return Entry(ip).same_request || Entry(ip).alternated; }

 private:
  RequestFields request_;
  bool proves_sending_;

 public:
  TargetSpace targets{{{0x0a000000, 0x0a0000ff}}, {kOurIp}};
  AddressState state{targets.capacity(), proves_sending_};
  SendTimes times{targets.capacity()};
  ResponderTable table;
  Counters counters;
  ReplyMatcher matcher{targets, request_, state, times, table, counters};
};

}  // namespace arpsweep::test
