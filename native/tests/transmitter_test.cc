// What the sending side notes of the time at which frames left, where it does not see them leave.

#include "core/sweep/transmitter.h"

#include <doctest/doctest.h>

#include <functional>
#include <limits>

#include "frame_catalogue.h"

namespace arpsweep::test {
namespace {

constexpr double kFullRate = std::numeric_limits<double>::infinity();
constexpr uint32_t kAddresses = 1024;

// A wire that takes all frames; what that takes is the test's to say.
class ScriptedLine final : public Line {
 public:
  int64_t Now() const override { return now; }
  int Send(std::span<mmsghdr> frames) override {
    on_send();
    return static_cast<int>(frames.size());
  }
  void WaitUntil(int64_t until) const override { now = std::max(now, until); }
  void WaitForRoom(int64_t until) const override { WaitUntil(until); }
  bool IsStopped() const override { return false; }
  int64_t HeardUntil() const override { return now; }

  mutable int64_t now = 1'000'000;
  std::function<void()> on_send;
};

struct Fixture {
  void Ask(uint32_t index) {
    REQUIRE(transmitter.Ask({.index = index, .address = index}) == SendOutcome::kSent);
  }

  ScriptedLine line;
  AddressState state{kAddresses, false};
  SendTimes times{kAddresses};
  Counters counters;
  LinkWatch link;
  Transmitter transmitter{line,
                          RequestFields{.source = kOurMac, .sender_ip = kOurIp},
                          Pacer(kFullRate, 0),
                          state,
                          times,
                          counters,
                          link};
};

}  // namespace

TEST_CASE("the clock before and after a batch tells when its frames left, and nothing before that") {
  Fixture f;
  int64_t from = 0;
  f.line.on_send = [&f, &from] {
    from = f.line.now;
    // The answer to the first frame may be read before the last one is sent.
    CHECK_FALSE(IsExact(f.times.Get(0)));
    CHECK(f.times.Get(0) >= from);
    f.line.now += 8000;
  };
  uint32_t asked = 0;
  while (f.counters.queued.value() == 0) f.Ask(asked++);
  for (uint32_t index = 0; index < f.counters.queued.value(); ++index) {
    CAPTURE(index);
    const int64_t at = f.times.Get(index);
    CHECK(IsExact(at));
    CHECK(at >= from);
    CHECK(at < f.line.now);
    if (index > 0) CHECK(at > f.times.Get(index - 1));
  }
}

TEST_CASE("whoever was held up within a batch does not know when its frames left") {
  Fixture f;
  int batches = 0;
  uint64_t held_up_from = 0;
  f.line.on_send = [&] {
    const bool held_up = ++batches == 5;
    if (held_up) held_up_from = f.counters.queued.value();
    f.line.now += held_up ? 3'000'000 : 8000;
  };
  for (uint32_t index = 0; index < kAddresses; ++index) f.Ask(index);
  REQUIRE(batches > 5);
  const uint64_t size = kAddresses / static_cast<unsigned>(batches);
  for (uint32_t index = 0; index < f.counters.queued.value(); ++index) {
    CAPTURE(index);
    const bool held_up = index >= held_up_from && index < held_up_from + size;
    CHECK(IsExact(f.times.Get(index)) == !held_up);
    CHECK(f.times.Get(index) > 0);
  }
}

}  // namespace arpsweep::test
