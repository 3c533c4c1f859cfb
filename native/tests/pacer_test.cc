#include "core/sweep/pacer.h"

#include <doctest/doctest.h>

#include <initializer_list>
#include <limits>

namespace arpsweep {
namespace {

constexpr int64_t kStart = 1'000'000'000'000;
constexpr int64_t kSecond = 1'000'000'000;

// Sends as fast as the pacer allows, in batches of 64, from `now` for `duration`; sleeps as it says.
uint64_t Run(Pacer& pacer, int64_t& now, int64_t duration) {
  uint64_t sent = 0;
  for (const int64_t end = now + duration; now < end;) {
    const uint32_t taken = pacer.Take(now, 64);
    sent += taken;
    if (taken == 0) now = pacer.NextAt(now);
  }
  return sent;
}

}  // namespace

TEST_CASE("the rate is kept over time, from a frame a second to a million") {
  for (const double rate : {1.0, 10.0, 999.0, 5'000.0, 100'000.0, 1'000'000.0}) {
    Pacer pacer(rate, 0);
    int64_t now = kStart;
    const auto sent = static_cast<double>(Run(pacer, now, 10 * kSecond));
    CHECK(sent >= 10 * rate * 0.99);
    CHECK(sent <= 10 * rate + 1 + rate * 0.005);
  }
}

TEST_CASE("the burst goes out at once, once") {
  Pacer pacer(1000, 512);
  CHECK(pacer.Take(kStart, 300) == 300);
  CHECK(pacer.Take(kStart, 300) == 212);
  CHECK(pacer.Take(kStart, 300) == 0);
  int64_t now = kStart;
  const auto sent = Run(pacer, now, kSecond);
  CHECK(sent >= 995);
  CHECK(sent <= 1005);
}

TEST_CASE("a pause is not made up for") {
  Pacer pacer(5000, 0);
  int64_t now = kStart;
  Run(pacer, now, kSecond);
  now += 3600 * kSecond;
  uint64_t at_once = 0;
  for (uint32_t taken = 1; taken > 0; at_once += taken) taken = pacer.Take(now, 64);
  CHECK(at_once <= 5000 * Pacer::kSlackNs / kSecond + 1);
}

TEST_CASE("at low rates frames are one interval apart") {
  Pacer pacer(10, 0);
  CHECK(pacer.Take(kStart, 64) == 1);
  CHECK(pacer.Take(kStart, 64) == 0);
  CHECK(pacer.NextAt(kStart) == kStart + kSecond / 10);
  CHECK(pacer.Take(kStart + kSecond / 10 - 1, 64) == 0);
  CHECK(pacer.Take(kStart + kSecond / 10, 64) == 1);
}

TEST_CASE("no sleep is shorter than the quantum") {
  Pacer pacer(50'000, 0);
  pacer.Take(kStart, 1);
  REQUIRE(pacer.Take(kStart, 1) == 0);
  CHECK(pacer.NextAt(kStart) == kStart + Pacer::kQuantumNs);
}

TEST_CASE("what could not be sent is given back") {
  Pacer pacer(1000, 0);
  REQUIRE(pacer.Take(kStart, 1) == 1);
  pacer.Return(1);
  CHECK(pacer.Take(kStart, 1) == 1);
  CHECK(pacer.Take(kStart, 1) == 0);
}

TEST_CASE("what was left over of a batch goes back to the burst") {
  Pacer pacer(1000, 100);
  REQUIRE(pacer.Take(kStart, 64) == 64);
  pacer.Return(63);
  CHECK(pacer.Take(kStart, 200) == 99);
  CHECK(pacer.Take(kStart, 200) == 0);
}

TEST_CASE("without a rate nothing waits") {
  Pacer pacer(std::numeric_limits<double>::infinity(), 0);
  CHECK(pacer.Take(kStart, 64) == 64);
  CHECK(pacer.Take(kStart, 64) == 64);
  CHECK(pacer.NextAt(kStart) == kStart);
}

}  // namespace arpsweep
