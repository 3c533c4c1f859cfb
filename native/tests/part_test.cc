#include "core/sweep/part.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>
#include <stdexcept>

#include "simulated_line.h"

namespace arpsweep::test {
namespace {

using Random = std::mt19937_64;

uint32_t Below(Random& random, uint32_t bound) {
  return static_cast<uint32_t>(random() % bound);
}

// Ranges with gaps of any size between them, as exclusions leave them.
std::vector<AddressRange> RandomTargets(Random& random) {
  std::vector<AddressRange> ranges;
  uint64_t next = Below(random, 1000);
  for (uint32_t i = 0; i <= Below(random, 6); ++i) {
    const uint64_t last = next + Below(random, 400);
    ranges.push_back({static_cast<uint32_t>(next), static_cast<uint32_t>(last)});
    next = last + 2 + Below(random, 100'000);
  }
  return ranges;
}

// Some of the targets, and an address outside them.
std::vector<uint32_t> RandomOwn(Random& random, const TargetSpace& targets) {
  std::set<uint32_t> own{4'000'000'000};
  for (uint32_t i = 0; i < Below(random, 4); ++i)
    own.insert(targets.AddressAt(Below(random, targets.size())));
  return {own.begin(), own.end()};
}

// The positions in so many slices one after the other, some of them perhaps empty.
std::vector<Slice> RandomCut(Random& random, uint32_t size, uint32_t parts) {
  std::vector<uint32_t> ends{0, size};
  for (uint32_t i = 1; i < parts; ++i) ends.push_back(Below(random, size + 1));
  std::sort(ends.begin(), ends.end());
  std::vector<Slice> slices;
  for (size_t i = 0; i + 1 < ends.size(); ++i) slices.push_back({ends[i], ends[i + 1]});
  return slices;
}

std::vector<uint32_t> AddressesOf(const TargetSpace& targets, const Part& part) {
  std::vector<uint32_t> addresses;
  for (uint32_t place = 0; place < part.size(); ++place)
    addresses.push_back(targets.AddressAt(part.IndexAt(place)));
  return addresses;
}

uint32_t SizeOf(const std::vector<Slice>& slices) {
  uint32_t size = 0;
  for (const Slice& slice : slices) size += slice.size();
  return size;
}

constexpr uint32_t kAddresses = 3000;

SimulatedSweep Small(std::optional<std::vector<Slice>> part = std::nullopt) {
  return {.addresses = kAddresses, .live = 60, .rate = 1000, .ceiling = 1000, .part = std::move(part)};
}

}  // namespace

TEST_CASE("parts of one permutation are disjoint, and together they are the whole in its order") {
  Random random(1);
  for (int run = 0; run < 300; ++run) {
    const std::vector<AddressRange> ranges = RandomTargets(random);
    const TargetSpace targets(ranges, {});
    const uint64_t seed = random();
    const bool sequential = Below(random, 4) == 0;
    const std::vector<uint32_t> whole = AddressesOf(targets, Part(targets, seed, sequential, std::nullopt));
    REQUIRE(std::set<uint32_t>(whole.begin(), whole.end()).size() == targets.size());

    std::vector<uint32_t> together;
    for (const Slice& slice : RandomCut(random, targets.size(), 1 + Below(random, 9))) {
      // Each on a machine that has other addresses of its own.
      const TargetSpace there(ranges, RandomOwn(random, targets));
      const Part part(there, seed, sequential, std::vector<Slice>{slice});
      for (const uint32_t address : AddressesOf(there, part)) together.push_back(address);
    }
    REQUIRE(together == whole);
  }
}

TEST_CASE("a part of several slices holds what it asks and nothing else, and counts our own addresses") {
  Random random(2);
  for (int run = 0; run < 200; ++run) {
    const std::vector<AddressRange> ranges = RandomTargets(random);
    const TargetSpace bare(ranges, {});
    const TargetSpace targets(ranges, RandomOwn(random, bare));
    std::vector<Slice> slices = RandomCut(random, targets.size(), 1 + Below(random, 6));
    // Every second one, so that there is something between them.
    for (size_t i = 0; i < slices.size(); ++i) slices.erase(slices.begin() + static_cast<ptrdiff_t>(i));
    const Part part(targets, random(), false, slices);
    CHECK(part.size() == SizeOf(slices));

    std::vector<bool> asked(targets.size());
    uint32_t own = 0;
    for (uint32_t place = 0; place < part.size(); ++place) {
      REQUIRE_FALSE(asked[part.IndexAt(place)]);
      asked[part.IndexAt(place)] = true;
      own += targets.IsOwnIndex(part.IndexAt(place)) ? 1 : 0;
    }
    for (uint32_t index = 0; index < targets.size(); ++index) REQUIRE(part.Holds(index) == asked[index]);
    for (uint32_t index = targets.size(); index < targets.capacity(); ++index) CHECK_FALSE(part.Holds(index));
    CHECK(part.foreign() == part.size() - own);
  }
}

TEST_CASE("slices cover what is meant, exactly where they may be as many as it takes") {
  Random random(3);
  for (int run = 0; run < 200; ++run) {
    const TargetSpace targets(RandomTargets(random), {});
    const uint64_t seed = random();
    const Part part(targets, seed, false, std::nullopt);
    std::vector<bool> meant(targets.size());
    uint32_t count = 0;
    for (uint32_t index = 0; index < targets.size(); ++index) {
      meant[index] = Below(random, 3) == 0;
      count += meant[index] ? 1 : 0;
    }
    const auto is_meant = [&meant](uint32_t index) { return meant[index]; };
    CHECK(SizeOf(part.Cover(0, part.size(), is_meant)) == count);

    // From a place on, all of them.
    const uint32_t rest = Below(random, part.size() + 1);
    const Part open(targets, seed, false, part.Cover(0, rest, is_meant));
    for (uint32_t place = 0; place < part.size(); ++place) {
      const uint32_t index = part.IndexAt(place);
      REQUIRE(open.Holds(index) == (place >= rest || meant[index]));
    }

    const std::vector<Slice> few = part.Cover(4, part.size(), is_meant);
    CHECK(few.size() <= 4);
    const Part covered(targets, seed, false, few);
    for (uint32_t index = 0; index < targets.size(); ++index) {
      if (meant[index]) REQUIRE(covered.Holds(index));
    }
  }
}

TEST_CASE("slices that overlap, run backwards or leave the targets are refused") {
  const TargetSpace targets({{0, 99}}, {});
  const auto make = [&targets](std::vector<Slice> slices) { return Part(targets, 1, false, slices); };
  CHECK_THROWS_AS(make({{5, 4}}), std::invalid_argument);
  CHECK_THROWS_AS(make({{0, 6}, {5, 9}}), std::invalid_argument);
  CHECK_THROWS_AS(make({{5, 9}, {0, 2}}), std::invalid_argument);
  CHECK_THROWS_AS(make({{0, 101}}), std::invalid_argument);
  CHECK(make({}).size() == 0);
  CHECK(make({{0, 100}}).size() == 100);
}

TEST_CASE("simulated: shards find together what is there, and each asks its own addresses only") {
  std::vector<uint32_t> asked;
  std::vector<uint32_t> answered;
  for (const Slice slice : {Slice{0, 700}, Slice{700, 701}, Slice{701, 701}, Slice{701, kAddresses}}) {
    const SimulatedResult shard = Simulate(Small(std::vector<Slice>{slice}), 7);
    REQUIRE(shard.outcome == SendOutcome::kSent);
    CHECK(shard.asked.size() == slice.size());
    CHECK(shard.untested == 0);
    CHECK(shard.missed == 0);
    asked.insert(asked.end(), shard.asked.begin(), shard.asked.end());
    answered.insert(answered.end(), shard.answered.begin(), shard.answered.end());
  }
  const SimulatedResult whole = Simulate(Small(), 7);
  std::sort(asked.begin(), asked.end());
  std::sort(answered.begin(), answered.end());
  CHECK(asked == whole.asked);
  CHECK(answered == whole.answered);
  CHECK(answered.size() == 60);
}

TEST_CASE("simulated: what was interrupted goes on where it ended, as often as it takes") {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    std::vector<uint32_t> asked;
    std::set<uint32_t> answered;
    SimulatedSweep sweep = Small();
    SimulatedResult result;
    int runs = 0;
    do {
      sweep.stop_after = ++runs < 3 ? kSimSecond : 3000 * kSimSecond;
      result = Simulate(sweep, seed);
      CHECK((result.outcome == SendOutcome::kInterrupted) == (runs < 3));
      asked.insert(asked.end(), result.asked.begin(), result.asked.end());
      answered.insert(result.answered.begin(), result.answered.end());
      sweep.part = result.remaining;
    } while (!result.remaining.empty());
    CHECK(runs == 3);
    const std::set<uint32_t> all(asked.begin(), asked.end());
    CHECK(all.size() == kAddresses);
    // Twice only those whose answers were not waited for.
    CHECK(asked.size() < kAddresses + 250);
    CHECK(answered.size() == 60);
  }
}

}  // namespace arpsweep::test
