#include "core/sweep/permutation.h"

#include <doctest/doctest.h>

#include <initializer_list>
#include <vector>

namespace arpsweep {

TEST_CASE("every number comes exactly once, whatever the size") {
  for (const uint32_t size :
       {0U, 1U, 2U, 3U, 4U, 5U, 255U, 256U, 257U, 1000U, 65'535U, 65'536U, 65'537U, 1'000'003U}) {
    const Permutation permutation(size, 42, false);
    std::vector<bool> seen(size);
    for (uint32_t i = 0; i < size; ++i) {
      const uint32_t value = permutation.At(i);
      REQUIRE(value < size);
      REQUIRE_FALSE(seen[value]);
      seen[value] = true;
    }
  }
}

TEST_CASE("where a number stands is where it comes, whatever the size and the order") {
  for (const uint32_t size : {1U, 2U, 3U, 5U, 255U, 256U, 257U, 1000U, 65'537U}) {
    for (const bool sequential : {false, true}) {
      const Permutation permutation(size, size, sequential);
      for (uint32_t i = 0; i < size; ++i) REQUIRE(permutation.PositionOf(permutation.At(i)) == i);
    }
  }
}

TEST_CASE("the seed decides the order, and the same seed gives the same one") {
  const Permutation a(1000, 1, false);
  const Permutation again(1000, 1, false);
  const Permutation b(1000, 2, false);
  int same = 0;
  for (uint32_t i = 0; i < 1000; ++i) {
    CHECK(a.At(i) == again.At(i));
    same += a.At(i) == b.At(i) ? 1 : 0;
  }
  CHECK(same < 20);
}

TEST_CASE("sequential order is the order of addresses") {
  const Permutation permutation(300, 9, true);
  for (uint32_t i = 0; i < 300; ++i) CHECK(permutation.At(i) == i);
}

TEST_CASE("neighbours are spread: no run of a /24 falls into one sixteenth of the time") {
  const uint32_t size = 65'536;
  const Permutation permutation(size, 3, false);
  std::vector<std::vector<int>> count(256, std::vector<int>(16));
  for (uint32_t i = 0; i < size; ++i) ++count[permutation.At(i) / 256][i / (size / 16)];
  for (const auto& subnet : count) {
    for (const int n : subnet) CHECK(n < 50);  // 16 expected
  }
}

}  // namespace arpsweep
