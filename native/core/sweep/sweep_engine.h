#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <latch>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "core/netlink/link_monitor.h"
#include "core/sweep/conductor.h"
#include "core/sweep/part.h"
#include "core/sweep/receiver.h"
#include "core/sweep/record.h"
#include "core/sweep/sockets.h"
#include "core/sweep/sweep_config.h"

namespace arpsweep {

/// What an engine has done so far.
struct SweepStatus {
  /// kDone: the results are final. kClosed: and threads and descriptors are gone, so that Close does not
  /// wait.
  enum class State : uint8_t { kIdle, kRunning, kDone, kClosed };
  State state = State::kIdle;
  Phase phase = Phase::kIdle;
  SendOutcome outcome = SendOutcome::kSent;
  std::string fault_syscall;  // empty where none failed
  int fault_errno = 0;
  uint64_t queued = 0, transmitted = 0, received = 0, send_errors = 0, malformed = 0, unsolicited = 0,
           kernel_drops = 0, overruns = 0, answered = 0, link_flaps = 0;
  uint64_t unmended_drops = 0;  // of kernel_drops: nothing was asked again
  uint64_t unsent = 0;          // frames that the kernel took and the link did not send; whose is not known
  uint32_t passes = 0;
  uint32_t responders = 0;
  uint32_t targets = 0;   // of the part that is asked, our own addresses included
  uint64_t untested = 0;  // once done; before, all of them but our own
  double rate = 0;        // frames per second from the first to the last batch
  double limit = 0;       // frames per second beyond which the wire loses more; 0 where none was met
  uint64_t asked_again = 0;
  Completeness completeness;  // once done
  double elapsed_ms = 0;
  double remaining_ms = 0;
};

/// One sweep of one link: a sending and a receiving thread over their own sockets, and what they learn.
/// Engines share nothing. Start, Stop, Close, Status, Read and Untested belong to one thread, but for
/// Stop, which any may call.
class SweepEngine {
 public:
  /// on_news: called from either thread when there are new responders, when the sweep is done, and when it is
  /// closed.
  SweepEngine(SweepConfig config, std::function<void()> on_news);
  ~SweepEngine();
  SweepEngine(const SweepEngine&) = delete;
  SweepEngine& operator=(const SweepEngine&) = delete;

  /// Opens the sockets in the link's network namespace. Once; from then on no capability is needed.
  /// @throws SystemError
  void Open();
  /// Opens the sockets unless they are, and starts the threads. Once. Does not wait for what takes the kernel
  /// its time: where that fails, Status says so.
  /// @throws SystemError
  void Start();
  /// Makes the threads end within 100 ms.
  void Stop();
  /// Ends the threads and closes every descriptor; what was learnt stays. Idempotent.
  void Close();

  SweepStatus Status() const;

  /// What the engine holds before anybody has answered, ring and stacks left out.
  size_t memory_bytes() const {
    return sizeof(*this) + size_t{targets_.capacity()} * 3 +
           size_t{std::min(targets_.capacity(), SendTimes::kMaxSlots)} * sizeof(uint64_t);
  }

  /// Responders from the `from`-th on; as they stand once the sweep is done, before that as they were first
  /// heard.
  size_t Read(size_t from, std::span<Record> into);
  /// Untested addresses in order. Beyond `limit` ranges those with the least between them are joined.
  std::vector<AddressRange> Untested(size_t limit) const;
  /// Slices of the targets' permutation that cover what another sweep has to ask, because this one ended
  /// before it was known; at most `limit`.
  std::vector<Slice> Remaining(size_t limit) const;
  /// Whether an address is a target of the part.
  bool Holds(uint32_t address) const;
  /// Requests to all, so far, that left for an address; 0 for one that is no target.
  uint32_t RequestsTo(uint32_t address) const;
  /// Frames that concern us though they answer no question; none before the sweep is done.
  std::vector<StrayRecord> Strays();

 private:
  struct Senders;

  void RunSender();
  SendOutcome Sweep();
  void RunReceiver();
  uint64_t UnexplainedLack() const;
  void Fail(const char* syscall, int error);
  bool IsUntested(uint32_t index) const;
  bool done() const { return state_.load(std::memory_order_acquire) >= SweepStatus::State::kDone; }
  double RemainingMs(int64_t now) const;

  const SweepConfig config_;
  const std::function<void()> on_news_;
  const TargetSpace targets_;
  const Part part_;
  AddressState address_state_;
  SendTimes send_times_;
  ResponderTable table_;
  Counters counters_;
  LinkWatch link_;
  StopSignal stop_;
  ReplyMatcher matcher_;

  std::unique_ptr<Sockets> sockets_;
  std::unique_ptr<Conductor> conductor_;
  std::unique_ptr<Senders> senders_;
  std::unique_ptr<Receiver> receiver_;
  std::atomic<int64_t> heard_until_{0};
  std::latch all_read_{1};  // by the receiver, for good
  std::thread sender_thread_;
  std::thread receiver_thread_;  // the sending thread's

  std::atomic<SweepStatus::State> state_{SweepStatus::State::kIdle};
  mutable std::mutex fault_mutex_;
  std::string fault_syscall_;
  int fault_errno_ = 0;
  std::atomic<SendOutcome> outcome_{SendOutcome::kSent};
  int64_t started_at_ = 0;
  std::atomic<int64_t> ended_at_{0};
  std::atomic<uint64_t> untested_{0};
  std::atomic<uint64_t> unsent_{0};
  std::atomic<uint64_t> others_replies_{0};  // known once the sweep is done
};

}  // namespace arpsweep
