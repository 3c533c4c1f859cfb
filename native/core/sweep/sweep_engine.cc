#include "core/sweep/sweep_engine.h"

#include <pthread.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "core/sweep/kernel_line.h"
#include "core/sweep/unsent.h"
#include "core/system/blocked_signals.h"
#include "core/system/clock.h"
#include "core/system/network_namespace.h"
#include "core/system/system_error.h"

namespace arpsweep {
namespace {}  // namespace

struct SweepEngine::Senders {
  Senders(const SweepConfig& config, Sockets& sockets, AddressState& state, SendTimes& times,
          Counters& counters, const LinkWatch& link, const StopSignal& stop,
          const std::atomic<int64_t>& heard_until)
      : line(sockets.send, stop, heard_until),
        transmitter(line, config.request, Pacer(config.rate, config.burst), state, times, counters, link) {
    if (!sockets.send_too) return;
    helper_line.emplace(*sockets.send_too, stop, heard_until);
    helper.emplace(*helper_line, config.request, Pacer(std::numeric_limits<double>::infinity(), 0), state,
                   times, counters, link);
  }
  int error() const { return transmitter.error() != 0 || !helper ? transmitter.error() : helper->error(); }

  KernelLine line;
  Transmitter transmitter;
  std::optional<KernelLine> helper_line;
  std::optional<Transmitter> helper;
};

SweepEngine::SweepEngine(SweepConfig config, std::function<void()> on_news)
    : config_(std::move(config)),
      on_news_(std::move(on_news)),
      targets_(config_.targets, config_.own),
      part_(targets_, config_.seed, config_.sequential, config_.part),
      address_state_(targets_.capacity(), config_.proves_sending()),
      send_times_(targets_.capacity()),
      matcher_(targets_, config_.request, address_state_, send_times_, table_, counters_) {}

SweepEngine::~SweepEngine() {
  Close();
}

void SweepEngine::Open() {
  if (sockets_ || state_.load() != SweepStatus::State::kIdle)
    throw std::logic_error("a sweep is opened once");
  RunInNetworkNamespace(config_.namespace_path, [this] { sockets_ = std::make_unique<Sockets>(config_); });
}

void SweepEngine::Start() {
  if (state_.load() != SweepStatus::State::kIdle) throw std::logic_error("a sweep starts once");
  if (!sockets_) Open();
  link_.state.store(sockets_->monitor.state());
  heard_until_.store(MonotonicNs());
  senders_ = std::make_unique<Senders>(config_, *sockets_, address_state_, send_times_, counters_, link_,
                                       stop_, heard_until_);
  conductor_ = std::make_unique<Conductor>(config_, targets_, part_, address_state_, table_, matcher_,
                                           counters_, link_, senders_->line, senders_->transmitter,
                                           senders_->helper ? &*senders_->helper : nullptr);
  receiver_ = std::make_unique<Receiver>(sockets_->receive, sockets_->monitor, sockets_->place, matcher_,
                                         table_, counters_, link_, heard_until_, on_news_);
  started_at_ = MonotonicNs();
  state_.store(SweepStatus::State::kRunning);
  try {
    const BlockedSignals blocked;
    sender_thread_ = std::thread([this] { RunSender(); });
  } catch (const std::system_error& error) {
    state_.store(SweepStatus::State::kClosed);
    throw SystemError("pthread_create", error.code().value());
  }
}

void SweepEngine::Stop() {
  stop_.Set();
}

void SweepEngine::Close() {
  Stop();
  if (sender_thread_.joinable()) sender_thread_.join();
  receiver_.reset();
  sockets_.reset();
  stop_.Release();
}

void SweepEngine::RunSender() {
  pthread_setname_np(pthread_self(), "arpsweep-send");
  // Frames are tens of microseconds apart; by default the kernel lets a sleeper oversleep by 50.
  prctl(PR_SET_TIMERSLACK, 1UL);
  SendOutcome outcome = Sweep();
  // A receiver that failed stops the sweep, or was too late to.
  if (outcome == SendOutcome::kInterrupted || outcome == SendOutcome::kSent) {
    const std::lock_guard lock(fault_mutex_);
    if (!fault_syscall_.empty()) outcome = SendOutcome::kSystemError;
  }
  if (UnexplainedLack() > 0) DoubtSilence(address_state_, targets_.size(), UnexplainedLack());
  untested_.store(conductor_->CountUntested());
  others_replies_.store(matcher_.RepliesToOthers());
  outcome_.store(outcome);
  ended_at_.store(MonotonicNs());
  state_.store(SweepStatus::State::kDone, std::memory_order_release);
  on_news_();
  sockets_->CloseSenders();
  if (receiver_thread_.joinable()) receiver_thread_.join();
  receiver_.reset();
  sockets_.reset();
  state_.store(SweepStatus::State::kClosed, std::memory_order_release);
  on_news_();
}

// Returns when all that was heard is known. To make and to close packet sockets the kernel waits for its own
// readers (synchronize_net), tens of milliseconds in all: so it does that here and not on the event loop, for
// the sockets of both threads at once, and while what was heard is already being reported.
SendOutcome SweepEngine::Sweep() {
  try {
    sockets_->Listen();
    receiver_thread_ = std::thread([this] { RunReceiver(); });
  } catch (const SystemError& error) {
    Fail(error.syscall(), error.errno_value());
    return SendOutcome::kSystemError;
  } catch (const std::system_error& error) {
    Fail("pthread_create", error.code().value());
    return SendOutcome::kSystemError;
  }
  const SendOutcome outcome = conductor_->Run();
  if (outcome == SendOutcome::kSystemError) Fail("sendmmsg", senders_->error());
  // What was under way to the receiver when the sweep ended is still read.
  receiver_->Finish();
  all_read_.wait();
  if (sockets_->sent) {
    unsent_.store(CountUnsent(*sockets_->sent, counters_.queued.value(), counters_.answered.value(), stop_));
  }
  return outcome;
}

void SweepEngine::RunReceiver() {
  pthread_setname_np(pthread_self(), "arpsweep-recv");
  try {
    receiver_->Run();
  } catch (const SystemError& error) {
    Fail(error.syscall(), error.errno_value());
  } catch (const std::bad_alloc&) {
    Fail("malloc", ENOMEM);
  }
  all_read_.count_down();
  sockets_->receive.Close();
}

// After a flap, what was lost with the link was asked again.
uint64_t SweepEngine::UnexplainedLack() const {
  return counters_.link_flaps.value() > 0 ? 0 : unsent_.load();
}

void SweepEngine::Fail(const char* syscall, int error) {
  {
    const std::lock_guard lock(fault_mutex_);
    fault_syscall_ = syscall;
    fault_errno_ = error;
  }
  Stop();
}

SweepStatus SweepEngine::Status() const {
  SweepStatus status;
  status.state = state_.load(std::memory_order_acquire);
  status.outcome = outcome_.load();
  {
    const std::lock_guard lock(fault_mutex_);
    status.fault_syscall = fault_syscall_;
    status.fault_errno = fault_errno_;
  }
  const uint64_t unsent = unsent_.load();
  status.transmitted =
      config_.proves_sending() ? counters_.transmitted.value() : counters_.queued.value() - unsent;
  status.unsent = UnexplainedLack();
  // A device may refuse a frame (NET_XMIT_DROP) after it was seen leaving, as veth does whose other end just
  // went down; and of one that sendmmsg has not returned for, the receiver may know before the sender.
  status.queued = std::max(counters_.queued.value(), status.transmitted);
  status.received = counters_.received.value() - others_replies_.load();
  status.send_errors = counters_.send_errors.value();
  status.malformed = counters_.malformed.value();
  status.unsolicited = counters_.unsolicited.value();
  status.kernel_drops = counters_.kernel_drops.value();
  status.unmended_drops = config_.passes > 1 ? 0 : status.kernel_drops;
  status.overruns = counters_.overruns.value();
  status.answered = counters_.answered.value();
  status.link_flaps = counters_.link_flaps.value();
  status.responders = table_.size();
  status.asked_again = counters_.asked_again.value();
  if (conductor_) {
    status.phase = conductor_->phase();
    status.passes = conductor_->pass();
    status.limit = conductor_->walker().limit();
    if (done()) status.completeness = conductor_->completeness();
    const int64_t sending = senders_->transmitter.last_at() - senders_->transmitter.first_at();
    // One batch alone has no rate.
    if (sending > 0) {
      status.rate = static_cast<double>(status.queued) * static_cast<double>(kNanosecondsPerSecond) /
                    static_cast<double>(sending);
    }
  }
  if (started_at_ != 0) {
    const int64_t now = done() ? ended_at_.load() : MonotonicNs();
    status.elapsed_ms = Milliseconds(now - started_at_);
    if (!done()) status.remaining_ms = RemainingMs(now);
  }
  status.targets = part_.size();
  status.untested = done() ? untested_.load() : part_.foreign();
  return status;
}

double SweepEngine::RemainingMs(int64_t now) const {
  const double cooldown = Milliseconds(config_.cooldown_ns.value_or(350 * kNanosecondsPerMillisecond));
  const Phase phase = conductor_->phase();
  if (phase == Phase::kCooldown) {
    return std::max(0.0, Milliseconds(senders_->transmitter.last_at() - now) + cooldown);
  }
  double frames = 0;
  if (phase == Phase::kSweep || phase == Phase::kIdle) {
    const uint32_t passes = config_.adaptive_passes ? std::min(config_.passes, 2U) : config_.passes;
    const double later = std::max(0.0, static_cast<double>(passes) - conductor_->pass());
    const auto taken = static_cast<double>(conductor_->walker().positions_taken());
    frames = std::max(0.0, part_.size() * (later + 1) - taken);
  }
  if (config_.census) frames += 2.0 * table_.size();
  double rate = conductor_->walker().rate();
  if (!std::isfinite(rate)) {
    const double sending = Milliseconds(now - senders_->transmitter.first_at());
    const auto queued = static_cast<double>(counters_.queued.value());
    if (senders_->transmitter.first_at() == 0 || queued == 0) return std::numeric_limits<double>::quiet_NaN();
    rate = queued * 1000 / std::max(sending, 1.0);
  }
  return frames * 1000 / rate + cooldown;
}

}  // namespace arpsweep
