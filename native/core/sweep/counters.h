#pragma once

#include <atomic>
#include <cstdint>

namespace arpsweep {

/// A number that one thread adds to and others read.
class Counter {
 public:
  void Add(uint64_t n = 1) { value_.store(value() + n, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

/// A number that several threads add to.
class SharedCounter {
 public:
  void Add(uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

/// The statistics of a sweep. They only grow.
struct Counters {
  // By the senders.
  SharedCounter queued;       // frames that the kernel took
  SharedCounter send_errors;  // failed sends, back-pressure included
  SharedCounter asked_again;  // questions in place of those that were lost with others
  // By the receiver.
  Counter transmitted;   // frames of ours that were seen leaving
  Counter received;      // replies that answered our questions; recorded ones and overruns
  Counter malformed;     // ARP of wrong types or lengths, or cut short
  Counter unsolicited;   // ARP that answers no question of ours, or on another VLAN
  Counter overruns;      // replies for which the responder table had no room
  Counter kernel_drops;  // frames that did not fit the ring
  Counter answered;      // addresses
  Counter answered_own;  // of them, our own
  Counter link_flaps;
};

}  // namespace arpsweep
