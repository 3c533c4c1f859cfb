#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/wire/arp.h"

// Every odd frame that the field has shown, a line each. The parser, the filter (by interpreter and by
// kernel), the fuzzer's corpus and the engine's receive path are held against the same table.

namespace arpsweep::test {

inline constexpr MacAddress kOurMac{{0x02, 0, 0, 0, 0, 0x01}};
inline constexpr MacAddress kTheirMac{{0x02, 0, 0, 0, 0, 0x05}};
inline constexpr MacAddress kOtherMac{{0x02, 0, 0, 0, 0, 0x09}};
inline constexpr uint32_t kOurIp = 0x0a000001;
inline constexpr uint32_t kTheirIp = 0x0a000005;

struct CatalogueEntry {
  std::string name;
  std::vector<uint8_t> frame;
  ParseResult result;
  ArpFrame fields;   ///< What ParseArp must find, where the result is kArp.
  bool in;           ///< The filter passes it when it comes in.
  bool out = false;  ///< The filter passes it when it goes out.
};

/// Bytes of hexadecimal digits; spaces are for the reader.
inline std::vector<uint8_t> Bytes(std::string_view hex) {
  std::vector<uint8_t> bytes;
  int high = -1;
  for (const char c : hex) {
    if (c == ' ') continue;
    const int digit = c <= '9' ? c - '0' : c - 'a' + 10;
    if (high >= 0) bytes.push_back(static_cast<uint8_t>(high << 4 | digit));
    high = high >= 0 ? -1 : digit;
  }
  return bytes;
}

/// kTheirMac's unicast answer to us.
inline ArpFrame Reply() {
  return {.ethernet_destination = kOurMac,
          .ethernet_source = kTheirMac,
          .operation = ARPOP_REPLY,
          .sender_hardware = kTheirMac,
          .sender_protocol = kTheirIp,
          .target_hardware = kOurMac,
          .target_protocol = kOurIp};
}

inline ArpFrame Tagged(ArpFrame frame, VlanTag outer) {
  frame.tags[0] = outer;
  frame.tag_count = 1;
  return frame;
}

inline ArpFrame Tagged(ArpFrame frame, VlanTag outer, VlanTag inner) {
  frame.tags = {outer, inner};
  frame.tag_count = 2;
  return frame;
}

/// Reply() but for its addresses and its operation.
inline ArpFrame Says(uint16_t operation, MacAddress destination, MacAddress source, MacAddress sha,
                     uint32_t spa, MacAddress tha, uint32_t tpa) {
  return {.ethernet_destination = destination,
          .ethernet_source = source,
          .operation = operation,
          .sender_hardware = sha,
          .sender_protocol = spa,
          .target_hardware = tha,
          .target_protocol = tpa};
}

inline std::vector<CatalogueEntry> FrameCatalogue() {
  using R = ParseResult;
  const std::string us = "020000000001 ", them = "020000000005 ", other = "020000000009 ";
  const std::string all = "ffffffffffff ", group = "01005e000001 ", none = "000000000000 ";
  const std::string our_ip = "0a000001 ", their_ip = "0a000005 ", no_ip = "00000000 ";
  const std::string to_us = us + them, arp = "0806 ", head = "0001 0800 06 04 ";
  const std::string ask = "0001 ", answer = "0002 ";
  const std::string theirs = them + their_ip + us + our_ip;  // SHA, SPA, THA, TPA of a reply to us
  const std::string reply = head + answer + theirs;
  const std::string asks = ask + them + their_ip + none + our_ip;  // The same of a request to us.
  const std::string asks_short = asks.substr(0, asks.size() - 3);
  const std::string snap = "aaaa03 000000 0806 ";
  const std::string pad(36, '0'), junk = std::string(36, 'f'), jumbo(2 * 8958, '5');
  const MacAddress all_mac = kBroadcastMac, no_mac{}, group_mac{{0x01, 0, 0x5e, 0, 0, 0x01}};

  std::vector<CatalogueEntry> table;
  const auto add = [&table](std::string name, const std::string& hex, ParseResult result, bool in, bool out,
                            const ArpFrame& fields = {}) {
    table.push_back({std::move(name), Bytes(hex), result, fields, in, out});
  };

  const ArpFrame R0 = Reply();
  const ArpFrame alien = Says(ARPOP_REPLY, kOurMac, kOtherMac, kTheirMac, kTheirIp, kOurMac, kOurIp);
  const ArpFrame tha_lost = Says(ARPOP_REPLY, kOurMac, kTheirMac, kTheirMac, kTheirIp, no_mac, kOurIp);
  const ArpFrame stray = Says(ARPOP_REPLY, kOtherMac, kTheirMac, kTheirMac, kTheirIp, kOurMac, kOurIp);
  const ArpFrame to_all = Says(ARPOP_REPLY, all_mac, kTheirMac, kTheirMac, kTheirIp, kOurMac, kOurIp);
  const ArpFrame to_group = Says(ARPOP_REPLY, group_mac, kTheirMac, kTheirMac, kTheirIp, no_mac, kOurIp);
  const ArpFrame garp_reply = Says(ARPOP_REPLY, all_mac, kTheirMac, kTheirMac, kTheirIp, all_mac, kTheirIp);
  const ArpFrame announce = Says(ARPOP_REQUEST, all_mac, kTheirMac, kTheirMac, kTheirIp, no_mac, kTheirIp);
  const ArpFrame asks_all = Says(ARPOP_REQUEST, all_mac, kTheirMac, kTheirMac, kTheirIp, no_mac, kOurIp);
  const ArpFrame asks_us = Says(ARPOP_REQUEST, kOurMac, kTheirMac, kTheirMac, kTheirIp, no_mac, kOurIp);
  const ArpFrame asks_tha = Says(ARPOP_REQUEST, kOurMac, kTheirMac, kTheirMac, kTheirIp, kOurMac, kOurIp);
  const ArpFrame others = Says(ARPOP_REPLY, kOtherMac, kTheirMac, kTheirMac, kTheirIp, kOtherMac, 0x0a000009);
  const ArpFrame ours = Says(ARPOP_REQUEST, all_mac, kOurMac, kOurMac, kOurIp, no_mac, kTheirIp);
  const ArpFrame our_probe = Says(ARPOP_REQUEST, all_mac, kOurMac, kOurMac, 0, no_mac, kTheirIp);
  const ArpFrame confirm = Says(ARPOP_REQUEST, kTheirMac, kOurMac, kOurMac, kOurIp, no_mac, kTheirIp);
  const ArpFrame our_reply = Says(ARPOP_REPLY, kTheirMac, kOurMac, kOurMac, kOurIp, kTheirMac, kTheirIp);
  const ArpFrame spoofed = Says(ARPOP_REPLY, kOurMac, kOurMac, kTheirMac, kTheirIp, kOurMac, kOurIp);
  const ArpFrame group_sha = Says(ARPOP_REPLY, kOurMac, kTheirMac, all_mac, kTheirIp, kOurMac, kOurIp);
  ArpFrame op0 = R0, op3 = R0, op_max = R0;
  op0.operation = 0, op3.operation = ARPOP_RREQUEST, op_max.operation = 0xffff;
  const VlanTag q100{ETH_P_8021Q, 100}, q200{ETH_P_8021Q, 200}, q0{ETH_P_8021Q, 0},
      q0p7{ETH_P_8021Q, 7 << 13};
  const VlanTag ad100{ETH_P_8021AD, 100}, old100{ETH_P_QINQ1, 100}, full{ETH_P_8021Q, 0xffff};

  // clang-format off
  // Answers, in every wrapping.                                                       result  in     out
  add("reply",                       to_us + arp + reply,                              R::kArp, true, false, R0);
  add("reply, padded with zeros",    to_us + arp + reply + pad,                        R::kArp, true, false, R0);
  add("reply, padded with rubbish",  to_us + arp + reply + junk,                       R::kArp, true, false, R0);
  add("reply, one byte of padding",  to_us + arp + reply + "00",                       R::kArp, true, false, R0);
  add("reply, jumbo padding",        to_us + arp + reply + jumbo,                      R::kArp, true, false, R0);
  add("802.1Q",                      to_us + "8100 0064 " + arp + reply,               R::kArp, true, false, Tagged(R0, q100));
  add("802.1Q, padded",              to_us + "8100 0064 " + arp + reply + pad,         R::kArp, true, false, Tagged(R0, q100));
  add("802.1Q, VID 0",               to_us + "8100 0000 " + arp + reply,               R::kArp, true, false, Tagged(R0, q0));
  add("802.1Q, VID 0, priority 7",   to_us + "8100 e000 " + arp + reply,               R::kArp, true, false, Tagged(R0, q0p7));
  add("802.1Q, every bit of TCI",    to_us + "8100 ffff " + arp + reply,               R::kArp, true, false, Tagged(R0, full));
  add("802.1ad",                     to_us + "88a8 0064 " + arp + reply,               R::kArp, true, false, Tagged(R0, ad100));
  add("QinQ before 802.1ad",         to_us + "9100 0064 8100 00c8 " + arp + reply,     R::kArp, true, false, Tagged(R0, old100, q200));
  add("QinQ, 802.1ad over 802.1Q",   to_us + "88a8 0064 8100 00c8 " + arp + reply,     R::kArp, true, false, Tagged(R0, ad100, q200));
  add("QinQ, 802.1Q twice",          to_us + "8100 0064 8100 00c8 " + arp + reply,     R::kArp, true, false, Tagged(R0, q100, q200));
  add("LLC/SNAP",                    to_us + "0024 " + snap + reply,                   R::kArp, true, false, R0);
  add("LLC/SNAP, padded",            to_us + "0024 " + snap + reply + pad,             R::kArp, true, false, R0);
  add("LLC/SNAP behind 802.1Q",      to_us + "8100 0064 0024 " + snap + reply,         R::kArp, true, false, Tagged(R0, q100));
  add("LLC/SNAP, IEEE 802 hardware", to_us + "0024 " + snap + "0006 0800 06 04 " + answer + theirs, R::kArp, true, false, R0);
  add("IEEE 802 hardware type",      to_us + arp + "0006 0800 06 04 " + answer + theirs,            R::kArp, true, false, R0);

  // Answers with odd addresses.
  add("source unlike SHA",           us + other + arp + reply,                         R::kArp, true, false, alien);
  add("SHA is broadcast",            to_us + arp + head + answer + all + their_ip + us + our_ip,        R::kArp, true, false, group_sha);
  add("THA zero",                    to_us + arp + head + answer + them + their_ip + none + our_ip,     R::kArp, true, false, tha_lost);
  add("to us by THA alone",          other + them + arp + reply,                       R::kArp, true, false, stray);
  add("broadcast reply",             all + them + arp + reply,                         R::kArp, true, false, to_all);
  add("multicast reply, THA zero",   group + them + arp + head + answer + them + their_ip + none + our_ip, R::kArp, true, false, to_group);
  add("gratuitous reply",            all + them + arp + head + answer + them + their_ip + all + their_ip,  R::kArp, true, false, garp_reply);
  add("reply from our own MAC",      us + us + arp + reply,                            R::kArp, true, false, spoofed);

  // Not answers.
  add("announcement",                all + them + arp + head + ask + them + their_ip + none + their_ip, R::kArp, false, false, announce);
  add("broadcast request to us",     all + them + arp + head + asks,   R::kArp, false, false, asks_all);
  add("unicast request to us",       us + them + arp + head + asks,    R::kArp, false, false, asks_us);
  add("LLC/SNAP, unicast request",   us + them + "0024 " + snap + head + asks,         R::kArp, false, false, asks_us);
  add("unicast request, IEEE 802",   us + them + arp + "0006 0800 06 04 " + asks,      R::kArp, false, false, asks_us);
  add("unicast request with THA",    us + them + arp + head + ask + them + their_ip + us + our_ip,      R::kArp, true, false, asks_tha);
  add("reply to another",            other + them + arp + head + answer + them + their_ip + other + "0a000009", R::kArp, false, false, others);
  add("operation 0",                 to_us + arp + head + "0000 " + theirs,            R::kArp, true, false, op0);
  add("operation 3, RARP",           to_us + arp + head + "0003 " + theirs,            R::kArp, true, false, op3);
  add("operation 65535",             to_us + arp + head + "ffff " + theirs,            R::kArp, true, false, op_max);

  // Ours: going out it is proof of sending, coming in it is a loop or a clone.
  add("our request",                 all + us + arp + head + ask + us + our_ip + none + their_ip,       R::kArp, true, true, ours);
  add("our probe",                   all + us + arp + head + ask + us + no_ip + none + their_ip,        R::kArp, true, true, our_probe);
  add("our unicast request",         them + us + arp + head + ask + us + our_ip + none + their_ip,      R::kArp, true, true, confirm);
  add("our request, 802.1Q",         all + us + "8100 0064 " + arp + head + ask + us + our_ip + none + their_ip, R::kArp, true, true, Tagged(ours, q100));
  add("our kernel's reply",          them + us + arp + head + answer + us + our_ip + them + their_ip,   R::kArp, true, false, our_reply);

  // Malformed requests, without our THA: where they are addressed to us, that alone passes them, to be counted.
  add("hardware type 0",             to_us + arp + "0000 0800 06 04 " + asks, R::kWrongHardwareType, true, false);
  add("hardware type swapped",       to_us + arp + "0100 0800 06 04 " + asks, R::kWrongHardwareType, true, false);
  add("InfiniBand",                  to_us + arp + "0020 0800 14 04 " + asks, R::kWrongHardwareType, true, false);
  add("protocol type IPv6",          to_us + arp + "0001 86dd 06 04 " + asks, R::kWrongProtocolType, true, false);
  add("protocol type trailer",       to_us + arp + "0001 1000 06 04 " + asks, R::kWrongProtocolType, true, false);
  add("hardware length 0",           to_us + arp + "0001 0800 00 04 " + asks, R::kWrongHardwareLength, true, false);
  add("hardware length 5",           to_us + arp + "0001 0800 05 04 " + asks, R::kWrongHardwareLength, true, false);
  add("hardware length 255",         to_us + arp + "0001 0800 ff 04 " + asks, R::kWrongHardwareLength, true, false);
  add("protocol length 0",           to_us + arp + "0001 0800 06 00 " + asks, R::kWrongProtocolLength, true, false);
  add("protocol length 16",          to_us + arp + "0001 0800 06 10 " + asks, R::kWrongProtocolLength, true, false);
  add("both lengths 255",            to_us + arp + "0001 0800 ff ff " + asks, R::kWrongHardwareLength, true, false);
  add("lengths swapped",             to_us + arp + "0001 0800 04 06 " + asks, R::kWrongHardwareLength, true, false);
  add("malformed to another",        other + them + arp + "0001 0800 05 04 " + asks, R::kWrongHardwareLength, false, false);
  add("802.1Q, wrong length",        to_us + "8100 0064 " + arp + "0001 0800 06 05 " + asks, R::kWrongProtocolLength, true, false);
  add("LLC/SNAP, length too small",  to_us + "0023 " + snap + head + asks, R::kTooShort, true, false);
  add("LLC/SNAP, cut",               to_us + "0024 " + snap + head,                    R::kTooShort, true, false);
  add("802.1Q, cut after the types", to_us + "8100 0064 " + arp + head,                R::kTooShort, true, false);
  add("802.1Q, one byte short",      to_us + "8100 0064 " + arp + head + asks_short,   R::kTooShort, true, false);
  add("QinQ, one byte short",        to_us + "88a8 0064 8100 00c8 " + arp + head + asks_short, R::kTooShort, true, false);
  add("LLC/SNAP, one byte short",    to_us + "0024 " + snap + head + asks_short,       R::kTooShort, true, false);
  add("802.1Q, room for untagged",   to_us + "8100 0064 " + arp + head + ask + them + their_ip + none, R::kTooShort, true, false);
  add("cut, to another",             other + them + arp + head,                        R::kTooShort, false, false);

  // Not ARP, or not to be known as ARP: the kernel keeps it.
  add("802.1Q, cut in the tag",      to_us + "8100 00",                                R::kTooShort, false, false);
  add("QinQ, cut in the second tag", to_us + "88a8 0064 8100 00c8 08",                 R::kTooShort, false, false);
  add("three tags",                  to_us + "8100 0001 8100 0002 8100 0003 " + arp + reply, R::kNotArp, false, false);
  add("IPv4",                        to_us + "0800 " + reply + pad,                    R::kNotArp, false, false);
  add("IPv6",                        to_us + "86dd " + reply + pad,                    R::kNotArp, false, false);
  add("RARP",                        to_us + "8035 " + reply,                          R::kNotArp, false, false);
  add("IPv4 behind 802.1Q",          to_us + "8100 0064 0800 " + reply,                R::kNotArp, false, false);
  add("802.1Q lookalike",            to_us + "8101 0064 " + arp + reply,               R::kNotArp, false, false);
  add("spanning tree",               group + them + "0026 424203 " + reply + pad,      R::kNotArp, false, false);
  add("SNAP, IPv4",                  to_us + "0024 aaaa03 000000 0800 " + reply,       R::kNotArp, false, false);
  add("SNAP, another organisation",  to_us + "0024 aaaa03 00000c 0806 " + reply,       R::kNotArp, false, false);
  add("SNAP, cut",                   to_us + "0024 aaaa03 0000",                       R::kNotArp, false, false);
  add("type just below Ethernet II", to_us + "05ff " + reply,                          R::kNotArp, false, false);
  add("Ethernet II's lowest type",   to_us + "0600 " + snap + reply,                   R::kNotArp, false, false);
  // clang-format on

  const std::vector<uint8_t> whole = Bytes(to_us + arp + head + asks);
  for (size_t length = 0; length < whole.size(); ++length) {
    table.push_back({.name = "too short, " + std::to_string(length) + " bytes",
                     .frame = {whole.begin(), whole.begin() + static_cast<ptrdiff_t>(length)},
                     .result = R::kTooShort,
                     .in = length >= ETH_HLEN});
  }
  return table;
}

}  // namespace arpsweep::test
