// What an engine has to show.

#include "core/sweep/results.h"
#include "core/sweep/sweep_engine.h"

namespace arpsweep {

size_t SweepEngine::Read(size_t from, std::span<Record> into) {
  return ReadResponders({targets_, table_, matcher_}, from, done(), into);
}

std::vector<StrayRecord> SweepEngine::Strays() {
  return done() ? PackStrays({targets_, table_, matcher_}) : std::vector<StrayRecord>{};
}

std::vector<AddressRange> SweepEngine::Untested(size_t limit) const {
  return TargetsThat(targets_, limit, [this](uint32_t index) { return IsUntested(index); });
}

std::vector<Slice> SweepEngine::Remaining(size_t limit) const {
  if (conductor_ && done()) return conductor_->Open(limit);
  return part_.Cover(limit, 0, [](uint32_t) { return true; });
}

// Before it is done nothing counts as tested.
bool SweepEngine::IsUntested(uint32_t index) const {
  if (conductor_ && done()) return conductor_->IsUntested(index);
  return !targets_.IsOwnIndex(index) && part_.Holds(index);
}

bool SweepEngine::Holds(uint32_t address) const {
  const auto index = targets_.IndexOf(address);
  return index && *index < targets_.size() && part_.Holds(*index);
}

uint32_t SweepEngine::RequestsTo(uint32_t address) const {
  const auto index = targets_.IndexOf(address);
  return index ? address_state_.Transmitted(*index) : 0;
}

}  // namespace arpsweep
