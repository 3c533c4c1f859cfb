#include "core/sweep/pacer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <random>
#include <vector>

namespace arpsweep {
namespace {

constexpr int64_t kStart = 1'000'000'000'000;
constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kUs = 1'000;
constexpr int64_t kMs = 1'000'000;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

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

// All that may go out at one moment.
uint64_t AtOnce(Pacer& pacer, int64_t now) {
  uint64_t at_once = 0;
  for (uint32_t taken = 1; taken > 0; at_once += taken) taken = pacer.Take(now, 64);
  return at_once;
}

// A machine that wakes up as late as this, and once in a hundred times by `hiccup` later.
class UnevenMachine {
 public:
  explicit UnevenMachine(int64_t lateness, int64_t hiccup = 0) : lateness_(lateness), hiccup_(hiccup) {}

  // When each frame went out.
  std::vector<int64_t> Run(Pacer& pacer, int64_t now, int64_t duration) {
    std::vector<int64_t> times;
    for (const int64_t end = now + duration; now < end;) {
      if (const uint32_t taken = pacer.Take(now, 64); taken > 0) {
        times.insert(times.end(), taken, now);
      } else {
        now = pacer.NextAt(now) + static_cast<int64_t>(random_()) % lateness_;
        if (random_() % 100 == 0) now += hiccup_;
      }
    }
    return times;
  }

 private:
  int64_t lateness_;
  int64_t hiccup_;
  std::mt19937 random_{1};
};

// How many of them a token bucket of this rate and depth would drop.
uint64_t Policed(const std::vector<int64_t>& times, double rate, double depth) {
  double tokens = depth;
  int64_t before = times.front();
  uint64_t dropped = 0;
  for (const int64_t at : times) {
    tokens = std::min(depth, tokens + static_cast<double>(at - before) * rate / kSecond);
    before = at;
    if (tokens < 1) {
      ++dropped;
    } else {
      tokens -= 1;
    }
  }
  return dropped;
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
  CHECK(pacer.RateNow() == kInfinity);
  CHECK(pacer.Take(kStart, 300) == 300);
  CHECK(pacer.burst_left() == 212);
  CHECK(pacer.Take(kStart, 300) == 212);
  CHECK(pacer.RateNow() == doctest::Approx(1000));
  CHECK(pacer.Take(kStart, 300) == 0);
  int64_t now = kStart;
  const auto sent = Run(pacer, now, kSecond);
  CHECK(sent >= 995);
  CHECK(sent <= 1005);
}

TEST_CASE("a pause is not made up for") {
  for (const bool careful : {false, true}) {
    CAPTURE(careful);
    Pacer pacer(5000, 0);
    pacer.SetRate(5000, careful);
    int64_t now = kStart;
    Run(pacer, now, kSecond);
    now += 3600 * kSecond;
    CHECK(AtOnce(pacer, now) <= (careful ? Pacer::kAtOnceCarefully : 5000 * Pacer::kSlackNs / kSecond + 1));
    // Nor within the next moments.
    const int64_t end = now + 100 * kMs;
    CHECK(Run(pacer, now, end - now) <= 500 + 5000 * Pacer::kSlackNs / kSecond + 1);
  }
}

TEST_CASE("at low rates frames are one interval apart") {
  Pacer pacer(10, 0);
  CHECK(pacer.Take(kStart, 64) == 1);
  CHECK(pacer.Take(kStart, 64) == 0);
  CHECK(pacer.NextAt(kStart) == kStart + kSecond / 10);
  CHECK(pacer.Take(kStart + kSecond / 10 - 1, 64) == 0);
  CHECK(pacer.Take(kStart + kSecond / 10, 64) == 1);
}

TEST_CASE(
    "sleeps are neither so short that they cost more than they even out, nor so long that frames bunch") {
  for (const double rate : {1'000.0, 5'000.0, 50'000.0, 1'000'000.0}) {
    CAPTURE(rate);
    Pacer pacer(rate, 0);
    pacer.Take(kStart, 1);
    REQUIRE(pacer.Take(kStart, 1) == 0);
    const int64_t sleep = pacer.NextAt(kStart) - kStart;
    CHECK(sleep >= Pacer::kShortestNs);
    CHECK(sleep <= Pacer::kLongestNs);
  }
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
  Pacer pacer(kInfinity, 0);
  CHECK(pacer.Take(kStart, 64) == 64);
  CHECK(pacer.Take(kStart, 64) == 64);
  CHECK(pacer.NextAt(kStart) == kStart);
  CHECK(pacer.RateNow() == kInfinity);
}

TEST_CASE("carefully, no more than two frames go out at once, whatever holds the machine up") {
  for (const double rate : {100.0, 1'800.0, 18'000.0, 40'000.0}) {
    CAPTURE(rate);
    Pacer pacer(rate, 0);
    pacer.SetRate(rate, true);
    const std::vector<int64_t> times = UnevenMachine(60 * kUs, 7 * kMs).Run(pacer, kStart, 20 * kSecond);
    uint32_t most = 0;
    uint32_t here = 0;
    for (size_t i = 0; i < times.size(); ++i) {
      here = i > 0 && times[i] == times[i - 1] ? here + 1 : 1;
      most = std::max(most, here);
    }
    CHECK(most <= Pacer::kAtOnceCarefully);
  }
}

TEST_CASE("carefully, a token bucket of just that rate, six frames deep, lets everything pass") {
  for (const double rate : {100.0, 1'800.0, 18'000.0}) {
    for (const int64_t hiccup : {int64_t{0}, 2 * kMs, 50 * kMs}) {
      CAPTURE(rate);
      CAPTURE(hiccup);
      Pacer pacer(rate, 0);
      pacer.SetRate(rate, true);
      CHECK(Policed(UnevenMachine(60 * kUs, hiccup).Run(pacer, kStart, 20 * kSecond), rate, 6) == 0);
    }
  }
}

TEST_CASE("carefully, the rate is kept though the machine wakes up late") {
  for (const double rate : {100.0, 1'800.0, 18'000.0}) {
    CAPTURE(rate);
    Pacer pacer(rate, 0);
    pacer.SetRate(rate, true);
    // As late as a tenth of a sleep on average.
    const auto lateness = static_cast<int64_t>(0.2 * Pacer::kAtOnceCarefully * kSecond / rate);
    const auto sent = static_cast<double>(UnevenMachine(lateness).Run(pacer, kStart, 20 * kSecond).size());
    CHECK(sent >= 20 * rate * 0.97);
    CHECK(sent <= 20 * rate + 3);
  }
}

TEST_CASE("a new rate holds from the next frame on") {
  int64_t now = kStart;
  SUBCASE("faster: what was due in a long time is due soon") {
    Pacer pacer(1, 0);
    REQUIRE(pacer.Take(now, 1) == 1);
    pacer.SetRate(1000, false);
    CHECK(pacer.NextAt(now) <= now + 1 * kMs);
    CHECK(Run(pacer, now, kSecond) >= 990);
  }
  SUBCASE("slower: nothing is made up for") {
    Pacer pacer(100'000, 0);
    Run(pacer, now, kSecond);
    pacer.SetRate(100, false);
    const uint64_t sent = Run(pacer, now, kSecond);
    CHECK(sent >= 99);
    CHECK(sent <= 102);
  }
  SUBCASE("from full speed to a rate there is no burst") {
    Pacer pacer(1000, 0);
    Run(pacer, now, kSecond);
    pacer.SetRate(kInfinity, false);
    CHECK(pacer.Take(now, 64) == 64);
    now += 10 * kSecond;
    CHECK(pacer.Take(now, 64) == 64);
    pacer.SetRate(1000, false);
    CHECK(AtOnce(pacer, now) <= 1000 * Pacer::kSlackNs / kSecond + 1);
  }
  SUBCASE("to full speed nothing waits") {
    Pacer pacer(10, 0);
    REQUIRE(pacer.Take(now, 1) == 1);
    pacer.SetRate(kInfinity, false);
    CHECK(pacer.NextAt(now) == now);
    CHECK(pacer.Take(now, 64) == 64);
  }
  SUBCASE("said again and again it changes nothing") {
    Pacer pacer(18'000, 0);
    uint64_t sent = 0;
    for (const int64_t end = now + 10 * kSecond; now < end;) {
      pacer.SetRate(18'000, true);
      const uint32_t taken = pacer.Take(now, 8);
      sent += taken;
      if (taken == 0) now = pacer.NextAt(now);
    }
    CHECK(sent >= 178'000);
    CHECK(sent <= 180'003);
  }
}

}  // namespace arpsweep
