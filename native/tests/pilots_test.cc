#include "core/sweep/pilots.h"

#include <doctest/doctest.h>

#include <random>
#include <set>
#include <utility>
#include <vector>

namespace arpsweep {
namespace {

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kSecond = 1'000'000'000;
constexpr uint32_t kFirst = 0x0a000000;  // 10.0.0.0/24
constexpr uint32_t kOwn = kFirst + 254;

using Outcomes = std::vector<std::pair<uint64_t, bool>>;  // epoch, lost

// Hosts that answer when the test says so. Time begins at one second.
class Crowd {
 public:
  // As many hosts as this have answered, each after `trip`.
  explicit Crowd(uint32_t hosts, int64_t trip = kMs) {
    for (uint32_t index = 0; index < hosts; ++index) Hear(index, trip);
    pilots.Welcome(1, now);
  }

  // An address is heard for the first time, or another machine at it.
  void Hear(uint32_t index, int64_t trip = kMs) {
    AddressEntry& entry = *table.FindOrAdd(index);
    table.Add(entry, MacAddress::FromKey(0x020000000000 + ++macs_), [trip](Responder& responder) {
      responder.request_replies = 1;
      responder.longest_round_trip_ns = static_cast<uint32_t>(trip);
    });
  }
  // An address is heard in answer to a probe.
  void HearProbed(uint32_t index) {
    table.Add(*table.FindOrAdd(index), MacAddress::FromKey(0x020000000000 + ++macs_),
              [](Responder& responder) { responder.probe_replies = 1; });
  }
  void Reply(const Pilots::Host& host) { ++table.At(host.responder).request_replies; }

  // Asks a host, and lets it answer at once or not at all.
  void Ask(Pilots::Host& host, bool lost, uint64_t epoch = 1) {
    pilots.OnAsked(host, now, epoch);
    if (!lost) Reply(host);
  }
  // All that is open is decided, at a time when that may be.
  Outcomes Decide(int64_t later = 2 * kSecond) {
    now += later;
    return Collect(now);
  }
  Outcomes Collect(int64_t heard_until) {
    Outcomes outcomes;
    pilots.Collect(now, heard_until,
                   [&outcomes](uint64_t epoch, bool lost) { outcomes.emplace_back(epoch, lost); });
    return outcomes;
  }

  TargetSpace targets{{{kFirst, kFirst + 255}}, {kOwn}};
  ResponderTable table;
  Pilots pilots{table, targets, 1};
  int64_t now = kSecond;

 private:
  uint64_t macs_ = 0;
};

}  // namespace

TEST_CASE("pilots: whoever has answered may be asked again, each address once, our own never") {
  Crowd crowd(0);
  CHECK(crowd.pilots.Draw(crowd.now) == nullptr);
  crowd.Hear(3);
  crowd.Hear(3);  // another machine there
  crowd.Hear(*crowd.targets.IndexOf(kOwn));
  crowd.HearProbed(5);
  crowd.Hear(7);
  crowd.pilots.Welcome(1, crowd.now);
  CHECK(crowd.pilots.hosts() == 2);
  std::set<uint32_t> drawn;
  for (int i = 0; i < 100; ++i) drawn.insert(crowd.table.At(crowd.pilots.Draw(crowd.now)->responder).index);
  CHECK(drawn == std::set<uint32_t>{3, 7});
}

TEST_CASE("pilots: all hosts are drawn, none much more often than others") {
  Crowd crowd(20);
  std::vector<int> times(20);
  for (int i = 0; i < 20'000; ++i) ++times[crowd.pilots.Draw(crowd.now)->responder];
  for (const int n : times) {
    CHECK(n > 800);
    CHECK(n < 1200);
  }
}

TEST_CASE("pilots: a host is asked one question at a time") {
  Crowd crowd(1);
  Pilots::Host& host = *crowd.pilots.Draw(crowd.now);
  crowd.pilots.OnAsked(host, crowd.now, 1);
  CHECK(crowd.pilots.open() == 1);
  CHECK(crowd.pilots.Draw(crowd.now) == nullptr);
  crowd.Reply(host);
  CHECK(crowd.Collect(crowd.now) == Outcomes{{1, false}});
  CHECK(crowd.pilots.open() == 0);
  CHECK(crowd.pilots.Draw(crowd.now) == &host);
}

TEST_CASE("pilots: silence is no loss before it is certain that nothing was left unread") {
  Crowd crowd(1);
  Pilots::Host& host = *crowd.pilots.Draw(crowd.now);
  crowd.pilots.OnAsked(host, crowd.now, 1);
  const int64_t asked_at = crowd.now;
  // An hour in which the receiver did not run.
  crowd.now += 3600 * kSecond;
  CHECK(crowd.Collect(asked_at).empty());
  CHECK(crowd.Collect(asked_at + 2 * kMs).empty());
  SUBCASE("then it is one") {
    CHECK(crowd.Collect(crowd.now) == Outcomes{{1, true}});
  }
  SUBCASE("or the answer was still to be read") {
    crowd.Reply(host);
    CHECK(crowd.Collect(asked_at + 2 * kMs) == Outcomes{{1, false}});
  }
}

TEST_CASE("pilots: a host that takes its time is given several times its longest") {
  for (const int64_t trip : {1 * kMs, 20 * kMs, 300 * kMs}) {
    CAPTURE(trip);
    Crowd crowd(1, trip);
    crowd.pilots.OnAsked(*crowd.pilots.Draw(crowd.now), crowd.now, 1);
    CHECK(crowd.Decide(3 * trip).empty());
    CHECK(crowd.Decide(2 * trip + 20 * kMs).size() == 1);
  }
}

TEST_CASE("pilots: only hosts whose fate is known soon steer the rate") {
  Crowd crowd(10, 1 * kMs);
  crowd.Hear(100, 200 * kMs);
  crowd.pilots.Welcome(1, crowd.now);
  CHECK(crowd.pilots.MaySteer(crowd.pilots.At(0)));
  CHECK_FALSE(crowd.pilots.MaySteer(crowd.pilots.At(10)));
}

TEST_CASE("pilots: what became of them counts once it is committed") {
  Crowd crowd(4);
  for (size_t i = 0; i < 4; ++i) crowd.Ask(crowd.pilots.At(i), i == 0);
  CHECK(crowd.Decide().size() == 4);
  CHECK(crowd.pilots.total().asked == 0);
  SUBCASE("it is") {
    crowd.pilots.Commit();
    CHECK(crowd.pilots.total().asked == 4);
    CHECK(crowd.pilots.total().lost == 1);
  }
  SUBCASE("it is not") {
    crowd.pilots.Discard(false);
    crowd.pilots.Commit();
    CHECK(crowd.pilots.total().asked == 0);
  }
}

TEST_CASE("pilots: those that are open when others are discarded stood for the same questions") {
  Crowd crowd(2);
  crowd.Ask(crowd.pilots.At(0), true);
  crowd.pilots.Discard(false);
  crowd.Ask(crowd.pilots.At(1), true);
  CHECK(crowd.Decide().size() == 2);  // the rate still hears of both
  crowd.pilots.Commit();
  CHECK(crowd.pilots.total().asked == 1);
}

TEST_CASE("pilots: an answer that comes late takes its loss back") {
  Crowd crowd(2);
  for (size_t i = 0; i < 2; ++i) crowd.Ask(crowd.pilots.At(i), true);
  CHECK(crowd.Decide() == Outcomes{{1, true}, {1, true}});
  crowd.pilots.Commit();
  CHECK(crowd.pilots.total().lost == 2);
  crowd.Reply(crowd.pilots.At(0));
  CHECK(crowd.pilots.total().lost == 1);
  CHECK(crowd.pilots.total().asked == 2);
  SUBCASE("once") {
    CHECK(crowd.pilots.total().lost == 1);
    crowd.Reply(crowd.pilots.At(0));  // twice to one question
    CHECK(crowd.pilots.total().lost == 1);
  }
  SUBCASE("and does not pass for that to the next question") {
    crowd.Ask(crowd.pilots.At(0), true, 2);
    CHECK(crowd.Decide() == Outcomes{{2, true}});
  }
}

TEST_CASE("pilots: those given up have no fate, and their hosts may be asked anew") {
  Crowd crowd(1);
  crowd.Ask(crowd.pilots.At(0), true);
  crowd.pilots.Abandon();
  CHECK(crowd.pilots.open() == 0);
  CHECK(crowd.Decide().empty());
  crowd.pilots.Commit();
  CHECK(crowd.pilots.total().asked == 0);
  CHECK(crowd.pilots.Draw(crowd.now) != nullptr);
}

TEST_CASE("pilots: once closed, what counted stands, whatever hosts answer to other questions") {
  Crowd crowd(3);
  crowd.Ask(crowd.pilots.At(0), true);
  crowd.Decide();
  crowd.Ask(crowd.pilots.At(1), true);  // still open
  crowd.pilots.Close();
  CHECK(crowd.pilots.total().asked == 1);
  CHECK(crowd.pilots.total().lost == 1);
  for (size_t i = 0; i < 3; ++i) crowd.Reply(crowd.pilots.At(i));
  CHECK(crowd.pilots.total().lost == 1);
}

TEST_CASE("pilots: who was first heard in which pass") {
  Crowd crowd(6);
  crowd.Hear(100);
  crowd.Hear(101);
  crowd.pilots.Welcome(2, crowd.now);
  CHECK(crowd.pilots.FoundIn(1).lost == 6);
  CHECK(crowd.pilots.FoundIn(2).lost == 2);
  CHECK(crowd.pilots.FoundIn(2).asked == 8);
  CHECK(crowd.pilots.FoundIn(3).lost == 0);
}

namespace {

// Asks hosts drawn at random, one every `interval`; each answers unless `loses` says otherwise.
template <typename Loses>
void Exchange(Crowd& crowd, int questions, int64_t interval, Loses loses) {
  for (int i = 0; i < questions; ++i) {
    crowd.now += interval;
    if (Pilots::Host* host = crowd.pilots.Draw(crowd.now)) crowd.Ask(*host, loses(*host));
    crowd.Collect(crowd.now);
    crowd.pilots.Commit();
  }
}

// Answers once a second at the most.
class SparingStack {
 public:
  bool Loses(const Pilots::Host& host, int64_t now) {
    if (answered_at_.size() <= host.responder) answered_at_.resize(host.responder + 1, kSecond);
    if (now - answered_at_[host.responder] < kSecond) return true;
    answered_at_[host.responder] = now;
    return false;
  }

 private:
  std::vector<int64_t> answered_at_;
};

}  // namespace

TEST_CASE("pilots: a host that answers about once a second is held against nobody, and spared") {
  Crowd crowd(50);
  SparingStack sparing;
  const auto loses = [&](const Pilots::Host& host) {
    return host.responder == 0 && sparing.Loses(host, crowd.now);
  };
  Exchange(crowd, 4000, 2 * kMs, loses);
  CHECK(crowd.pilots.total().lost == 0);
  CHECK_FALSE(crowd.pilots.MaySteer(crowd.pilots.At(0)));
  CHECK(crowd.pilots.MaySteer(crowd.pilots.At(1)));
  CHECK_FALSE(crowd.pilots.TakeNewlySparing());
  // It may be asked again when it has rested.
  crowd.Ask(crowd.pilots.At(0), false);
  crowd.Decide(100 * kMs);
  const auto drawn = [&crowd] {
    for (int i = 0; i < 1000; ++i) {
      if (crowd.pilots.Draw(crowd.now) == &crowd.pilots.At(0)) return true;
    }
    return false;
  };
  CHECK_FALSE(drawn());
  crowd.now += 2 * kSecond;
  CHECK(drawn());
}

TEST_CASE("pilots: loss at random makes nobody a host that answers once a second") {
  for (const double share : {0.1, 0.3, 0.5, 0.7}) {
    CAPTURE(share);
    Crowd crowd(40);
    std::mt19937 random(1);
    Exchange(crowd, 10'000, 2 * kMs,
             [&](const Pilots::Host&) { return std::uniform_real_distribution<>()(random) < share; });
    CHECK_FALSE(crowd.pilots.TakeNewlySparing());
    const Tally total = crowd.pilots.total();
    CHECK(total.asked > 5000);
    CHECK(total.share() == doctest::Approx(share).epsilon(0.06));
  }
}

TEST_CASE("pilots: without hosts there is no estimate") {
  Crowd crowd(0);
  CHECK_FALSE(crowd.pilots.Estimate(3, 0, 256, 0, 0.01).known);
}

TEST_CASE("pilots: the estimate grows with what was lost and shrinks with the passes") {
  const auto estimate = [](size_t losses, uint32_t passes) {
    Crowd crowd(100);
    for (size_t round = 0; round < 10; ++round) {
      for (size_t i = 0; i < 100; ++i) crowd.Ask(crowd.pilots.At(i), (i + round) % 10 < losses);
      crowd.Decide();
      crowd.pilots.Commit();
    }
    const LossEstimate estimate = crowd.pilots.Estimate(passes, 0, 150, 100, 0.01);
    REQUIRE(estimate.known);
    CHECK(estimate.loss == doctest::Approx(static_cast<double>(losses) / 10).epsilon(0.05));
    return estimate.expected_missed;
  };
  CHECK(estimate(1, 1) > 5);
  CHECK(estimate(3, 1) > estimate(1, 1));
  CHECK(estimate(1, 2) < estimate(1, 1));
  CHECK(estimate(1, 6) < 0.01);
}

}  // namespace arpsweep
