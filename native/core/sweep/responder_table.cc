#include "core/sweep/responder_table.h"

namespace arpsweep {

size_t ResponderTable::SlotOf(uint32_t index) const {
  // Fibonacci hashing: neighbouring addresses are the common case and must not cluster.
  const size_t mask = slots_.size() - 1;
  size_t slot = (index * 0x9e3779b97f4a7c15ULL >> 32) & mask;
  while (slots_[slot] != kNone && entries_[slots_[slot]].index != index) slot = (slot + 1) & mask;
  return slot;
}

AddressEntry* ResponderTable::Find(uint32_t index) {
  const uint32_t id = slots_[SlotOf(index)];
  return id == kNone ? nullptr : &entries_[id];
}

AddressEntry* ResponderTable::FindOrAdd(uint32_t index) {
  size_t slot = SlotOf(index);
  if (slots_[slot] != kNone) return &entries_[slots_[slot]];
  if ((entries_.size() + 1) * 2 > slots_.size()) {
    Grow();
    slot = SlotOf(index);
  }
  AddressEntry* added = entries_.Append([index](AddressEntry& entry) { entry.index = index; });
  if (added != nullptr) slots_[slot] = static_cast<uint32_t>(entries_.size() - 1);
  return added;
}

Responder* ResponderTable::Find(const AddressEntry& entry, const MacAddress& mac) {
  for (uint32_t id = entry.first; id != kNone; id = responders_[id].next) {
    if (responders_[id].mac == mac) return &responders_[id];
  }
  return nullptr;
}

void ResponderTable::Grow() {
  slots_.assign(slots_.size() * 2, kNone);
  for (size_t id = 0; id < entries_.size(); ++id)
    slots_[SlotOf(entries_[id].index)] = static_cast<uint32_t>(id);
}

}  // namespace arpsweep
