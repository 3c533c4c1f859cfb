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
  /// Only when no thread writes any more.
  const T* data() const { return data_; }

 private:
  size_t bytes_;
  T* data_;
};

/// What is known of each address by number: three bytes and two bits. Each datum has one writing thread at a
/// time, so that no write is a locked one: senders count what they queued, the receiver what it saw leaving
/// and who answered.
class AddressState {
 public:
  /// proves_sending: our frames are seen leaving; without, what the kernel took counts as sent.
  AddressState(uint32_t size, bool proves_sending)
      : size_(size),
        proves_sending_(proves_sending),
        queued_(size),
        probes_queued_(size),
        transmitted_(proves_sending ? size : 0),
        answered_(size / 64 + 1),
        void_(size / 64 + 1) {}

  uint32_t size() const { return size_; }
  bool proves_sending() const { return proves_sending_; }

  /// Broadcast requests given to the kernel; saturates. Senders only.
  void AddQueued(uint32_t index) { Add(queued_, index, 1); }
  void RemoveQueued(uint32_t index) { Add(queued_, index, -1); }
  uint8_t Queued(uint32_t index) const { return queued_.Load(index); }

  /// Probes beside the requests given to the kernel; saturates. Senders only.
  void AddProbeQueued(uint32_t index) { Add(probes_queued_, index, 1); }
  void RemoveProbeQueued(uint32_t index) { Add(probes_queued_, index, -1); }
  uint8_t ProbesQueued(uint32_t index) const { return probes_queued_.Load(index); }

  /// Broadcast requests of ours that were seen leaving; saturates. Receiver only.
  void AddTransmitted(uint32_t index) { Add(transmitted_, index, 1); }
  /// Those that left, as well as it is known.
  uint8_t Transmitted(uint32_t index) const {
    return proves_sending_ ? transmitted_.Load(index) : queued_.Load(index);
  }

  /// Receiver only. @returns whether this is news.
  bool MarkAnswered(uint32_t index) { return SetBit(answered_, index); }
  bool Answered(uint32_t index) const { return Bit(answered_, index); }

  /// All that was asked here was lost with the link. Sender only.
  void MarkVoid(uint32_t index) { SetBit(void_, index); }

  /// Whether an address was asked for certain, or has answered.
  bool Tested(uint32_t index) const {
    return (Transmitted(index) != 0 && !Bit(void_, index)) || Answered(index);
  }
  /// How many of the first `count` addresses were. Quickly, because a stop does not wait for sixteen million
  /// questions; only when no thread writes any more.
  uint64_t CountTested(uint32_t count) const {
    const uint8_t* asked = (proves_sending_ ? transmitted_ : queued_).data();
    uint64_t tested = 0;
    for (uint32_t first = 0; first < count; first += 64) {
      const uint32_t last = std::min(first + 64, count);
      if (answered_.Load(first / 64) == 0 && void_.Load(first / 64) == 0) {
        for (uint32_t index = first; index < last; ++index) tested += asked[index] != 0 ? 1 : 0;
      } else {
        for (uint32_t index = first; index < last; ++index) tested += Tested(index) ? 1 : 0;
      }
    }
    return tested;
  }

 private:
  static constexpr uint8_t kMost = 255;

  static void Add(ZeroedArray<uint8_t>& counts, uint32_t index, int change) {
    const uint8_t value = counts.Load(index);
    if (change > 0 ? value < kMost : value > 0) counts.Store(index, static_cast<uint8_t>(value + change));
  }

  static bool Bit(const ZeroedArray<uint64_t>& bits, uint32_t index) {
    return (bits.Load(index / 64) >> (index % 64) & 1) != 0;
  }
  static bool SetBit(ZeroedArray<uint64_t>& bits, uint32_t index) {
    const uint64_t before = bits.Load(index / 64);
    const uint64_t after = before | uint64_t{1} << (index % 64);
    if (before == after) return false;
    bits.Store(index / 64, after);
    return true;
  }

  uint32_t size_;
  bool proves_sending_;
  ZeroedArray<uint8_t> queued_;
  ZeroedArray<uint8_t> probes_queued_;
  ZeroedArray<uint8_t> transmitted_;
  ZeroedArray<uint64_t> answered_;
  ZeroedArray<uint64_t> void_;
};

/// Times at which questions left are kept in one word, which threads share: monotonic nanoseconds, of which
/// the lowest bit says that they hold about. Such a time tells which question was the later one and gives no
/// round trip. 0 is no time.
constexpr int64_t Exactly(int64_t time) {
  return time & ~int64_t{1};
}
constexpr int64_t About(int64_t time) {
  return time | 1;
}
constexpr bool IsExact(int64_t time) {
  return (time & 1) == 0;
}

/// When each address was last asked by broadcast, for the most recent half million of them. One slot serves
/// several addresses of a larger range, the latest of them being known; a reply so late that its slot was
/// taken gives no round trip. Written by the receiver from the kernel's own stamps of our frames, or, where
/// these are not seen leaving, by the senders.
class SendTimes {
 public:
  static constexpr uint32_t kMaxSlots = 1 << 19;

  explicit SendTimes(uint32_t size)
      : slots_(std::bit_ceil(std::clamp(size, 1U, kMaxSlots))),
        times_(slots_),
        shift_(std::countr_zero(slots_)) {}

  /// `time`: of Exactly or About.
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
  static constexpr int kTimeBits = 56;  // two years of uptime; the tag needs 26 - 19 bits
  static constexpr uint64_t kTimeMask = (uint64_t{1} << kTimeBits) - 1;

  uint32_t slots_;
  ZeroedArray<uint64_t> times_;
  int shift_;
};

}  // namespace arpsweep
