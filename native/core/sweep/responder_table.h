#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/sweep/stable_vector.h"
#include "core/wire/mac_address.h"

namespace arpsweep {

inline constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();
inline constexpr uint32_t kNoRoundTrip = std::numeric_limits<uint32_t>::max();

/// One MAC that answers for one address. The receiver writes it; what others read meanwhile is either set
/// before the responder is published, or atomic.
struct Responder {
  uint32_t id = 0;        // position in the table: the order of first answers
  uint32_t index = 0;     // of the address
  uint32_t next = kNone;  // responder of the same address that was heard before
  MacAddress mac;
  MacAddress ethernet_source;  // of the first answer
  int64_t first_at = 0;        // CLOCK_REALTIME, ns, as the kernel stamped the first answer
  int64_t last_at = 0;         // the latest one; receiver only
  uint32_t first_round_trip_ns = kNoRoundTrip;
  std::atomic<uint32_t> round_trip_ns{kNoRoundTrip};  // the smallest that is beyond doubt
  std::atomic<uint32_t> longest_round_trip_ns{0};     // or the least that it can have been
  std::atomic<uint32_t> request_replies{0};
  std::atomic<uint32_t> probe_replies{0};
  uint32_t last_request =
      0;  // ordinal of the last broadcast request that it answered beyond doubt; receiver only

  // Pilots, requests to an address that has answered, are counted at its first responder: as the sender
  // counts, and as the receiver saw them leave.
  std::atomic<uint32_t> pilots_queued{0};
  uint32_t pilots_transmitted = 0;

  // Unicast confirmation: how often asked as the sender counts, as the receiver saw it leave, and when.
  std::atomic<uint8_t> unicast_queued{0};  // written by the sender
  uint8_t unicast_transmitted = 0;         // receiver only, as the rest
  uint32_t foreign_unicasts = 0;           // by others on this machine with our sender address
  std::atomic<int64_t> unicast_at{0};
  int64_t unicast_before_at = 0;
  std::atomic<bool> confirmed{false};
  // Broadcasts that it answered after requests by unicast had stayed without an answer.
  std::atomic<uint8_t> later_broadcasts{0};
};

/// What is known of an address beyond AddressState; only for those that answered, or were asked by probe or
/// by others. Receiver only.
struct AddressEntry {
  uint32_t index = 0;
  uint32_t first = kNone;   // responder, heard last of them for the first time
  uint32_t oldest = kNone;  // responder, heard before all others
  uint32_t last = kNone;    // responder that was heard last
  uint16_t responders = 0;
  bool foreign = false;       // others on this machine asked here with our address, in any way
  bool same_request = false;  // two MACs answered one request
  bool alternated = false;    // A-B-A was heard
  uint8_t probes = 0;         // of ours, seen leaving
  // Requests with our sender address that others on this machine sent, to all or to whom we do not know.
  uint32_t foreign_requests = 0;
  int64_t foreign_at = 0;
  int64_t probe_at = 0;
};

/// Responders by address and MAC, bounded per address and in all: what does not fit is an overrun, counted by
/// the caller. Entries never move; one thread changes the table.
class ResponderTable {
 public:
  /// A segment with an address that more machines than this answer for is under attack.
  static constexpr uint16_t kMaxPerAddress = 128;
  static constexpr size_t kMaxResponders = size_t{1} << 21;
  static constexpr size_t kMaxAddresses = kMaxResponders;

  using Responders = StableVector<Responder, kMaxResponders>;

  ResponderTable() : slots_(kFirstSlots, kNone) {}

  /// The entry of an address, or nullptr.
  AddressEntry* Find(uint32_t index);
  /// The entry of an address, made where there is none; nullptr where the table is full.
  AddressEntry* FindOrAdd(uint32_t index);

  Responder* Find(const AddressEntry& entry, const MacAddress& mac);
  /// Adds a responder that the address does not have yet; nullptr where it, or the table, is full.
  /// `initialize(Responder&)` fills what is set once, before others can see it.
  template <typename Initialize>
  Responder* Add(AddressEntry& entry, const MacAddress& mac, Initialize initialize) {
    if (entry.responders == kMaxPerAddress) return nullptr;
    const auto id = static_cast<uint32_t>(responders_.size());
    Responder* added = responders_.Append([&](Responder& responder) {
      responder.id = id;
      responder.index = entry.index;
      responder.next = entry.first;
      responder.mac = mac;
      initialize(responder);
    });
    if (added == nullptr) return nullptr;
    entry.first = id;
    if (entry.oldest == kNone) entry.oldest = id;
    ++entry.responders;
    return added;
  }

  Responder& At(uint32_t id) { return responders_[id]; }
  const Responder& At(uint32_t id) const { return responders_[id]; }
  /// Responders so far, in the order of their first answers; any thread.
  uint32_t size() const { return static_cast<uint32_t>(responders_.size()); }

 private:
  static constexpr size_t kFirstSlots = 1024;

  size_t SlotOf(uint32_t index) const;
  void Grow();

  Responders responders_;
  StableVector<AddressEntry, kMaxAddresses> entries_;
  std::vector<uint32_t> slots_;  // open addressing, a power of two, at most half full; numbers of entries
};

}  // namespace arpsweep
