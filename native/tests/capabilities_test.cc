// A process that gives up its capabilities, with threads that do not make it easy. What it has left is read
// in the kernel's own words, proc_pid_status(5). It cannot be undone, so each case has a process of its own.

#include "core/system/capabilities.h"

#include <doctest/doctest.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <thread>
#include <vector>

#include "core/system/blocked_signals.h"
#include "core/system/system_error.h"
#include "lab.h"

namespace arpsweep::test {
namespace {

constexpr CapabilitySet kNetRaw = CapabilitySet{1} << CAP_NET_RAW;

// Of one thread: a line of its status by its name.
using ThreadStatus = std::map<std::string, std::string>;

std::string StatusOfThreads() {
  std::ostringstream text;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    text << std::ifstream(task.path() / "status").rdbuf() << "\n";
  }
  return text.str();
}

std::vector<ThreadStatus> Parse(const std::string& text) {
  std::vector<ThreadStatus> threads;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const size_t colon = line.find(":\t");
    if (colon == std::string::npos) continue;
    if (line.rfind("Name:", 0) == 0) threads.emplace_back();
    threads.back()[line.substr(0, colon)] = line.substr(colon + 2);
  }
  return threads;
}

// What `body` returns, which runs in a process of its own.
std::string InChild(const std::function<std::string()>& body) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  std::cout.flush();  // else the child says it once more
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    const std::string text = body();
    const bool written = write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t got; (got = read(ends[0], buffer, sizeof(buffer))) > 0;) {
    text.append(buffer, static_cast<size_t>(got));
  }
  close(ends[0]);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CAPTURE(text);
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) == 0);
  return text;
}

// Makes a system call fail with EPERM from now on, as a container's seccomp profile may.
void Refuse(uint32_t number) {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{std::size(program), program};
  syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter);
}

// Every program that this thread and those after it start has the capability.
void MakeAmbient(unsigned long number) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
  syscall(SYS_capget, &header, sets);
  sets[0].inheritable = 1U << number;
  syscall(SYS_capset, &header, sets);
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0UL, 0UL);
}

CapabilitySet SetOf(const ThreadStatus& thread, const char* name) {
  return std::stoull(thread.at(name), nullptr, 16);
}

// Threads that wait, that take no signals, that are busy, and one that starts others all the time.
class Crowd {
 public:
  Crowd() {
    for (int i = 0; i < 3; ++i) Start([this] { stop_.wait(false); });
    for (int i = 0; i < 3; ++i) {
      const BlockedSignals blocked;
      Start([this] { stop_.wait(false); });
    }
    Start([this] {
      while (!stop_.load()) continue;
    });
    Start([this] {
      while (!stop_.load()) std::thread([] {}).join();
    });
  }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;
  ~Crowd() {
    stop_.store(true);
    stop_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  static constexpr size_t kSize = 8;

 private:
  void Start(std::function<void()> body) { threads_.emplace_back(std::move(body)); }

  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

}  // namespace

TEST_SUITE("threads") {
  TEST_CASE("every thread keeps what is to be kept, and nothing else" * NeedsLab()) {
    const auto threads = Parse(InChild([] {
      const Crowd crowd;
      KeepOnlyCapabilities(kNetRaw, Programs::kAsLimited);
      return StatusOfThreads();
    }));
    CHECK(threads.size() >= 1 + Crowd::kSize);
    for (const ThreadStatus& thread : threads) {
      CHECK(SetOf(thread, "CapEff") == kNetRaw);
      CHECK(SetOf(thread, "CapPrm") == kNetRaw);
      CHECK(SetOf(thread, "CapBnd") == kNetRaw);
      CHECK((SetOf(thread, "CapInh") & ~kNetRaw) == 0);
      CHECK(SetOf(thread, "CapAmb") == 0);
      CHECK(thread.at("NoNewPrivs") == "1");
    }
  }

  TEST_CASE("programs that are still to be started keep their chances" * NeedsLab()) {
    const auto before = Parse(StatusOfThreads());
    const auto threads = Parse(InChild([] {
      MakeAmbient(CAP_NET_ADMIN);
      const Crowd crowd;
      KeepOnlyCapabilities(0, Programs::kUnlimited);
      return StatusOfThreads();
    }));
    REQUIRE(threads.size() >= 1 + Crowd::kSize);
    CHECK(SetOf(threads.front(), "CapAmb") == CapabilitySet{1} << CAP_NET_ADMIN);
    for (const ThreadStatus& thread : threads) {
      // A sanitizer has a thread from before.
      const CapabilitySet ambient = SetOf(thread, "CapAmb");
      for (const char* set : {"CapEff", "CapPrm", "CapInh"}) CHECK(SetOf(thread, set) == ambient);
      CHECK(thread.at("CapBnd") == before.front().at("CapBnd"));
      CHECK(thread.at("NoNewPrivs") == before.front().at("NoNewPrivs"));
    }
  }

  TEST_CASE("what was given up stays so, and can be given up again" * NeedsLab()) {
    const auto threads = Parse(InChild([] {
      const Crowd crowd;
      KeepOnlyCapabilities(0, Programs::kAsLimited);
      KeepOnlyCapabilities(~CapabilitySet{0}, Programs::kAsLimited);
      return StatusOfThreads();
    }));
    for (const ThreadStatus& thread : threads) CHECK(SetOf(thread, "CapPrm") == 0);
  }

  TEST_CASE("what is refused is named, and the rest is done nevertheless" * NeedsLab()) {
    const std::string text = InChild([] {
      Refuse(SYS_capset);
      const Crowd crowd;
      try {
        KeepOnlyCapabilities(0, Programs::kAsLimited);
        return std::string("nothing was refused");
      } catch (const SystemError& error) {
        return StatusOfThreads() + "Refused:\t" + error.syscall() + "\n";
      }
    });
    const auto threads = Parse(text);
    REQUIRE(threads.size() >= 1 + Crowd::kSize);
    for (const ThreadStatus& thread : threads) {
      CHECK(SetOf(thread, "CapBnd") == 0);
      CHECK(thread.at("NoNewPrivs") == "1");
    }
    CHECK(threads.back().at("Refused").rfind("capset in thread ", 0) == 0);
  }

  TEST_CASE("a thread that cannot be reached in time is named, and obeys when it can" * NeedsLab()) {
    const auto threads = Parse(InChild([] {
      std::atomic<pid_t> deaf{0};
      std::atomic<bool> may_hear{false};
      std::atomic<bool> stop{false};
      std::thread thread([&] {
        const uint64_t all = ~uint64_t{0};
        // The C library would leave out what it needs itself.
        syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all, nullptr, sizeof(all));
        deaf.store(static_cast<pid_t>(syscall(SYS_gettid)));
        deaf.notify_all();
        may_hear.wait(false);
        syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, &all, nullptr, sizeof(all));
        may_hear.store(false);
        may_hear.notify_all();
        stop.wait(false);
      });
      deaf.wait(0);
      std::string failure;
      try {
        KeepOnlyCapabilities(0, Programs::kAsLimited);
      } catch (const SystemError& error) {
        failure = error.syscall();
      }
      may_hear.store(true);
      may_hear.notify_all();
      may_hear.wait(true);
      const std::string text = StatusOfThreads();
      stop.store(true);
      stop.notify_all();
      thread.join();
      return failure == "tgkill in thread " + std::to_string(deaf.load()) ? text : std::string();
    }));
    CHECK(threads.size() >= 2);
    for (const ThreadStatus& one : threads) CHECK(SetOf(one, "CapPrm") == 0);
  }

  TEST_CASE("the C library changes the user of all threads as before" * NeedsLab()) {
    const auto threads = Parse(InChild([] {
      const Crowd crowd;
      KeepOnlyCapabilities(CapabilitySet{1} << CAP_SETGID, Programs::kAsLimited);
      return setresgid(0, 0, 0) == 0 ? StatusOfThreads() : std::string();
    }));
    CHECK(threads.size() >= 1 + Crowd::kSize);
  }
}

}  // namespace arpsweep::test
