#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

// Tests that make interfaces and send frames run in the throwaway namespaces of scripts/in-lab.sh only.

namespace arpsweep::test {

/// True in a network namespace of scripts/in-lab.sh that is not the one it was started from.
inline bool InLab() {
  const char* outside = std::getenv("ARPSWEEP_LAB_OUTSIDE");
  std::array<char, 64> here{};
  return outside != nullptr && readlink("/proc/self/ns/net", here.data(), here.size() - 1) > 0 &&
         std::string(outside) != here.data();
}

/// Decorates a test case; scripts/native-tests.sh takes a skipped one for a failure.
inline doctest::skip NeedsLab() {
  return doctest::skip(!InLab());
}

/// Two joined interfaces, up and without IPv4 addresses; gone with the object.
class VethPair {
 public:
  VethPair(std::string near, std::string far, int mtu = 1500) : near_(std::move(near)), far_(std::move(far)) {
    REQUIRE(InLab());
    Run("ip link add " + near_ + " type veth peer name " + far_ + "");
    for (const std::string& end : {near_, far_})
      Run("ip link set " + end + " mtu " + std::to_string(mtu) + " arp off up");
  }
  VethPair(const VethPair&) = delete;
  VethPair& operator=(const VethPair&) = delete;
  ~VethPair() { (void)std::system(("ip link delete " + near_).c_str()); }

 private:
  static void Run(const std::string& command) {
    CAPTURE(command);
    REQUIRE(std::system(command.c_str()) == 0);
  }

  std::string near_;
  std::string far_;
};

}  // namespace arpsweep::test
