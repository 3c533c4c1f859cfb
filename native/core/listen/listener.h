#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "core/listen/frame_queue.h"
#include "core/netlink/link_monitor.h"
#include "core/system/stop_signal.h"

namespace arpsweep {

struct ListenLink {
  std::string interface;
  /// File of its network namespace; empty for that of the calling thread.
  std::string namespace_path;
  /// Hears frames to other machines as well, which a bridge passes on without looking at them.
  bool promiscuous = false;
  /// Hears what this machine sends there as well.
  bool outgoing = true;
};

struct ListenerStatus {
  enum class State { kIdle, kListening, kDone };
  struct Link {
    LinkState state = LinkState::kUp;
    /// Frames that the kernel dropped.
    uint64_t kernel_drops = 0;
    /// Of the overruns, those of this link.
    uint64_t overruns = 0;
  };

  State state = State::kIdle;
  /// Frames that were heard and found no room, for they were not fetched in time.
  uint64_t overruns = 0;
  /// In the order in which they were opened.
  std::vector<Link> links;
  /// The system call that ended the listening, where one failed.
  std::string fault_syscall;
  int fault_errno = 0;
};

/// Hears every ARP frame on its links, those that this machine itself sends there included, and sends
/// nothing. One thread reads all links. Methods are for one thread at a time, unless they say otherwise.
class Listener {
 public:
  /// capacity: frames that are kept until they are fetched.
  /// on_news: called on the reading thread when frames came or the listening has ended.
  Listener(size_t capacity, std::function<void()> on_news);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Opens one more link, before Start; the kernel keeps its frames from now on. Throws SystemError.
  void Open(const ListenLink& link);
  /// Throws SystemError.
  void Start();
  /// Ends the listening once what the kernel has received by now is read. Any thread.
  void Finish() { finish_.Set(); }
  /// Ends it now, and frees everything but the frames. Idempotent.
  void Close();

  /// Takes the oldest frames that were heard. @returns how many.
  size_t Take(std::span<HeardFrame> into) { return frames_.Take(into); }

  ListenerStatus Status() const;

 private:
  struct Port;

  void Run();
  void ReadUntilFinished();
  void ReadFrames(uint32_t link, Port& port);
  void ClosePorts();

  FrameQueue frames_;
  std::function<void()> on_news_;
  std::vector<std::unique_ptr<Port>> ports_;
  StopSignal finish_;
  std::atomic<bool> closing_{false};
  std::atomic<ListenerStatus::State> state_{ListenerStatus::State::kIdle};
  mutable std::mutex fault_mutex_;
  std::string fault_syscall_;
  int fault_errno_ = 0;
  std::thread thread_;
};

}  // namespace arpsweep
