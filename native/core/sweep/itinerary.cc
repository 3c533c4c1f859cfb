#include "core/sweep/itinerary.h"

#include <algorithm>

namespace arpsweep {

void Itinerary::Begin(uint32_t positions) {
  const std::lock_guard lock(mutex_);
  ahead_.clear();
  if (positions > 0) ahead_.push_back({.slice = {0, positions}});
  first_number_ += behind_.size();
  behind_.clear();
  old_doubtful_.clear();
  taken_ = 0;
  furthest_ = 0;
}

std::optional<Itinerary::Leg> Itinerary::Take(uint32_t most, int64_t now, double rate) {
  const std::lock_guard lock(mutex_);
  Forget(now);
  if (ahead_.empty()) return std::nullopt;
  Slice& next = ahead_.front().slice;
  const Slice slice{next.first, next.first + std::min(most, next.size())};
  next.first = slice.last;
  if (next.size() == 0) ahead_.pop_front();
  taken_ += slice.size();
  furthest_ = std::max(furthest_, slice.last);
  behind_.push_back({.slice = slice, .rate = rate, .begun_at = now});
  return Leg{slice, first_number_ + behind_.size() - 1};
}

void Itinerary::Finish(const Leg& leg, int64_t now) {
  const std::lock_guard lock(mutex_);
  // A pass may have begun since.
  if (leg.number >= first_number_) behind_[leg.number - first_number_].ended_at = now;
}

void Itinerary::Vouch(int64_t time, double rate) {
  const std::lock_guard lock(mutex_);
  for (Entry& entry : behind_) {
    entry.vouched = entry.vouched || (entry.ended_at <= time && entry.rate <= rate);
  }
  std::erase_if(old_doubtful_, [rate](const Entry& entry) { return entry.rate <= rate; });
}

uint64_t Itinerary::RepeatDoubtful() {
  const std::lock_guard lock(mutex_);
  uint64_t positions = 0;
  for (Entry& entry : old_doubtful_) positions += Repeat(entry, false);
  old_doubtful_.clear();
  for (Entry& entry : behind_) {
    if (!entry.vouched) positions += Repeat(entry, false);
  }
  return positions;
}

uint64_t Itinerary::RepeatSent(int64_t from, int64_t to, bool for_naught) {
  const std::lock_guard lock(mutex_);
  uint64_t positions = 0;
  for (Entry& entry : behind_) {
    if (entry.ended_at >= from && entry.begun_at <= to) positions += Repeat(entry, for_naught);
  }
  return positions;
}

// Once: what is asked anew has an entry of its own.
uint64_t Itinerary::Repeat(Entry& entry, bool for_naught) {
  const uint32_t positions = entry.slice.size();
  if (positions > 0) {
    Stretch* last = ahead_.empty() ? nullptr : &ahead_.back();
    if (last != nullptr && last->slice.last == entry.slice.first && last->for_naught == for_naught) {
      last->slice.last = entry.slice.last;
    } else {
      ahead_.push_back({entry.slice, for_naught});
    }
  }
  entry.slice.first = entry.slice.last;
  entry.vouched = true;
  return positions;
}

uint64_t Itinerary::taken() const {
  const std::lock_guard lock(mutex_);
  return taken_;
}

uint32_t Itinerary::furthest() const {
  const std::lock_guard lock(mutex_);
  return furthest_;
}

uint64_t Itinerary::left() const {
  const std::lock_guard lock(mutex_);
  uint64_t left = 0;
  for (const Stretch& stretch : ahead_) left += stretch.slice.size();
  return left;
}

std::vector<Slice> Itinerary::AskedForNaught() const {
  const std::lock_guard lock(mutex_);
  std::vector<Slice> slices;
  for (const Stretch& stretch : ahead_) {
    if (stretch.for_naught) slices.push_back(stretch.slice);
  }
  return slices;
}

void Itinerary::Forget(int64_t now) {
  while (!behind_.empty() && behind_.front().ended_at < now - kKeptNs) {
    const Entry& entry = behind_.front();
    if (!entry.vouched) {
      Entry* before = old_doubtful_.empty() ? nullptr : &old_doubtful_.back();
      if (before != nullptr && before->slice.last == entry.slice.first && before->rate == entry.rate) {
        before->slice.last = entry.slice.last;
      } else {
        old_doubtful_.push_back(entry);
      }
    }
    behind_.pop_front();
    ++first_number_;
  }
}

}  // namespace arpsweep
