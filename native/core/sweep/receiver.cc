#include "core/sweep/receiver.h"

#include <poll.h>

#include <algorithm>
#include <cstdlib>

#include "core/system/clock.h"

namespace arpsweep {
namespace {

constexpr int64_t kIdleMs = 10;  // the sender waits to hear that nothing came
constexpr int64_t kFinishStepMs = 2;
// A block that was being filled when Finish was called is retired after kRetireMs. Without a ring nothing is
// late, but a sweep without cooldown listens as long.
constexpr int64_t kLastBlockNs = (2 * PacketRing::kRetireMs + 2) * kNanosecondsPerMillisecond;
// Whoever waits for responders is woken at once by the first and then no more often than this.
constexpr int64_t kNewsNs = 10 * kNanosecondsPerMillisecond;
// How often the name of the namespace is looked at.
constexpr int64_t kPlaceNs = 50 * kNanosecondsPerMillisecond;
// Clocks that part further than this were stepped; less is slewing, or a noisy reading.
constexpr int64_t kClockStepNs = kNanosecondsPerMillisecond;
// Answers that were under way when the link went away are asked for again, and the kernel tells of a lost
// carrier up to a second late (net/core/link_watch.c).
constexpr int64_t kBeforeLossNs = 1200 * kNanosecondsPerMillisecond;

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

Receiver::Receiver(ReceiveSocket& socket, LinkMonitor& monitor, const NamedNamespace& place,
                   ReplyMatcher& matcher, const ResponderTable& table, Counters& counters, LinkWatch& link,
                   std::atomic<int64_t>& heard_until, std::function<void()> on_news)
    : socket_(socket),
      monitor_(monitor),
      place_(place),
      matcher_(matcher),
      table_(table),
      counters_(counters),
      link_(link),
      heard_until_(heard_until),
      on_news_(std::move(on_news)),
      clock_offset_(ClockOffset()) {}

void Receiver::Run() {
  // Ended by the clock and not by silence: where others use the link, frames never end.
  int64_t until = INT64_MAX;
  while (true) {
    const bool finishing = finish_.IsSet();
    const int64_t now = MonotonicNs();
    if (finishing && until == INT64_MAX) until = now + kLastBlockNs;
    ReadFrames();
    // Once finish_ is set its descriptor stays readable; waiting on it would not wait for the last block.
    pollfd waits[] = {{socket_.fd(), POLLIN | POLLERR, 0},
                      {monitor_.fd(), POLLIN, 0},
                      {finishing ? -1 : finish_.fd(), POLLIN, 0}};
    const int64_t left_ms = (until - now) / kNanosecondsPerMillisecond + 1;
    poll(waits, 3, static_cast<int>(std::clamp<int64_t>(left_ms, 0, finishing ? kFinishStepMs : kIdleMs)));
    if ((waits[0].revents & POLLERR) != 0) socket_.TakeError();
    if ((waits[1].revents & (POLLIN | POLLERR)) != 0) ReadLink();
    WatchPlace(now);
    counters_.kernel_drops.Add(socket_.TakeDrops());
    if (now >= until) return;
  }
}

// At most what there may be at once: under a flood it never ends, and the link and the end need a look as
// well.
void Receiver::ReadFrames() {
  const int64_t now = MonotonicNs();
  for (size_t i = 0; i < socket_.batches(); ++i) {
    FollowClock();
    const bool read = socket_.Read([this](const ReceivedFrame& frame) {
      matcher_.OnFrame({.bytes = frame.bytes,
                        .outgoing = frame.outgoing,
                        .vlan_id = frame.vlan_id,
                        .realtime_ns = frame.realtime_ns,
                        .monotonic_ns = frame.stamped ? frame.realtime_ns - clock_offset_ : 0});
    });
    if (!read) {
      // Frames that wait in a block that is not full are still to come.
      if (socket_.IsEmpty()) heard_until_.store(now, std::memory_order_release);
      break;
    }
  }
  TellNews(now);
}

void Receiver::TellNews(int64_t now) {
  if (table_.size() == told_ || now - told_at_ < kNewsNs) return;
  told_ = table_.size();
  told_at_ = now;
  on_news_();
}

void Receiver::ReadLink() {
  const uint64_t losses = monitor_.losses();
  const bool was_away = monitor_.state() != LinkState::kUp;
  const LinkState state = monitor_.Update();
  const int64_t now = MonotonicNs();
  const bool lost = monitor_.losses() != losses;
  if (lost) {
    counters_.link_flaps.Add(monitor_.losses() - losses);
    const int64_t mended_to = link_.mended_to.load(std::memory_order_acquire);
    if (link_.gap_to.load(std::memory_order_relaxed) <= mended_to) {
      link_.gap_from.store(std::max(now - kBeforeLossNs, mended_to), std::memory_order_relaxed);
    }
  }
  // The news may be of other links, which do not widen the gap.
  if (lost || was_away) link_.gap_to.store(now, std::memory_order_release);
  link_.state.store(place_gone_ ? LinkState::kGone : state, std::memory_order_release);
}

// Nobody tells when a name goes.
void Receiver::WatchPlace(int64_t now) {
  if (place_gone_ || now - place_seen_at_ < kPlaceNs) return;
  place_seen_at_ = now;
  place_gone_ = place_.IsGone();
  if (place_gone_) link_.state.store(LinkState::kGone, std::memory_order_release);
}

void Receiver::FollowClock() {
  const int64_t offset = ClockOffset();
  if (std::abs(offset - clock_offset_) < kClockStepNs) return;
  clock_offset_ = offset;
  matcher_.OnClockStep(MonotonicNs());
}

}  // namespace arpsweep
