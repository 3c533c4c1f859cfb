#include "core/sweep/receiver.h"

#include <poll.h>

#include <algorithm>
#include <cstdlib>

#include "core/system/clock.h"

namespace arpsweep {
namespace {

constexpr int kIdleMs = 100;
// A block that was being filled when Finish was called is retired after kRetireMs.
constexpr int kLastBlockMs = 2 * static_cast<int>(ReceiveSocket::kRetireMs) + 2;
// Clocks that part further than this were stepped; less is slewing, or a noisy reading.
constexpr int64_t kClockStepNs = kNanosecondsPerMillisecond;
// Answers that were under way when the link went away are asked for again.
constexpr int64_t kAnswerUnderWayNs = 200 * kNanosecondsPerMillisecond;

int64_t ClockOffset() {
  int64_t offset = 0;
  for (int64_t shortest = INT64_MAX, tries = 0; tries < 3; ++tries) {
    const int64_t before = MonotonicNs();
    const int64_t realtime = RealtimeNs();
    const int64_t after = MonotonicNs();
    if (after - before < shortest) {
      shortest = after - before;
      offset = realtime - before - shortest / 2;
    }
    if (shortest < 1000) break;
  }
  return offset;
}

}  // namespace

Receiver::Receiver(ReceiveSocket& socket, LinkMonitor& monitor, ReplyMatcher& matcher,
                   const ResponderTable& table, Counters& counters, LinkWatch& link,
                   std::function<void()> on_news)
    : socket_(socket),
      monitor_(monitor),
      matcher_(matcher),
      table_(table),
      counters_(counters),
      link_(link),
      on_news_(std::move(on_news)),
      clock_offset_(ClockOffset()) {}

void Receiver::Run() {
  while (true) {
    const bool finishing = finish_.IsSet();
    if (ReadBlocks()) continue;
    // Once finish_ is set its descriptor stays readable; waiting on it would not wait for the last block.
    pollfd waits[] = {{socket_.fd(), POLLIN | POLLERR, 0},
                      {monitor_.fd(), POLLIN, 0},
                      {finishing ? -1 : finish_.fd(), POLLIN, 0}};
    const int ready = poll(waits, 3, finishing ? kLastBlockMs : kIdleMs);
    if ((waits[0].revents & POLLERR) != 0) socket_.TakeError();
    if ((waits[1].revents & (POLLIN | POLLERR)) != 0) ReadLink();
    counters_.kernel_drops.Add(socket_.TakeDrops());
    if (finishing && ready <= 0) return;
  }
}

bool Receiver::ReadBlocks() {
  const uint32_t known = table_.size();
  bool any = false;
  while (true) {
    FollowClock();
    const bool read = socket_.ReadBlock([this](const tpacket3_hdr& header, const sockaddr_ll& address) {
      CapturedFrame frame;
      frame.bytes = {reinterpret_cast<const uint8_t*>(&header) + header.tp_mac, header.tp_snaplen};
      frame.outgoing = address.sll_pkttype == PACKET_OUTGOING;
      if ((header.tp_status & TP_STATUS_VLAN_VALID) != 0) frame.vlan_id = header.hv1.tp_vlan_tci & 0x0fff;
      frame.realtime_ns = int64_t{header.tp_sec} * kNanosecondsPerSecond + header.tp_nsec;
      frame.monotonic_ns = frame.realtime_ns - clock_offset_;
      matcher_.OnFrame(frame);
    });
    if (!read) break;
    any = true;
    if (table_.size() != known) on_news_();
  }
  return any;
}

void Receiver::ReadLink() {
  const uint64_t losses = monitor_.losses();
  const LinkState state = monitor_.Update();
  const int64_t now = MonotonicNs();
  if (monitor_.losses() != losses) {
    counters_.link_flaps.Add(monitor_.losses() - losses);
    if (link_.gap_from.load(std::memory_order_relaxed) == 0) {
      link_.gap_from.store(now - kAnswerUnderWayNs, std::memory_order_relaxed);
    }
  }
  if (link_.gap_from.load(std::memory_order_relaxed) != 0) link_.gap_to.store(now, std::memory_order_relaxed);
  link_.state.store(state, std::memory_order_release);
}

void Receiver::FollowClock() {
  const int64_t offset = ClockOffset();
  if (std::abs(offset - clock_offset_) < kClockStepNs) return;
  clock_offset_ = offset;
  matcher_.OnClockStep(MonotonicNs());
}

}  // namespace arpsweep
