#include "core/sweep/target_space.h"

#include <doctest/doctest.h>

#include <stdexcept>

namespace arpsweep {
namespace {

constexpr uint32_t Ip(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

bool operator==(const AddressRange& a, const AddressRange& b) {
  return a.first == b.first && a.last == b.last;
}

}  // namespace

TEST_CASE("addresses are numbered in order across ranges, and back") {
  const TargetSpace space(
      {{Ip(10, 0, 0, 1), Ip(10, 0, 0, 3)}, {Ip(10, 0, 1, 0), Ip(10, 0, 1, 0)}, {0xfffffffe, 0xffffffff}}, {});
  REQUIRE(space.size() == 6);
  const uint32_t expected[] = {Ip(10, 0, 0, 1), Ip(10, 0, 0, 2), Ip(10, 0, 0, 3),
                               Ip(10, 0, 1, 0), 0xfffffffe,      0xffffffff};
  for (uint32_t i = 0; i < 6; ++i) {
    CHECK(space.AddressAt(i) == expected[i]);
    CHECK(space.IndexOf(expected[i]) == i);
  }
  CHECK_FALSE(space.IndexOf(Ip(10, 0, 0, 0)));
  CHECK_FALSE(space.IndexOf(Ip(10, 0, 0, 4)));
  CHECK_FALSE(space.IndexOf(0));
}

TEST_CASE("own addresses outside the targets are numbered behind them, those inside once") {
  const TargetSpace space({{Ip(10, 0, 0, 0), Ip(10, 0, 0, 9)}}, {Ip(10, 0, 0, 5), Ip(10, 0, 7, 7)});
  CHECK(space.size() == 10);
  CHECK(space.capacity() == 11);
  CHECK(space.IndexOf(Ip(10, 0, 0, 5)) == 5U);
  CHECK(space.IndexOf(Ip(10, 0, 7, 7)) == 10U);
  CHECK(space.AddressAt(10) == Ip(10, 0, 7, 7));
  for (uint32_t i = 0; i < space.capacity(); ++i) CHECK(space.IsOwnIndex(i) == (i == 5 || i == 10));
  CHECK(space.IsOwn(Ip(10, 0, 0, 5)));
  CHECK_FALSE(space.IsOwn(Ip(10, 0, 0, 6)));
}

TEST_CASE("ranges that overlap, run backwards or hold too much are refused") {
  CHECK_THROWS_AS(TargetSpace({{5, 4}}, {}), std::invalid_argument);
  CHECK_THROWS_AS(TargetSpace({{1, 4}, {4, 9}}, {}), std::invalid_argument);
  CHECK_THROWS_AS(TargetSpace({{5, 9}, {1, 2}}, {}), std::invalid_argument);
  CHECK_THROWS_AS(TargetSpace({{0, 0xffffffff}}, {}), std::invalid_argument);
  CHECK_THROWS_AS(TargetSpace({{1, 2}}, {9, 3}), std::invalid_argument);
}

TEST_CASE("a space without targets still holds our own addresses") {
  const TargetSpace space({}, {7});
  CHECK(space.size() == 0);
  CHECK(space.capacity() == 1);
  CHECK(space.AddressAt(0) == 7);
}

TEST_CASE("joining ranges keeps all addresses and closes the smallest gaps") {
  const std::vector<AddressRange> ranges{{0, 1}, {10, 11}, {13, 14}, {40, 41}, {43, 43}};
  CHECK(JoinNearest(ranges, 5).size() == 5);
  const auto three = JoinNearest(ranges, 3);
  REQUIRE(three.size() == 3);
  CHECK(three[0] == AddressRange{0, 1});
  CHECK(three[1] == AddressRange{10, 14});
  CHECK(three[2] == AddressRange{40, 43});
  const auto one = JoinNearest(ranges, 1);
  REQUIRE(one.size() == 1);
  CHECK(one[0] == AddressRange{0, 43});
}

}  // namespace arpsweep
