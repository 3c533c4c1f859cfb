#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <queue>
#include <vector>

#include "core/sweep/conductor.h"
#include "core/sweep/line.h"
#include "core/wire/arp.h"
#include "core/wire/byte_order.h"
#include "simulated_wire.h"

// A sweep without kernel, threads or waiting: the whole sending side and the matching of replies run on a
// simulated wire and by a simulated clock. The same seed gives the same run.

namespace arpsweep::test {

class SimulatedLine final : public Line {
 public:
  /// live: as SimulatedHosts says. stop_after: ns after which the sweep is stopped.
  SimulatedLine(const WireConditions& conditions, const TargetSpace& targets,
                const std::vector<uint32_t>& live, const RequestFields& us, int64_t stop_after, uint64_t seed)
      : conditions_(conditions),
        targets_(targets),
        us_(us),
        stop_at_(kStart + stop_after),
        wire_(conditions, kStart, seed),
        hosts_(conditions, live) {}

  /// Who is to hear what arrives. shows_own_frames: and what leaves.
  void Connect(ReplyMatcher& matcher, Counters& counters, bool shows_own_frames) {
    matcher_ = &matcher;
    counters_ = &counters;
    shows_own_frames_ = shows_own_frames;
  }

  int64_t Now() const override { return now_; }
  int Send(std::span<mmsghdr> frames) override {
    for (const mmsghdr& message : frames) {
      Advance(now_ + conditions_.frame_cost);
      const auto* frame = static_cast<const uint8_t*>(message.msg_hdr.msg_iov->iov_base);
      if (shows_own_frames_) Hear({frame, message.msg_hdr.msg_iov->iov_len}, true, now_);
      Ask(frame);
      ++sent_;
    }
    return static_cast<int>(frames.size());
  }
  // Waiting is const to those who wait; here it moves the time.
  void WaitUntil(int64_t until) const override { const_cast<SimulatedLine*>(this)->Sleep(until); }
  void WaitForRoom(int64_t until) const override { WaitUntil(until); }
  bool IsStopped() const override { return now_ > stop_at_; }
  int64_t HeardUntil() const override { return now_ / kBlockNs * kBlockNs; }

  uint64_t sent() const { return sent_; }
  /// Since the beginning.
  double seconds() const { return static_cast<double>(now_ - kStart) / static_cast<double>(kSimSecond); }

 private:
  static constexpr int64_t kStart = kSimSecond;
  static constexpr int64_t kBlockNs = 4 * kSimMs;  // replies are handed over in blocks, as by the ring
  static constexpr size_t kTpa = 38;               // offsets in a frame
  static constexpr size_t kSpa = 28;

  struct Reply {
    int64_t at;
    uint32_t index;
    bool to_probe;
    bool operator>(const Reply& other) const { return at > other.at; }
  };

  void Sleep(int64_t until) {
    SimulatedChance& chance = wire_.chance();
    const bool hiccup = chance.Happens(conditions_.hiccup_share);
    const int64_t late = chance.Between(0, conditions_.wake_delay);
    Advance(std::max(until, now_ + 1000) + late + (hiccup ? conditions_.hiccup : 0));
  }

  void Ask(const uint8_t* frame) {
    const bool passes = wire_.Passes(now_);
    const auto index = targets_.IndexOf(LoadBigEndian32(frame + kTpa));
    if (!passes || !index) return;
    if (const auto trip = hosts_.Answer(*index, now_, wire_.chance())) {
      replies_.push({now_ + *trip, *index, LoadBigEndian32(frame + kSpa) == 0});
    }
  }

  void Advance(int64_t to) {
    now_ = std::max(now_, to);
    for (; !replies_.empty() && replies_.top().at < HeardUntil(); replies_.pop()) Deliver(replies_.top());
  }

  void Deliver(const Reply& reply) {
    const int64_t block = reply.at / kBlockNs;
    if (block != block_) in_block_ = 0;
    block_ = block;
    if (conditions_.ring_answers > 0 && ++in_block_ > conditions_.ring_answers) {
      counters_->kernel_drops.Add();
      return;
    }
    const MacAddress mac = MacAddress::FromKey(uint64_t{0x02'99} << 32 | reply.index);
    std::array<uint8_t, 64> bytes{};
    const size_t length = EmitArp({.ethernet_destination = us_.source,
                                   .ethernet_source = mac,
                                   .operation = ARPOP_REPLY,
                                   .sender_hardware = mac,
                                   .sender_protocol = targets_.AddressAt(reply.index),
                                   .target_hardware = us_.source,
                                   .target_protocol = reply.to_probe ? 0 : us_.sender_ip},
                                  bytes);
    Hear({bytes.data(), length}, false, reply.at);
  }

  void Hear(std::span<const uint8_t> bytes, bool outgoing, int64_t at) {
    matcher_->OnFrame({.bytes = bytes, .outgoing = outgoing, .realtime_ns = at, .monotonic_ns = at});
  }

  const WireConditions conditions_;
  const TargetSpace& targets_;
  const RequestFields us_;
  const int64_t stop_at_;
  SimulatedWire wire_;
  SimulatedHosts hosts_;
  ReplyMatcher* matcher_ = nullptr;
  Counters* counters_ = nullptr;
  bool shows_own_frames_ = false;
  int64_t now_ = kStart;
  uint64_t sent_ = 0;
  std::priority_queue<Reply, std::vector<Reply>, std::greater<>> replies_;
  int64_t block_ = 0;
  uint32_t in_block_ = 0;
};

/// What a simulated sweep is to ask, and of whom.
struct SimulatedSweep {
  uint32_t addresses = 65'536;
  uint32_t live = 301;
  double rate = 10'000;
  double ceiling = std::numeric_limits<double>::infinity();
  uint32_t burst = 512;
  uint32_t passes = 30;
  bool adaptive = true;
  uint32_t named = 0;  // so many addresses, the first
  uint32_t named_requests = 0;
  int64_t stop_after = 3000 * kSimSecond;
  WireConditions wire;
};

struct SimulatedResult {
  uint32_t found = 0;
  uint32_t missed = 0;    // live, asked, and taken for silent
  uint64_t untested = 0;  // live or not
  double seconds = 0;
  uint64_t frames = 0;
  uint32_t passes = 0;
  double limit = 0;
  uint64_t asked_again = 0;
  uint64_t drops = 0;
  uint8_t silent_asked_least = 255;  // requests to an address that did not answer
  uint8_t silent_asked_most = 0;
  uint8_t named_asked_least = 255;  // requests to a named one that did not answer
  uint8_t others_asked_most = 0;    // requests to one that is not named and did not answer
  Completeness completeness;
  SendOutcome outcome = SendOutcome::kSent;
};

inline SweepConfig ConfigOf(const SimulatedSweep& sweep, uint64_t seed) {
  constexpr uint32_t kFirst = 0x0a630000;
  SweepConfig config;
  config.request = {.source = {{0x02, 0, 0, 0, 0, 1}}, .sender_ip = 0x0a610001};
  config.targets = {{kFirst, kFirst + sweep.addresses - 1}};
  if (sweep.named > 0) config.named = {{kFirst, kFirst + sweep.named - 1}};
  config.named_requests = sweep.named_requests;
  config.rate = sweep.rate;
  config.ceiling = sweep.ceiling;
  config.burst = sweep.burst;
  config.passes = sweep.passes;
  config.adaptive_passes = sweep.adaptive;
  config.census = sweep.passes > 1;
  config.seed = seed;
  config.two_senders = false;
  return config;
}

/// So many indexes of `addresses`, at random.
inline std::vector<uint32_t> ChooseLive(uint32_t addresses, uint32_t live, uint64_t seed) {
  std::mt19937_64 random(seed * 7919 + 1);
  std::vector<uint32_t> indexes(addresses);
  for (uint32_t i = 0; i < addresses; ++i) indexes[i] = i;
  for (uint32_t i = 0; i < live; ++i) std::swap(indexes[i], indexes[i + random() % (addresses - i)]);
  indexes.resize(live);
  return indexes;
}

inline SimulatedResult Simulate(const SimulatedSweep& sweep, uint64_t seed) {
  const SweepConfig config = ConfigOf(sweep, seed);
  const RequestFields& us = config.request;
  const std::vector<uint32_t> live = ChooseLive(sweep.addresses, sweep.live, seed);
  const TargetSpace targets(config.targets, {});
  AddressState state(targets.capacity(), config.proves_sending());
  SendTimes times(targets.capacity());
  ResponderTable table;
  Counters counters;
  LinkWatch link;
  ReplyMatcher matcher(targets, us, state, times, table, counters);
  SimulatedLine line(sweep.wire, targets, live, us, sweep.stop_after, seed);
  line.Connect(matcher, counters, config.proves_sending());
  Transmitter transmitter(line, us, Pacer(config.rate, config.burst), state, times, counters, link);
  Conductor conductor(config, targets, state, table, matcher, counters, link, line, transmitter, nullptr);

  SimulatedResult result;
  result.outcome = conductor.Run();
  result.found = static_cast<uint32_t>(counters.answered.value());
  for (const uint32_t index : live) result.missed += !state.Answered(index) && state.Tested(index) ? 1 : 0;
  for (uint32_t index = 0; index < targets.size(); ++index) {
    if (state.Answered(index)) continue;
    result.silent_asked_least = std::min(result.silent_asked_least, state.Queued(index));
    result.silent_asked_most = std::max(result.silent_asked_most, state.Queued(index));
    uint8_t& named = result.named_asked_least;
    uint8_t& others = result.others_asked_most;
    if (index < sweep.named) {
      named = std::min(named, state.Queued(index));
    } else {
      others = std::max(others, state.Queued(index));
    }
  }
  result.untested = conductor.CountUntested();
  result.seconds = line.seconds();
  result.frames = line.sent();
  result.passes = conductor.pass();
  result.limit = conductor.walker().limit();
  result.asked_again = counters.asked_again.value();
  result.drops = counters.kernel_drops.value();
  result.completeness = conductor.completeness();
  return result;
}

}  // namespace arpsweep::test
