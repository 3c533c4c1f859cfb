#include "core/sweep/responder_table.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <utility>

#include "core/sweep/address_state.h"

namespace arpsweep {
namespace {

const auto kNothing = [](Responder&) {};

}  // namespace

TEST_CASE("each address keeps its responders apart, as a model does") {
  ResponderTable table;
  std::map<std::pair<uint32_t, uint64_t>, uint32_t> model;
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const uint32_t index = random() % 3000;
    const MacAddress mac = MacAddress::FromKey(random() % 20);
    AddressEntry* entry = table.FindOrAdd(index);
    REQUIRE(entry != nullptr);
    const Responder* found = table.Find(*entry, mac);
    const auto known = model.find({index, mac.ToKey()});
    REQUIRE((found != nullptr) == (known != model.end()));
    if (found != nullptr) {
      REQUIRE(found->id == known->second);
    } else {
      model[{index, mac.ToKey()}] = table.Add(*entry, mac, kNothing)->id;
    }
  }
  CHECK(table.size() == model.size());
  for (const auto& [key, id] : model) {
    CHECK(table.At(id).index == key.first);
    CHECK(table.At(id).mac.ToKey() == key.second);
  }
  CHECK(table.Find(3000) == nullptr);
}

TEST_CASE("an address has room for kMaxPerAddress responders and no more") {
  ResponderTable table;
  AddressEntry& entry = *table.FindOrAdd(5);
  for (uint64_t i = 0; i < ResponderTable::kMaxPerAddress; ++i) {
    REQUIRE(table.Add(entry, MacAddress::FromKey(i + 1), kNothing) != nullptr);
  }
  CHECK(table.Add(entry, MacAddress::FromKey(9999), kNothing) == nullptr);
  CHECK(table.Add(*table.FindOrAdd(6), MacAddress::FromKey(9999), kNothing) != nullptr);
}

TEST_CASE("a full vector says so and keeps what it has") {
  StableVector<int, 10, 4> vector;
  for (int i = 0; i < 10; ++i) {
    REQUIRE(vector.Append([i](int& value) { value = i; }) != nullptr);
  }
  CHECK(vector.Append([](int&) {}) == nullptr);
  CHECK(vector.size() == 10);
  CHECK(vector[9] == 9);
}

TEST_CASE("counts saturate and do not wrap") {
  AddressState state(3, true);
  for (int i = 0; i < 300; ++i) state.AddQueued(1);
  CHECK(state.Queued(1) == 255);
  CHECK(state.Queued(0) == 0);
  state.RemoveQueued(2);
  CHECK(state.Queued(2) == 0);
  CHECK(state.MarkAnswered(2));
  CHECK_FALSE(state.MarkAnswered(2));
  CHECK(state.Answered(2));
  CHECK_FALSE(state.Answered(1));
}

TEST_CASE("in a large range a send time is the address's own or none") {
  SendTimes times(SendTimes::kMaxSlots * 4);
  times.Set(7, 1'000);
  CHECK(times.Get(7) == 1'000);
  CHECK(times.Get(7 + SendTimes::kMaxSlots) == 0);
  times.Set(7 + SendTimes::kMaxSlots, 2'000);
  CHECK(times.Get(7) == 0);
  CHECK(times.Get(7 + SendTimes::kMaxSlots) == 2'000);
  CHECK(SendTimes(1).Get(0) == 0);
}

}  // namespace arpsweep
