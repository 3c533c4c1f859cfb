// How many live hosts were missed, told from those that answered.
//
// Model. A question to host j is lost with probability p_j, whatever becomes of others; a host is missed
// when all its k questions are lost. Of a host that was heard, L_j questions were lost (those before its
// first answer, and pilots) and S_j answered (the first one, and pilots), which has the likelihood
//     p_j^L_j (1 - p_j)^S_j / (1 - E[p^k]),
// with the denominator because only hosts that were heard are seen: model M_h of capture and recapture
// (Otis and others 1978). Where hosts differ, first answers alone cannot tell how many are missing (Link
// 2003); pilots can, as far as hosts were heard.
//
// Estimate. Each host that was heard, being heard with probability 1 - p_j^k, stands for 1 / (1 - p_j^k)
// hosts (Horvitz and Thompson 1952), of which p_j^k / (1 - p_j^k) were missed. These odds are averaged over
// the p_j that its own tally and those of the others leave possible. Any number of hosts is held as likely
// beforehand: hence (n + 1) / n below, by the mean of a negative binomial. The average of a posterior stays
// right where it decides itself when to stop asking (Berger and Wolpert 1988). An estimate without bias for
// a given k does not: the sweep stops when it happens to be low.
//
// Hypotheses. Either all hosts share one loss, or some are worse, in a share and by a mean: a finite mixture
// (Pledger 2000), for wires lose by chance and radios sleep. The loss of the worse is spread, as those that
// lose most decide who is missed after many questions. The common loss is integrated out under Jeffreys'
// prior; each hypothesis weighs as much as its prior and the evidence for it.
//
// Assumptions, and what follows where they fail:
//
// Pilots are lost as the questions are. They come after a host's first answer, so that neither says anything
// of the other, and are spread over the passes as the questions are.
//
// Passes may differ in loss: the product of their losses is at most the power of the mean, so that bursts
// make the estimate high. But after a single pass nothing tells of a burst that was over before the first
// pilot: do not stop there.
//
// The silent resemble some that were heard. Of a host unlike all of them there is no knowing: "at least".
//
// With less than about two pilots a host and pass, and k given, the estimate is some percent high where
// losses are independent, and low where hosts differ a little. The tests show by simulation what holds.
//
// Otis, Burnham, White, Anderson: Statistical inference from capture data on closed animal populations.
// Link: Nonidentifiability of population size from capture-recapture data with heterogeneous detection
// probabilities, Biometrics 59. Horvitz, Thompson: A generalization of sampling without replacement from a
// finite universe, JASA 47. Berger, Wolpert: The likelihood principle. Pledger: Unified maximum likelihood
// estimates for closed capture-recapture models using mixtures, Biometrics 56.
#include "core/sweep/loss_estimator.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>

namespace arpsweep {
namespace {

// On one wire of ten some hosts are worse, says the prior, with any of these shares and means.
constexpr double kPriorWorse = 0.1;
constexpr std::array<double, 3> kShares = {0.03, 0.1, 0.3};
constexpr std::array<double, 4> kMeans = {0.3, 0.5, 0.7, 0.85};
// Beta(kSpread * mean, kSpread * (1 - mean)), at the middles of the tenths. By simulation: with more, the
// tail of hosts that all differ is underrated; with less, the sweep asks longer than it must.
constexpr double kSpread = 12;
constexpr size_t kTenths = 10;

// With fewer questions whose fate is known there is no estimate: were every other one lost, it would still
// look like a clean wire more than once in a hundred times.
constexpr double kFewestTrials = 7;

// A likelihood is summed at so many points, once half of them lie where it is within so many nats of its
// peak: they are less than two and a half standard deviations apart then, and what lies outside does not
// count.
constexpr size_t kPoints = 9;
constexpr double kNats = 10;
// The window is too narrow where it cuts the likelihood off within so many nats of the peak.
constexpr double kCutNats = 6;

// How often the number of pilots wanted is halved towards the least, once doubling has found enough.
constexpr int kHalvings = 2;

/// Hosts of one kind, with the mean of their tallies.
struct Group {
  double losses;
  double answers;
  double hosts;
};

using PerMean = std::array<double, kMeans.size()>;

/// What is true of a group if its hosts are of the worse.
struct IfWorse {
  PerMean log_likelihood;
  PerMean odds;
};

/// At one value of the common loss.
struct Point {
  double log_likelihood;
  double missed;
};

/// Where the likelihood of the common loss lies, in asin(sqrt(loss)): there it is as wide for any loss, and
/// Jeffreys' prior is flat.
struct Window {
  double low;
  double high;
};

/// The mean of values whose weights are known by their logarithms.
class WeightedMean {
 public:
  void Add(double log_weight, double value) {
    if (log_weight > top_) {
      const double shrink = std::exp(top_ - log_weight);
      weight_ *= shrink;
      sum_ *= shrink;
      top_ = log_weight;
    }
    const double weight = std::exp(log_weight - top_);
    weight_ += weight;
    sum_ += weight * value;
  }
  double mean() const { return sum_ / weight_; }
  double log_weight() const { return top_ + std::log(weight_); }

 private:
  double top_ = -std::numeric_limits<double>::infinity();
  double weight_ = 0;
  double sum_ = 0;
};

double OddsOf(double all_lost) {
  return all_lost / (1 - all_lost);
}

double MiddleOf(size_t tenth) {
  return (static_cast<double>(tenth) + 0.5) / kTenths;
}

/// How the loss of worse hosts is spread over the tenths, for each mean.
std::array<std::array<double, kTenths>, kMeans.size()> SpreadOfWorse() {
  std::array<std::array<double, kTenths>, kMeans.size()> spread;
  for (size_t m = 0; m < kMeans.size(); ++m) {
    double sum = 0;
    for (size_t i = 0; i < kTenths; ++i) {
      spread[m][i] = std::pow(MiddleOf(i), kSpread * kMeans[m] - 1) *
                     std::pow(1 - MiddleOf(i), kSpread * (1 - kMeans[m]) - 1);
      sum += spread[m][i];
    }
    for (double& weight : spread[m]) weight /= sum;
  }
  return spread;
}

/// Sums at(loss) over the common loss, up to `most`, into `mean`. `window` is where to look first, and
/// afterwards where it was found.
template <typename At>
void Integrate(double most, double log_prior, Window& window, WeightedMean& mean, At at) {
  const double end = std::asin(std::sqrt(most));
  auto& [low, high] = window;
  high = std::min(high, end);
  low = std::min(low, high / 2);
  std::array<Point, kPoints> points;
  for (bool narrowing = false;;) {
    const double step = (high - low) / kPoints;
    double top = -std::numeric_limits<double>::infinity();
    for (size_t i = 0; i < kPoints; ++i) {
      const double root = std::sin(low + (static_cast<double>(i) + 0.5) * step);
      points[i] = at(root * root);
      top = std::max(top, points[i].log_likelihood);
    }
    const bool cut_below = low > 0 && points.front().log_likelihood > top - kCutNats;
    const bool cut_above = high < end && points.back().log_likelihood > top - kCutNats;
    if (!narrowing && (cut_below || cut_above)) {
      const double width = high - low;
      if (cut_below) low = std::max(0.0, low - width);
      if (cut_above) high = std::min(end, high + width);
      continue;
    }
    narrowing = true;
    size_t first = 0;
    size_t last = kPoints - 1;
    while (points[first].log_likelihood < top - kNats) ++first;
    while (points[last].log_likelihood < top - kNats) --last;
    if (2 * (last - first + 1) >= kPoints - 1) {
      for (const Point& point : points)
        mean.Add(point.log_likelihood + std::log(step) + log_prior, point.missed);
      return;
    }
    high = std::min(high, low + (static_cast<double>(last) + 1.5) * step);
    low = std::max(low, low + (static_cast<double>(first) - 0.5) * step);
  }
}

struct Outlook {
  double missed;
  double log_evidence;
};

/// The hosts that were heard, and what follows.
class Evidence {
 public:
  Evidence(std::vector<Group> groups, double questions, double silent)
      : groups_(std::move(groups)), questions_(questions), silent_(silent) {
    for (const Group& group : groups_) {
      hosts_ += group.hosts;
      losses_ += group.hosts * group.losses;
      answers_ += group.hosts * group.answers;
    }
  }

  double hosts() const { return hosts_; }
  double losses() const { return losses_; }
  double answers() const { return answers_; }
  double silent() const { return silent_; }

  /// As it would be with so many pilots more, spread evenly, and all of them answered.
  Evidence With(double pilots) const {
    const double rounds = std::floor(pilots / hosts_);
    const double more = pilots / hosts_ - rounds;  // the share of hosts that gets another one
    std::vector<Group> groups;
    for (const Group& group : groups_) {
      groups.push_back({group.losses, group.answers + rounds, group.hosts * (1 - more)});
      if (more > 0) groups.push_back({group.losses, group.answers + rounds + 1, group.hosts * more});
    }
    return Evidence(std::move(groups), questions_, silent_);
  }

  Outlook Assess() const {
    Window window = {.low = 0, .high = std::numbers::pi / 2};
    WeightedMean mean;
    PerMean worse_missed;
    const std::vector<IfWorse> worse = Worse(&worse_missed);
    Integrate(1, std::log(1 - kPriorWorse), window, mean,
              [&](double loss) { return At(loss, 0, 0, 0, worse); });
    const double log_prior = std::log(kPriorWorse / (kShares.size() * kMeans.size()));
    for (const double share : kShares) {
      for (size_t m = 0; m < kMeans.size(); ++m) {
        // Near where it was last; the more hosts are worse, the less the others lose.
        const double width = window.high - window.low;
        window = {.low = std::max(0.0, window.low - 0.3 * width), .high = window.high + 0.1 * width};
        Integrate(kMeans[m], log_prior, window, mean,
                  [&](double loss) { return At(loss, share, m, worse_missed[m], worse); });
      }
    }
    return {.missed = mean.mean(), .log_evidence = mean.log_weight()};
  }

 private:
  /// worse_missed: how likely a worse host is missed.
  std::vector<IfWorse> Worse(PerMean* worse_missed) const {
    static const auto spread = SpreadOfWorse();
    worse_missed->fill(0);
    std::array<double, kTenths> odds;
    for (size_t i = 0; i < kTenths; ++i) {
      const double all_lost = std::pow(MiddleOf(i), questions_);
      odds[i] = OddsOf(all_lost);
      for (size_t m = 0; m < kMeans.size(); ++m) (*worse_missed)[m] += spread[m][i] * all_lost;
    }
    std::vector<IfWorse> worse;
    worse.reserve(groups_.size());
    for (const Group& group : groups_) {
      std::array<double, kTenths> likelihood;
      for (size_t i = 0; i < kTenths; ++i)
        likelihood[i] = group.losses * std::log(MiddleOf(i)) + group.answers * std::log1p(-MiddleOf(i));
      const double top = *std::max_element(likelihood.begin(), likelihood.end());
      for (double& value : likelihood) value = std::exp(value - top);
      IfWorse& terms = worse.emplace_back();
      for (size_t m = 0; m < kMeans.size(); ++m) {
        double sum = 0;
        double missed = 0;
        for (size_t i = 0; i < kTenths; ++i) {
          sum += spread[m][i] * likelihood[i];
          missed += spread[m][i] * likelihood[i] * odds[i];
        }
        terms.log_likelihood[m] = std::log(sum) + top;
        terms.odds[m] = missed / sum;
      }
    }
    return worse;
  }

  /// Where `share` of the hosts are worse, with the m-th mean, and the others lose `loss`.
  Point At(double loss, double share, size_t m, double worse_missed,
           const std::vector<IfWorse>& worse) const {
    const double log_lost = std::log(loss);
    const double log_answered = std::log1p(-loss);
    const double all_lost = std::pow(loss, questions_);
    const double odds = OddsOf(all_lost);
    double log_likelihood = losses_ * log_lost + answers_ * log_answered -
                            hosts_ * std::log1p(-(1 - share) * all_lost - share * worse_missed);
    double missed = hosts_ * odds;
    for (size_t g = 0; share > 0 && g < groups_.size(); ++g) {
      const Group& group = groups_[g];
      const double ratio =
          worse[g].log_likelihood[m] - group.losses * log_lost - group.answers * log_answered;
      const double among_worse = share * std::exp(std::min(ratio, kMostNats));
      const double either = 1 - share + among_worse;
      log_likelihood += group.hosts * std::log(either);
      missed += group.hosts * among_worse / either * (worse[g].odds[m] - odds);
    }
    return {log_likelihood, std::min(missed * (hosts_ + 1) / hosts_, silent_)};
  }

  static constexpr double kMostNats = 600;  // exp() stays finite

  std::vector<Group> groups_;
  double questions_;
  double silent_;
  double hosts_ = 0;
  double losses_ = 0;
  double answers_ = 0;
};

/// Pilots cost a question each. If all are answered they spare a pass, which costs a question for each silent
/// address; how likely that is, the evidence tells: it would become that much smaller.
uint32_t PilotsWanted(const Evidence& evidence, const Outlook& now, double fewest, double threshold) {
  double too_few = std::max(0.0, fewest - 1);
  double enough = 0;
  for (double pilots = std::max({1.0, fewest, std::ceil(evidence.hosts() / 8)});
       pilots <= evidence.silent() && enough == 0; pilots *= 2) {
    const Outlook then = evidence.With(pilots).Assess();
    if (pilots >= std::exp(then.log_evidence - now.log_evidence) * evidence.silent()) return 0;
    (then.missed < threshold ? enough : too_few) = pilots;
  }
  for (int i = 0; i < kHalvings && enough - too_few > 1; ++i) {
    const double pilots = std::ceil((too_few + enough) / 2);
    (evidence.With(pilots).Assess().missed < threshold ? enough : too_few) = pilots;
  }
  return static_cast<uint32_t>(enough);
}

}  // namespace

// Each number up to 3, then two bins for each power of two. Of a bin only the means are taken; as the
// likelihood of one common loss depends on sums alone, only a little of how hosts differ is lost.
uint32_t LossEstimator::BinOf(uint32_t count) {
  if (count < 4) return count;
  const auto width = static_cast<uint32_t>(std::bit_width(count));
  return 2 * (width - 1) + (count >> (width - 2) & 1);
}

void LossEstimator::Add(const HostTally& host) {
  const uint32_t lost = std::min(host.lost, host.pilots);
  const uint32_t losses = std::max<uint32_t>(host.asked_until_answer, 1) - 1 + lost;
  const uint32_t answers = 1 + host.pilots - lost;
  Cell& cell = cells_[BinOf(losses) * kBins + BinOf(answers)];
  ++cell.hosts;
  cell.losses += losses;
  cell.answers += answers;
}

LossEstimate LossEstimator::Estimate(uint32_t questions, uint64_t silent, double threshold) const {
  std::vector<Group> groups;
  for (const Cell& cell : cells_) {
    if (cell.hosts == 0) continue;
    const auto hosts = static_cast<double>(cell.hosts);
    groups.push_back(
        {static_cast<double>(cell.losses) / hosts, static_cast<double>(cell.answers) / hosts, hosts});
  }
  LossEstimate estimate;
  if (silent == 0) {
    estimate.expected_missed = 0;
    estimate.known = true;
  }
  if (groups.empty() || questions == 0) return estimate;

  const Evidence evidence(std::move(groups), questions, static_cast<double>(silent));
  const double losses = evidence.losses();
  // First answers tell of loss only where a host might have been heard later.
  const double trials = losses + evidence.answers() - (questions > 1 ? 0 : evidence.hosts());
  Outlook now = {};
  if (silent > 0) {
    now = evidence.Assess();
    if (trials < kFewestTrials || now.missed >= threshold)
      estimate.pilots_wanted = PilotsWanted(evidence, now, kFewestTrials - trials, threshold);
  }
  if (trials < kFewestTrials) return estimate;
  estimate.known = true;
  estimate.expected_missed = now.missed;
  // Where nothing was seen lost, nothing is said to be.
  const double unheard = losses > 0 ? questions * now.missed : 0;
  estimate.loss = (losses + unheard) / (losses + evidence.answers() + unheard);
  return estimate;
}

}  // namespace arpsweep
