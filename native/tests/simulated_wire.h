#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <random>
#include <unordered_map>
#include <vector>

// A wire and the hosts on it as a test chooses them. The same seed gives the same fates.

namespace arpsweep::test {

inline constexpr int64_t kSimMs = 1'000'000;
inline constexpr int64_t kSimSecond = 1'000'000'000;

/// What becomes of questions and answers. Times are ns.
struct WireConditions {
  double request_loss = 0;
  double reply_loss = 0;
  /// Token bucket: frames per second that pass, and how many at once.
  double police = 0;
  double police_depth = 5;
  /// Storm control: so many frames pass in each window.
  uint32_t storm_frames = 0;
  int64_t storm_window = 0;
  /// Everything is lost for burst_length, at random moments, on average once in burst_every.
  int64_t burst_every = 0;
  int64_t burst_length = 0;
  /// Everything is lost once, for so long, from then on (since the beginning).
  int64_t outage_at = 0;
  int64_t outage_length = 0;
  /// The first of the live hosts are odd: so many lose this share, answer only after so long, or so often.
  uint32_t odd_hosts = 0;
  double odd_loss = 0;
  int64_t odd_delay_least = 0;
  int64_t odd_delay_most = 0;
  int64_t odd_interval = 0;
  /// What the machine needs for a frame, and how late it wakes up, once in a while by much.
  int64_t frame_cost = 2'500;
  int64_t wake_delay = 40'000;
  int64_t hiccup = 3 * kSimMs;
  double hiccup_share = 0.0005;
  /// Answers that our ring holds until it is read, every 4 ms; 0: all.
  uint32_t ring_answers = 0;
};

/// Chance that a test can repeat.
class SimulatedChance {
 public:
  explicit SimulatedChance(uint64_t seed) : random_(seed) {}

  double Uniform() { return static_cast<double>(random_() >> 11) * 0x1p-53; }
  bool Happens(double share) { return share > 0 && Uniform() < share; }
  int64_t Between(int64_t least, int64_t most) {
    return least + static_cast<int64_t>(Uniform() * static_cast<double>(most - least));
  }
  int64_t Exponential(int64_t mean) {
    return static_cast<int64_t>(-std::log(1 - Uniform()) * static_cast<double>(mean));
  }

 private:
  std::mt19937_64 random_;
};

/// What is between us and the hosts.
class SimulatedWire {
 public:
  /// start: when time begins.
  SimulatedWire(const WireConditions& conditions, int64_t start, uint64_t seed)
      : conditions_(conditions),
        start_(start),
        chance_(seed),
        tokens_(conditions.police_depth),
        policed_at_(start) {
    if (conditions.burst_every > 0) next_burst_ = start + chance_.Exponential(conditions.burst_every);
  }

  /// Whether a question that we send now gets to the far side. Time does not go back.
  bool Passes(int64_t now) {
    return !InBurst(now) && !InOutage(now) && !IsStorm(now) && !IsPoliced(now) &&
           !chance_.Happens(conditions_.request_loss);
  }
  SimulatedChance& chance() { return chance_; }

 private:
  bool InBurst(int64_t now) {
    if (conditions_.burst_every == 0) return false;
    while (now >= next_burst_ + conditions_.burst_length) {
      next_burst_ += conditions_.burst_length + chance_.Exponential(conditions_.burst_every);
    }
    return now >= next_burst_;
  }
  bool InOutage(int64_t now) const {
    const int64_t from = start_ + conditions_.outage_at;
    return now >= from && now < from + conditions_.outage_length;
  }
  bool IsStorm(int64_t now) {
    if (conditions_.storm_frames == 0) return false;
    const int64_t window = now / conditions_.storm_window;
    if (window != storm_window_) storm_passed_ = 0;
    storm_window_ = window;
    return ++storm_passed_ > conditions_.storm_frames;
  }
  bool IsPoliced(int64_t now) {
    if (conditions_.police == 0) return false;
    tokens_ += static_cast<double>(now - policed_at_) * conditions_.police / kSimSecond;
    tokens_ = std::min(tokens_, conditions_.police_depth);
    policed_at_ = now;
    if (tokens_ < 1) return true;
    tokens_ -= 1;
    return false;
  }

  WireConditions conditions_;
  int64_t start_;
  SimulatedChance chance_;
  double tokens_;
  int64_t policed_at_;
  int64_t next_burst_ = 0;
  int64_t storm_window_ = 0;
  uint32_t storm_passed_ = 0;
};

/// Who lives where, and how each answers.
class SimulatedHosts {
 public:
  /// live: indexes of the addresses that answer, in the order in which they may be odd.
  SimulatedHosts(const WireConditions& conditions, const std::vector<uint32_t>& live)
      : conditions_(conditions) {
    for (uint32_t i = 0; i < live.size(); ++i) hosts_[live[i]] = {.odd = i < conditions.odd_hosts};
  }

  /// A question gets there. @returns how long after it the answer gets to us, if it does.
  std::optional<int64_t> Answer(uint32_t index, int64_t now, SimulatedChance& chance) {
    const auto found = hosts_.find(index);
    if (found == hosts_.end()) return std::nullopt;
    Host& host = found->second;
    if (host.odd && chance.Happens(conditions_.odd_loss)) return std::nullopt;
    if (host.odd && conditions_.odd_interval > 0) {
      if (now - host.answered_at < conditions_.odd_interval) return std::nullopt;
      host.answered_at = now;
    }
    if (chance.Happens(conditions_.reply_loss)) return std::nullopt;
    if (host.odd && conditions_.odd_delay_most > 0) {
      return chance.Between(conditions_.odd_delay_least, conditions_.odd_delay_most);
    }
    return chance.Between(100'000, 200'000);
  }

 private:
  struct Host {
    bool odd = false;
    int64_t answered_at = -3600 * kSimSecond;
  };

  const WireConditions conditions_;
  std::unordered_map<uint32_t, Host> hosts_;
};

}  // namespace arpsweep::test
