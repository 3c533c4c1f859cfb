#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>

namespace arpsweep {

/// Zeroed numbers that threads share without locks. Pages that nobody writes to cost no memory, and all of
/// them go back to the system at the end, which calloc does not promise to a process that has freed large
/// blocks before.
template <typename T>
class ZeroedArray {
 public:
  explicit ZeroedArray(size_t size) : bytes_(std::max<size_t>(size, 1) * sizeof(T)) {
    void* data =
        mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (data == MAP_FAILED) throw std::bad_alloc();
    data_ = static_cast<T*>(data);
  }
  ~ZeroedArray() { munmap(data_, bytes_); }
  ZeroedArray(const ZeroedArray&) = delete;
  ZeroedArray& operator=(const ZeroedArray&) = delete;

  T Load(size_t i) const { return std::atomic_ref<T>(data_[i]).load(std::memory_order_relaxed); }
  void Store(size_t i, T value) { std::atomic_ref<T>(data_[i]).store(value, std::memory_order_relaxed); }

 private:
  size_t bytes_;
  T* data_;
};

/// What is known of each address by number: three bytes and a bit. Each datum has one writing thread, so that
/// no write is a locked one: the sender counts what it queued, the receiver what it saw leaving and who
/// answered.
class AddressState {
 public:
  explicit AddressState(uint32_t size)
      : size_(size), queued_(size), probes_queued_(size), transmitted_(size), answered_(size / 64 + 1) {}

  uint32_t size() const { return size_; }

  /// Broadcast requests given to the kernel; saturates. Sender only.
  void AddQueued(uint32_t index) { Add(queued_, index, 1); }
  void RemoveQueued(uint32_t index) { Add(queued_, index, -1); }
  uint8_t Queued(uint32_t index) const { return queued_.Load(index); }

  /// Probes beside the requests given to the kernel; saturates. Sender only.
  void AddProbeQueued(uint32_t index) { Add(probes_queued_, index, 1); }
  void RemoveProbeQueued(uint32_t index) { Add(probes_queued_, index, -1); }
  uint8_t ProbesQueued(uint32_t index) const { return probes_queued_.Load(index); }

  /// Broadcast requests of ours that were seen leaving; saturates. Receiver only.
  void AddTransmitted(uint32_t index) {
    NoteTested(index);
    Add(transmitted_, index, 1);
  }
  uint8_t Transmitted(uint32_t index) const { return transmitted_.Load(index); }

  /// Receiver only. @returns whether this is news.
  bool MarkAnswered(uint32_t index) {
    const uint64_t before = answered_.Load(index / 64);
    const uint64_t after = before | uint64_t{1} << (index % 64);
    if (before == after) return false;
    NoteTested(index);
    answered_.Store(index / 64, after);
    return true;
  }
  bool Answered(uint32_t index) const { return (answered_.Load(index / 64) >> (index % 64) & 1) != 0; }

  /// Whether an address was seen asked, or has answered.
  bool Tested(uint32_t index) const { return Transmitted(index) != 0 || Answered(index); }
  /// How many were; kept, because the end of a sweep cannot wait for a walk over a /8. Receiver only.
  uint64_t tested() const { return tested_; }

 private:
  static constexpr uint8_t kMost = 255;

  static void Add(ZeroedArray<uint8_t>& counts, uint32_t index, int change) {
    const uint8_t value = counts.Load(index);
    if (change > 0 ? value < kMost : value > 0) counts.Store(index, static_cast<uint8_t>(value + change));
  }

  void NoteTested(uint32_t index) {
    if (!Tested(index)) ++tested_;
  }

  uint32_t size_;
  uint64_t tested_ = 0;
  ZeroedArray<uint8_t> queued_;
  ZeroedArray<uint8_t> probes_queued_;
  ZeroedArray<uint8_t> transmitted_;
  ZeroedArray<uint64_t> answered_;
};

/// When each address was last asked by broadcast, for the most recent million of them. One slot serves
/// several addresses of a larger range, the latest of them being known; a reply so late that its slot was
/// taken gives no round trip. Written by the receiver, from the kernel's own stamps of our frames.
class SendTimes {
 public:
  static constexpr uint32_t kMaxSlots = 1 << 20;

  explicit SendTimes(uint32_t size)
      : slots_(std::bit_ceil(std::clamp(size, 1U, kMaxSlots))),
        times_(slots_),
        shift_(std::countr_zero(slots_)) {}

  /// `time`: monotonic nanoseconds.
  void Set(uint32_t index, int64_t time) {
    const uint64_t tag = uint64_t{index >> shift_} << kTimeBits;
    times_.Store(index & (slots_ - 1), tag | (static_cast<uint64_t>(time) & kTimeMask));
  }

  /// The time last set, or 0 where it is not known (any more).
  int64_t Get(uint32_t index) const {
    const uint64_t slot = times_.Load(index & (slots_ - 1));
    return slot >> kTimeBits == index >> shift_ ? static_cast<int64_t>(slot & kTimeMask) : 0;
  }

 private:
  static constexpr int kTimeBits = 56;  // two years of uptime; the tag needs 26 - 20 bits
  static constexpr uint64_t kTimeMask = (uint64_t{1} << kTimeBits) - 1;

  uint32_t slots_;
  ZeroedArray<uint64_t> times_;
  int shift_;
};

}  // namespace arpsweep
