#pragma once

#include <atomic>
#include <functional>

#include "core/netlink/link_monitor.h"
#include "core/sweep/counters.h"
#include "core/sweep/link_watch.h"
#include "core/sweep/reply_matcher.h"
#include "core/system/network_namespace.h"
#include "core/system/packet_socket.h"
#include "core/system/stop_signal.h"

namespace arpsweep {

/// The receiving thread: hands frames from the socket to the matcher, and watches the link.
class Receiver {
 public:
  /// on_news: called on this thread when a responder was heard for the first time.
  /// heard_until: what the kernel had received by this monotonic time has been read.
  Receiver(ReceiveSocket& socket, LinkMonitor& monitor, const NamedNamespace& place, ReplyMatcher& matcher,
           const ResponderTable& table, Counters& counters, LinkWatch& link,
           std::atomic<int64_t>& heard_until, std::function<void()> on_news);

  /// Until Finish.
  void Run();

  /// Lets Run return once it has read what the kernel had received by now. Any thread.
  void Finish() { finish_.Set(); }

 private:
  void ReadFrames();
  void TellNews(int64_t now);
  void ReadLink();
  void WatchPlace(int64_t now);
  void FollowClock();

  ReceiveSocket& socket_;
  LinkMonitor& monitor_;
  const NamedNamespace& place_;
  ReplyMatcher& matcher_;
  const ResponderTable& table_;
  Counters& counters_;
  LinkWatch& link_;
  std::atomic<int64_t>& heard_until_;
  std::function<void()> on_news_;
  StopSignal finish_;
  uint32_t told_ = 0;  // responders
  int64_t told_at_ = 0;
  bool place_gone_ = false;
  int64_t place_seen_at_ = 0;
  int64_t clock_offset_ = 0;  // CLOCK_REALTIME minus CLOCK_MONOTONIC
};

}  // namespace arpsweep
