#include "core/listen/listener.h"

#include <linux/if_packet.h>
#include <poll.h>
#include <pthread.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "core/system/blocked_signals.h"
#include "core/system/clock.h"
#include "core/system/interface_index.h"
#include "core/system/network_namespace.h"
#include "core/system/packet_socket.h"
#include "core/system/system_error.h"
#include "core/wire/bpf_filter.h"

namespace arpsweep {
namespace {

// A link that carries little fills a block with a frame or two every kRetireMs: many small ones last a
// quarter of a second, in which the reader may wait for a processor.
constexpr size_t kBlockBytes = size_t{1} << 14;
constexpr size_t kRingBytes = size_t{1} << 20;

constexpr int kFinishStepMs = 2;
// A block that was being filled when Finish was called is retired after kRetireMs.
constexpr int64_t kLastBlockNs = (2 * PacketRing::kRetireMs + 2) * kNanosecondsPerMillisecond;

std::optional<VlanTag> StrippedTag(const ReceivedFrame& frame) {
  if (frame.vlan_protocol == 0) return std::nullopt;
  return VlanTag{frame.vlan_protocol, frame.vlan_control};
}

}  // namespace

struct Listener::Port {
  struct Sockets {
    Sockets(int index, bool outgoing) : monitor(index), receive(index, BuildListenFilter(), outgoing) {
      receive.Listen(kRingBytes, kBlockBytes);
    }
    LinkMonitor monitor;
    ReceiveSocket receive;
  };

  // Of the reading thread, once it runs.
  std::unique_ptr<Sockets> sockets;
  std::atomic<LinkState> state{LinkState::kUp};
  std::atomic<uint64_t> kernel_drops{0};
  std::atomic<uint64_t> overruns{0};
};

Listener::Listener(size_t capacity, std::function<void()> on_news)
    : frames_(capacity), on_news_(std::move(on_news)) {}

Listener::~Listener() {
  Close();
}

void Listener::Open(const ListenLink& link) {
  if (state_.load() != ListenerStatus::State::kIdle)
    throw std::logic_error("links are opened before the start");
  auto port = std::make_unique<Port>();
  RunInNetworkNamespace(link.namespace_path, [&] {
    port->sockets = std::make_unique<Port::Sockets>(InterfaceIndex(link.interface), link.outgoing);
    if (link.promiscuous) port->sockets->receive.JoinPromiscuous();
  });
  port->state.store(port->sockets->monitor.state());
  ports_.push_back(std::move(port));
}

void Listener::Start() {
  if (state_.load() != ListenerStatus::State::kIdle) throw std::logic_error("a listener starts once");
  state_.store(ListenerStatus::State::kListening);
  try {
    const BlockedSignals blocked;
    thread_ = std::thread([this] { Run(); });
  } catch (const std::system_error& error) {
    state_.store(ListenerStatus::State::kDone);
    throw SystemError("pthread_create", error.code().value());
  }
}

void Listener::Close() {
  closing_.store(true);
  finish_.Set();
  if (thread_.joinable()) thread_.join();
  ClosePorts();
  finish_.Release();
}

void Listener::Run() {
  pthread_setname_np(pthread_self(), "arpsweep-listen");
  try {
    ReadUntilFinished();
  } catch (const SystemError& error) {
    const std::lock_guard lock(fault_mutex_);
    fault_syscall_ = error.syscall();
    fault_errno_ = error.errno_value();
  } catch (const std::bad_alloc&) {
    const std::lock_guard lock(fault_mutex_);
    fault_syscall_ = "malloc";
    fault_errno_ = ENOMEM;
  }
  // Here, where the event loop need not wait for it.
  ClosePorts();
  state_.store(ListenerStatus::State::kDone, std::memory_order_release);
  on_news_();
}

void Listener::ReadUntilFinished() {
  // Ended by the clock and not by silence: where others use the links, frames never end.
  int64_t until = INT64_MAX;
  while (!closing_.load()) {
    const bool finishing = finish_.IsSet();
    const int64_t now = MonotonicNs();
    if (finishing && until == INT64_MAX) until = now + kLastBlockNs;

    const uint64_t before = frames_.written();
    for (uint32_t link = 0; link < ports_.size(); ++link) ReadFrames(link, *ports_[link]);
    if (frames_.written() != before) on_news_();
    if (now >= until) return;

    // Once finish_ is set its descriptor stays readable; waiting on it would not wait for the last block.
    std::vector<pollfd> waits{{finishing ? -1 : finish_.fd(), POLLIN, 0}};
    for (const auto& port : ports_) {
      waits.push_back({port->sockets->receive.fd(), POLLIN | POLLERR, 0});
      waits.push_back({port->sockets->monitor.fd(), POLLIN, 0});
    }
    poll(waits.data(), waits.size(), finishing ? kFinishStepMs : -1);
    for (size_t i = 0; i < ports_.size(); ++i) {
      Port& port = *ports_[i];
      if ((waits[1 + 2 * i].revents & POLLERR) != 0) port.sockets->receive.TakeError();
      if ((waits[2 + 2 * i].revents & (POLLIN | POLLERR)) != 0)
        port.state.store(port.sockets->monitor.Update());
    }
  }
}

// At most a ring's worth: under a flood one link's ring is never empty, and the others need a look as well.
void Listener::ReadFrames(uint32_t link, Port& port) {
  ReceiveSocket& socket = port.sockets->receive;
  const auto keep = [&](const ReceivedFrame& received) {
    HeardFrame frame = DescribeFrame(received.bytes, received.length, StrippedTag(received));
    frame.realtime_ns = received.realtime_ns;
    frame.link = link;
    frame.packet_type = received.packet_type;
    if (!frames_.Push(frame)) port.overruns.fetch_add(1);
  };
  for (size_t i = 0; i < socket.batches() && socket.Read(keep); ++i) continue;
  port.kernel_drops.fetch_add(socket.TakeDrops());
}

// To close a packet socket the kernel waits several times for its own readers (synchronize_net), some ten
// milliseconds each. All at once they wait together.
void Listener::ClosePorts() {
  std::vector<std::thread> closers;
  closers.reserve(ports_.size());
  for (const auto& port : ports_) {
    if (!port->sockets) continue;
    try {
      const BlockedSignals blocked;
      closers.emplace_back([&port] { port->sockets.reset(); });
    } catch (const std::system_error&) {
      port->sockets.reset();
    }
  }
  for (std::thread& closer : closers) closer.join();
}

ListenerStatus Listener::Status() const {
  ListenerStatus status;
  status.state = state_.load(std::memory_order_acquire);
  status.overruns = frames_.overruns();
  for (const auto& port : ports_)
    status.links.push_back({port->state.load(), port->kernel_drops.load(), port->overruns.load()});
  const std::lock_guard lock(fault_mutex_);
  status.fault_syscall = fault_syscall_;
  status.fault_errno = fault_errno_;
  return status;
}

}  // namespace arpsweep
