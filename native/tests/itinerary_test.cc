#include "core/sweep/itinerary.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <mutex>
#include <thread>
#include <vector>

namespace arpsweep {
namespace {

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kSecond = 1'000'000'000;
constexpr double kAnyRate = std::numeric_limits<double>::infinity();

// A pass of so many positions, of which a test asks some at times that it chooses.
class Pass {
 public:
  explicit Pass(uint32_t positions) { itinerary.Begin(positions); }

  // Asks the next `count` positions, from one time to another.
  Slice Ask(uint32_t count, int64_t from, int64_t to, double rate = 1000) {
    const auto leg = itinerary.Take(count, from, rate);
    REQUIRE(leg);
    REQUIRE(leg->slice.size() == count);
    itinerary.Finish(*leg, to);
    return leg->slice;
  }

  // Asks all that is left, and says which positions it was, in order.
  std::vector<uint32_t> AskRest(int64_t now = kSecond) {
    std::vector<uint32_t> positions;
    while (const auto leg = itinerary.Take(1000, now, 1000)) {
      for (uint32_t at = leg->slice.first; at < leg->slice.last; ++at) positions.push_back(at);
      itinerary.Finish(*leg, now);
    }
    std::sort(positions.begin(), positions.end());
    return positions;
  }

  Itinerary itinerary;
};

std::vector<uint32_t> Numbers(uint32_t first, uint32_t last) {
  std::vector<uint32_t> numbers;
  for (uint32_t number = first; number < last; ++number) numbers.push_back(number);
  return numbers;
}

}  // namespace

TEST_CASE("itinerary: a pass asks each position once, in order, in slices no larger than wanted") {
  Pass pass(1000);
  uint32_t next = 0;
  while (const auto leg = pass.itinerary.Take(64, 0, 1000)) {
    CHECK(leg->slice.first == next);
    CHECK(leg->slice.size() <= 64);
    next = leg->slice.last;
    CHECK(pass.itinerary.taken() == next);
    CHECK(pass.itinerary.left() == 1000 - next);
    pass.itinerary.Finish(*leg, 0);
  }
  CHECK(next == 1000);
}

TEST_CASE("itinerary: a pass over nothing is over at once") {
  Pass pass(0);
  CHECK_FALSE(pass.itinerary.Take(64, 0, 1000));
  CHECK(pass.itinerary.RepeatDoubtful() == 0);
}

TEST_CASE("itinerary: what nobody vouched for is asked again, once") {
  Pass pass(300);
  pass.Ask(100, 0, 1 * kMs);
  pass.Ask(100, 1 * kMs, 2 * kMs);
  pass.itinerary.Vouch(1 * kMs, kAnyRate);
  CHECK(pass.itinerary.RepeatDoubtful() == 100);
  CHECK(pass.itinerary.RepeatDoubtful() == 0);
  CHECK(pass.itinerary.left() == 200);
  CHECK(pass.AskRest() == Numbers(100, 300));
  CHECK(pass.itinerary.taken() == 400);
}

TEST_CASE("itinerary: what is being sent is in doubt, and is vouched for only when all of it was sent") {
  Pass pass(100);
  const auto leg = pass.itinerary.Take(100, 0, 1000);
  REQUIRE(leg);
  pass.itinerary.Vouch(5 * kMs, kAnyRate);
  SUBCASE("before") {
    CHECK(pass.itinerary.RepeatDoubtful() == 100);
  }
  SUBCASE("after") {
    pass.itinerary.Finish(*leg, 6 * kMs);
    pass.itinerary.Vouch(6 * kMs, kAnyRate);
    CHECK(pass.itinerary.RepeatDoubtful() == 0);
  }
}

TEST_CASE("itinerary: pilots at a rate do not vouch for what went out faster") {
  Pass pass(300);
  pass.Ask(100, 0, 1 * kMs, kAnyRate);
  pass.Ask(100, 1 * kMs, 2 * kMs, 20'000);
  pass.Ask(100, 2 * kMs, 3 * kMs, 10'000);
  pass.itinerary.Vouch(3 * kMs, 10'000);
  CHECK(pass.itinerary.RepeatDoubtful() == 200);
  CHECK(pass.AskRest() == Numbers(0, 200));
}

TEST_CASE("itinerary: what is asked again is in doubt again") {
  Pass pass(100);
  pass.Ask(100, 0, 1 * kMs);
  CHECK(pass.itinerary.RepeatDoubtful() == 100);
  pass.Ask(100, 2 * kMs, 3 * kMs);
  SUBCASE("lost once more") {
    CHECK(pass.itinerary.RepeatDoubtful() == 100);
    CHECK(pass.AskRest() == Numbers(0, 100));
  }
  SUBCASE("and vouched for as anything else") {
    pass.itinerary.Vouch(3 * kMs, 1000);
    CHECK(pass.itinerary.RepeatDoubtful() == 0);
  }
}

TEST_CASE("itinerary: what fell into a gap is asked again, vouched for or not, and nothing else is") {
  Pass pass(500);
  for (int64_t i = 0; i < 5; ++i) pass.Ask(100, i * 10 * kMs, (i + 1) * 10 * kMs - 1);
  pass.itinerary.Vouch(kSecond, kAnyRate);
  // The gap lies in the second and the third.
  CHECK(pass.itinerary.RepeatSent(15 * kMs, 25 * kMs, false) == 200);
  CHECK(pass.itinerary.RepeatSent(15 * kMs, 25 * kMs, false) == 0);
  CHECK(pass.itinerary.AskedForNaught().empty());
  CHECK(pass.AskRest() == Numbers(100, 300));
}

TEST_CASE("itinerary: what was asked for naught is known until it is asked again") {
  Pass pass(500);
  for (int64_t i = 0; i < 5; ++i) pass.Ask(100, i * 10 * kMs, (i + 1) * 10 * kMs - 1);
  CHECK(pass.itinerary.RepeatSent(15 * kMs, 25 * kMs, true) == 200);
  const auto naught = [&pass] {
    std::vector<uint32_t> positions;
    for (const Slice& slice : pass.itinerary.AskedForNaught()) {
      for (uint32_t at = slice.first; at < slice.last; ++at) positions.push_back(at);
    }
    return positions;
  };
  CHECK(naught() == Numbers(100, 300));
  SUBCASE("and what is merely in doubt is not among it") {
    CHECK(pass.itinerary.RepeatDoubtful() == 300);
    CHECK(naught() == Numbers(100, 300));
  }
  SUBCASE("in part") {
    pass.Ask(150, 100 * kMs, 101 * kMs);
    CHECK(naught() == Numbers(250, 300));
  }
  SUBCASE("whole") {
    pass.AskRest();
    CHECK(naught().empty());
  }
  SUBCASE("or until the next pass") {
    pass.itinerary.Begin(500);
    CHECK(naught().empty());
  }
}

TEST_CASE("itinerary: what is in doubt stays so however long it takes, though its times are forgotten") {
  Pass pass(4000);
  pass.Ask(500, 0, 1 * kMs);
  pass.Ask(500, 1 * kMs, 2 * kMs);
  pass.Ask(500, 2 * kMs, 3 * kMs, 100'000);
  pass.itinerary.Vouch(1 * kMs, kAnyRate);
  pass.Ask(500, 60 * kSecond, 60 * kSecond + 1);
  CHECK(pass.itinerary.RepeatSent(0, 10 * kMs, true) == 0);
  SUBCASE("asked again") {
    CHECK(pass.itinerary.RepeatDoubtful() == 1500);
    CHECK(pass.AskRest(61 * kSecond) == Numbers(500, 4000));
  }
  SUBCASE("vouched for, as far as its rate goes") {
    pass.itinerary.Vouch(60 * kSecond + 1, 1000);
    CHECK(pass.itinerary.RepeatDoubtful() == 500);
  }
}

TEST_CASE("itinerary: a leg of the pass before says nothing of this one") {
  Pass pass(100);
  const auto before = pass.itinerary.Take(100, 0, 1000);
  REQUIRE(before);
  pass.itinerary.Begin(100);
  CHECK(pass.itinerary.taken() == 0);
  REQUIRE(pass.itinerary.Take(100, 1 * kMs, 1000));
  pass.itinerary.Finish(*before, 2 * kMs);
  pass.itinerary.Vouch(3 * kMs, kAnyRate);
  CHECK(pass.itinerary.RepeatDoubtful() == 100);
}

TEST_SUITE("threads") {
  TEST_CASE("itinerary: two senders share a pass, whatever is asked again meanwhile") {
    constexpr uint32_t kPositions = 20'000;
    Itinerary itinerary;
    itinerary.Begin(kPositions);
    std::mutex mutex;
    std::vector<uint32_t> asked(kPositions);
    uint64_t taken = 0;
    const auto send = [&](bool repeats) {
      uint64_t repeated = 0;
      int64_t now = 0;
      while (const auto leg = itinerary.Take(64, ++now, 1000)) {
        {
          const std::lock_guard lock(mutex);
          taken += leg->slice.size();
          for (uint32_t at = leg->slice.first; at < leg->slice.last; ++at) ++asked[at];
        }
        itinerary.Finish(*leg, ++now);
        if (repeats && repeated < kPositions) repeated += itinerary.RepeatDoubtful();
        itinerary.Vouch(now, kAnyRate);
      }
    };
    std::thread other([&] { send(false); });
    send(true);
    other.join();
    CHECK(itinerary.left() == 0);
    CHECK(itinerary.taken() == taken);
    CHECK(taken >= kPositions);
    CHECK(std::all_of(asked.begin(), asked.end(), [](uint32_t times) { return times > 0; }));
  }
}

}  // namespace arpsweep
