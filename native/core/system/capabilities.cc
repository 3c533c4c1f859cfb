#include "core/system/capabilities.h"

#include <dirent.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/system/clock.h"
#include "core/system/system_error.h"

// Code that a signal brings into any thread at any point: a sanitizer's runtime may be at work there.
#if defined(__clang__)
#define ARPSWEEP_IN_SIGNAL __attribute__((disable_sanitizer_instrumentation))
#else
#define ARPSWEEP_IN_SIGNAL __attribute__((no_sanitize_thread))
#endif

namespace arpsweep {
namespace {

constexpr int64_t kPatienceNs = kNanosecondsPerSecond;
// How often a thread that does not answer is looked for: it may have ended.
constexpr int64_t kLookNs = 5 * kNanosecondsPerMillisecond;

// The kernel keeps these sets for each thread, and its calls change those of the caller alone. So each thread
// has to make them itself, and a signal makes it, which is how the C library changes the user of a process.
// We borrow the signal that it has for that, the one before SIGRTMIN (33 with glibc, 34 with musl): no thread
// can block it, while others are blocked by threads of Node and of our own.
int BroadcastSignal() {
  return SIGRTMIN - 1;
}

struct Order {
  CapabilitySet keep;
  Programs programs;
};

// Threads that have the order at the same time.
constexpr size_t kMostAtOnce = 128;

// Plain memory, which the handler touches by builtins alone: nothing in it may be instrumented.
Order order;
uint64_t answers[kMostAtOnce];  // thread, step, errno: see Pack
uint32_t answered;              // a futex, counts them
std::mutex at_work;             // one broadcast at a time

enum Step : uint8_t { kNone, kBoundingSet, kAmbientSet, kOtherSets, kNoNewPrivileges, kSignal, kUnanswered };

constexpr const char* kStepNames[] = {
    "", "prctl PR_CAPBSET_DROP", "prctl PR_CAP_AMBIENT", "capset", "prctl PR_SET_NO_NEW_PRIVS", "tgkill", ""};

struct Result {
  Step step = kNone;
  int error = 0;
};

ARPSWEEP_IN_SIGNAL inline void Note(Result& result, Step step, long returned) {
  if (returned >= 0 || result.step != kNone) return;
  result.step = step;
  result.error = errno;
}

// What programs inherit that have no capabilities of their own; it takes that the process keeps them.
ARPSWEEP_IN_SIGNAL inline CapabilitySet AmbientSet() {
  CapabilitySet set = 0;
  for (unsigned long number = 0; number < 64; ++number) {
    const long held = syscall(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, number, 0UL, 0UL);
    if (held < 0) break;
    if (held == 1) set |= CapabilitySet{1} << number;
  }
  return set;
}

// In the calling thread, with nothing but system calls: async-signal-safe but for errno. What is refused does
// not keep the rest from being done.
ARPSWEEP_IN_SIGNAL Result Obey(const Order& what) {
  Result result;
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
  Note(result, kOtherSets, syscall(SYS_capget, &header, sets));
  if (result.step != kNone) return result;
  const bool may_bound = (sets[0].effective & (1U << CAP_SETPCAP)) != 0;
  if (what.programs == Programs::kAsLimited) {
    for (unsigned long number = 0; may_bound && number < 64; ++number) {
      const long held = syscall(SYS_prctl, PR_CAPBSET_READ, number, 0UL, 0UL, 0UL);
      if (held < 0) break;  // past the last one that this kernel knows
      if (held == 0 || ((what.keep >> number) & 1) != 0) continue;
      Note(result, kBoundingSet, syscall(SYS_prctl, PR_CAPBSET_DROP, number, 0UL, 0UL, 0UL));
    }
    const long cleared = syscall(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0UL, 0UL, 0UL);
    // Before Linux 4.3 there was no such set.
    if (cleared < 0 && errno != EINVAL) Note(result, kAmbientSet, cleared);
  }
  const CapabilitySet kept = what.keep | (what.programs == Programs::kUnlimited ? AmbientSet() : 0);
  for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; ++i) {
    const auto keep = static_cast<uint32_t>(kept >> (32 * i));
    sets[i].effective &= keep;
    sets[i].permitted &= keep;
    if (what.programs == Programs::kAsLimited) sets[i].inheritable &= keep;
  }
  Note(result, kOtherSets, syscall(SYS_capset, &header, sets));
  if (what.programs == Programs::kAsLimited) {
    Note(result, kNoNewPrivileges, syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL));
  }
  return result;
}

ARPSWEEP_IN_SIGNAL inline uint64_t Pack(long thread, Result result) {
  return static_cast<uint64_t>(thread) << 32 | static_cast<uint64_t>(result.step) << 24 |
         static_cast<uint64_t>(result.error);
}

ARPSWEEP_IN_SIGNAL void OnBroadcast(int, siginfo_t* info, void*) {
  const int before = errno;
  if (info->si_code == SI_TKILL && info->si_pid == syscall(SYS_getpid)) {
    const long self = syscall(SYS_gettid);
    const uint64_t answer = Pack(self, Obey(order));
    for (uint64_t& place : answers) {
      uint64_t unanswered = Pack(self, {kUnanswered, 0});
      if (__atomic_compare_exchange_n(&place, &unanswered, answer, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        break;
    }
    __atomic_add_fetch(&answered, 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, &answered, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }
  errno = before;
}

// What the kernel takes for rt_sigaction(2) on every machine but MIPS; sigaction(3) refuses this signal.
struct KernelAction {
  void (*handler)(int, siginfo_t*, void*);
  unsigned long flags;
  void (*restorer)();
  unsigned long mask[2];
};
constexpr unsigned long kRestorerFlag = 0x04000000;  // SA_RESTORER, which the C library keeps to itself

void SetAction(int signal, const KernelAction* action, KernelAction* before) {
  if (syscall(SYS_rt_sigaction, signal, action, before, size_t{_NSIG / 8}) != 0) {
    throw SystemError("rt_sigaction", errno);
  }
}

// A handler returns to the kernel through a piece of the C library, which that names with every action it
// sets: it is made to set one as it was, and asked.
KernelAction ActionThatReturns() {
  struct sigaction same {};
  KernelAction action{};
  if (sigaction(SIGRTMAX, nullptr, &same) != 0 || sigaction(SIGRTMAX, &same, nullptr) != 0) {
    throw SystemError("sigaction", errno);
  }
  SetAction(SIGRTMAX, nullptr, &action);
  return {nullptr, action.flags & kRestorerFlag, action.restorer, {}};
}

// While it lives, the broadcast's signal is ours; afterwards it is the C library's again, unless a thread has
// still to handle it: without a handler the signal would end the process.
class BroadcastHandler {
 public:
  BroadcastHandler() {
    KernelAction action = ActionThatReturns();
    action.handler = OnBroadcast;
    action.flags |= SA_SIGINFO | SA_RESTART | SA_ONSTACK;
    SetAction(BroadcastSignal(), &action, &before_);
  }
  BroadcastHandler(const BroadcastHandler&) = delete;
  BroadcastHandler& operator=(const BroadcastHandler&) = delete;
  ~BroadcastHandler() {
    if (!keeps_) syscall(SYS_rt_sigaction, BroadcastSignal(), &before_, nullptr, size_t{_NSIG / 8});
  }

  void Keep() { keeps_ = true; }

 private:
  KernelAction before_{};
  bool keeps_ = false;
};

std::vector<pid_t> Threads() {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir("/proc/self/task"), closedir);
  if (!directory) throw SystemError("open /proc/self/task", errno);
  std::vector<pid_t> threads;
  while (const dirent* entry = readdir(directory.get())) {
    const auto thread = static_cast<pid_t>(std::strtol(entry->d_name, nullptr, 10));
    if (thread > 0) threads.push_back(thread);
  }
  return threads;
}

bool IsThere(pid_t process, pid_t thread) {
  return syscall(SYS_tgkill, process, thread, 0) == 0;
}

Result AnswerOf(size_t place) {
  const uint64_t packed = __atomic_load_n(&answers[place], __ATOMIC_SEQ_CST);
  return {static_cast<Step>(packed >> 24 & 0xff), static_cast<int>(packed & 0xffffff)};
}

// Has threads obey, all at the same time: in each the kernel comes to it in its own. Their answers are in
// their places then; a thread that has ended has done so without complaint.
void Command(pid_t process, const std::vector<pid_t>& threads, int64_t until) {
  const auto answer_for = [](size_t place, pid_t thread, Result result) {
    __atomic_store_n(&answers[place], Pack(thread, result), __ATOMIC_SEQ_CST);
  };
  for (size_t i = 0; i < threads.size(); ++i) {
    answer_for(i, threads[i], {kUnanswered, 0});
    if (syscall(SYS_tgkill, process, threads[i], BroadcastSignal()) == 0) continue;
    // Without room for a signal (RLIMIT_SIGPENDING) there is a thread, but no way to it.
    answer_for(i, threads[i], errno == ESRCH ? Result{} : Result{kSignal, errno});
  }
  for (bool in_vain = false; MonotonicNs() < until;) {
    const uint32_t seen = __atomic_load_n(&answered, __ATOMIC_SEQ_CST);
    bool waiting = false;
    for (size_t i = 0; i < threads.size(); ++i) {
      if (AnswerOf(i).step != kUnanswered) continue;
      if (in_vain && !IsThere(process, threads[i])) {
        answer_for(i, threads[i], {});
      } else {
        waiting = true;
      }
    }
    if (!waiting) return;
    const timespec wait{.tv_sec = 0, .tv_nsec = kLookNs};
    in_vain =
        syscall(SYS_futex, &answered, FUTEX_WAIT_PRIVATE, seen, &wait, nullptr, 0) != 0 && errno == ETIMEDOUT;
  }
}

std::string CallIn(const char* call, pid_t thread) {
  return std::string(call) + " in thread " + std::to_string(thread);
}

}  // namespace

size_t KeepOnlyCapabilities(CapabilitySet keep, Programs programs) {
  const std::lock_guard lock(at_work);
  order = {keep, programs};
  const pid_t process = getpid();
  const auto self = static_cast<pid_t>(syscall(SYS_gettid));
  const int64_t until = MonotonicNs() + kPatienceNs;
  std::vector<pid_t> asked{self};
  std::optional<SystemError> failure;
  const auto note = [&failure](Result result, pid_t thread) {
    if (failure || result.step == kNone) return;
    failure.emplace(CallIn(kStepNames[result.step], thread), result.error);
  };
  note(Obey(order), self);
  BroadcastHandler handler;
  // A thread that was not asked yet may start others meanwhile: until there is no new one.
  while (true) {
    std::vector<pid_t> news;
    for (const pid_t thread : Threads()) {
      const bool is_new = std::find(asked.begin(), asked.end(), thread) == asked.end();
      if (is_new && news.size() < kMostAtOnce) news.push_back(thread);
    }
    if (news.empty()) break;
    Command(process, news, until);
    for (size_t i = 0; i < news.size(); ++i) {
      Result result = AnswerOf(i);
      if (result.step == kUnanswered) {
        handler.Keep();
        result = {kSignal, ETIMEDOUT};
      }
      note(result, news[i]);
      // Who is late finds no place to answer.
      __atomic_store_n(&answers[i], 0, __ATOMIC_SEQ_CST);
    }
    asked.insert(asked.end(), news.begin(), news.end());
  }
  if (failure) throw *failure;
  return asked.size();
}

}  // namespace arpsweep
