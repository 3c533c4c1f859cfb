#include "core/sweep/tally.h"

#include <doctest/doctest.h>

namespace arpsweep {

TEST_CASE("the share of an empty tally is nothing") {
  CHECK(Tally{}.share() == 0);
  CHECK(Tally{.lost = 3, .asked = 12}.share() == doctest::Approx(0.25));
}

TEST_CASE("tallies add up") {
  Tally tally{.lost = 1, .asked = 10};
  tally += {.lost = 2, .asked = 5};
  CHECK(tally.lost == 3);
  CHECK(tally.asked == 15);
}

// Half the G of the two by two table: the sum of O ln(O/E), worked out by hand.
TEST_CASE("the excess is that of the G-test") {
  struct {
    Tally a, b;
    double nats;
  } const cases[] = {
      // All of ten lost, none of ten: 20 ln 2.
      {{10, 10}, {0, 10}, 13.862944},
      // 8 of 16 against 4 of 16, expected 6 and 10 each: 8 ln(8/6) + 8 ln(8/10) + 4 ln(4/6) + 12 ln(12/10).
      {{8, 16}, {4, 16}, 1.082306},
      // 30 of 100 against 10 of 100, expected 20 and 80: 30 ln 1.5 + 70 ln .875 + 10 ln .5 + 90 ln 1.125.
      {{30, 100}, {10, 100}, 6.485757},
      // One of 8 against none of 64, expected 1/9 and 71/9, 8/9 and 568/9: ln 9 + 7 ln(63/71) + 64 ln(72/71).
      {{1, 8}, {0, 64}, 2.255528},
  };
  for (const auto& c : cases) {
    CAPTURE(c.a.lost);
    CAPTURE(c.a.asked);
    CHECK(Excess(c.a, c.b) == doctest::Approx(c.nats).epsilon(1e-5));
  }
}

TEST_CASE("there is no excess without more loss, or without anything to compare") {
  CHECK(Excess({1, 10}, {5, 10}) == 0);
  CHECK(Excess({5, 10}, {50, 100}) == 0);
  CHECK(Excess({0, 10}, {0, 10}) == 0);
  CHECK(Excess({10, 10}, {10, 10}) == 0);
  CHECK(Excess({}, {0, 10}) == 0);
  CHECK(Excess({10, 10}, {}) == 0);
}

TEST_CASE("the same shares of more questions are more of an excess") {
  CHECK(Excess({6, 20}, {2, 20}) == doctest::Approx(2 * Excess({3, 10}, {1, 10})));
}

}  // namespace arpsweep
