#pragma once

#include <doctest/doctest.h>
#include <net/if.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iterator>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "core/netlink/interfaces.h"
#include "core/sweep/sweep_engine.h"
#include "core/system/clock.h"
#include "lab.h"

// What tests of the engine need: somebody to answer, and time.

namespace arpsweep::test {

inline constexpr uint32_t kBase = 0x0a630000;  // 10.99.0.0
inline constexpr uint32_t kNearIp = 0x0a63fffe;

/// A rate at which our own frames are seen leaving, and one at which they are not.
inline constexpr double kProvenRate = SweepConfig::kMostProven;
inline constexpr double kFullRate = std::numeric_limits<double>::infinity();

inline void Run(const std::string& command) {
  CAPTURE(command);
  REQUIRE(std::system(command.c_str()) == 0);
}

/// A veth pair whose far end is in a namespace of its own; its kernel answers for 10.99.0.0/20.
class FarHost {
 public:
  FarHost() {
    REQUIRE(InLab());
    Run("ip netns add far");
    Run("ip link add near type veth peer name far netns far");
    Run("ip address add 10.99.255.254/16 dev near && ip link set near up");
    Run("ip -n far link set lo up && ip -n far link set far up && ip -n far address add 10.99.255.1/16 dev "
        "far");
    Run("ip -n far route add local 10.99.0.0/20 dev lo");
    config.interface_index = static_cast<int>(if_nametoindex("near"));
    for (const LinkInfo& link : ListLinks()) {
      if (link.name == "near") config.request = {.source = link.mac.value(), .sender_ip = kNearIp};
    }
    config.own = {kNearIp};
    config.rate = kFullRate;
    config.passes = 2;
    config.census = true;
    config.cooldown_ns = 50'000'000;
    config.seed = 1;
    config.targets = {{kBase, kBase + 255}};
  }
  FarHost(const FarHost&) = delete;
  FarHost& operator=(const FarHost&) = delete;
  ~FarHost() {
    (void)std::system("ip link delete near 2>/dev/null");
    (void)std::system("ip netns delete far 2>/dev/null");
  }

  SweepConfig config;
};

inline bool WaitFor(const std::function<bool()>& condition, int64_t limit_ms = 20'000) {
  for (const int64_t until = MonotonicNs() + limit_ms * 1'000'000; MonotonicNs() < until;) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

/// Addresses of all ranges.
inline uint64_t CountOf(const std::vector<AddressRange>& ranges) {
  uint64_t count = 0;
  for (const AddressRange& range : ranges) count += uint64_t{range.last} - range.first + 1;
  return count;
}

/// Descriptors that this process holds.
inline size_t CountDescriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(all), end(all)));
}

inline bool IsDone(const SweepEngine& engine) {
  return engine.Status().state >= SweepStatus::State::kDone;
}

inline const auto kNothing = [] {};

}  // namespace arpsweep::test
