#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/sweep/address_state.h"
#include "core/sweep/counters.h"
#include "core/sweep/line.h"
#include "core/sweep/link_watch.h"
#include "core/sweep/pacer.h"
#include "core/sweep/responder_table.h"
#include "core/wire/request_template.h"

namespace arpsweep {

/// Why sending ended, if it did.
enum class SendOutcome : uint8_t {
  kSent,
  kInterrupted,
  kSendBlocked,  // the kernel refused every frame for kBlockedNs
  kLinkDown,     // the link did not come back within kLinkGraceNs
  kLinkGone,
  kSystemError,
};

/// One frame to be sent.
struct Question {
  /// A pilot is a request to an address that has answered.
  enum class Kind : uint8_t { kRequest, kPilot, kProbe, kUnicast };
  Kind kind = Kind::kRequest;
  uint32_t index = 0;
  uint32_t address = 0;
  Responder* responder = nullptr;  // for kPilot, the first of its address, and kUnicast
};

/// Sends questions in batches at a given rate, as long as the kernel and the link let it.
/// One thread; another one may have its own over the same state.
class Transmitter {
 public:
  /// Without a frame accepted for so long, sending is blocked for good: an egress filter answers ENOBUFS for
  /// ever.
  static constexpr int64_t kBlockedNs = 1'000'000'000;
  /// How long a link that went down may take to come back.
  static constexpr int64_t kLinkGraceNs = 3'000'000'000;

  /// times: where our frames are not seen leaving, when they did is noted here by our own clock.
  Transmitter(Line& line, const RequestFields& request, const Pacer& pacer, AddressState& state,
              SendTimes& times, Counters& counters, const LinkWatch& link);

  void SetRate(double frames_per_second, bool careful) { pacer_.SetRate(frames_per_second, careful); }
  const Pacer& pacer() const { return pacer_; }

  /// Takes a question into the batch; waits for its turn, and sends the batch when it is full.
  SendOutcome Ask(const Question& question);
  /// Sends what is in the batch.
  SendOutcome Flush();
  /// Waits for a link that is away.
  SendOutcome AwaitLink();

  /// Addresses whose requests were refused for good since the last call: a filter may drop just these.
  std::vector<uint32_t> TakeRefused() { return std::exchange(refused_, {}); }

  /// errno of the send that failed, for kSystemError.
  int error() const { return error_; }
  /// Monotonic times of the first and the last accepted batch, or 0; any thread.
  int64_t first_at() const { return first_at_.load(std::memory_order_relaxed); }
  int64_t last_at() const { return last_at_.load(std::memory_order_relaxed); }

 private:
  static constexpr size_t kBatch = 64;
  // Where send times are told by the clock before and after a batch, it is short.
  static constexpr size_t kTimedBatch = 8;
  static constexpr size_t kMostRefused = 65'536;

  SendOutcome AwaitTurn();
  SendOutcome OnRefusal(int error, size_t* next);
  void Count(const Question& question);
  void Uncount(const Question& question);
  void NoteTime(const Question& question, int64_t at);
  void OnAccepted(std::span<const Question> questions, int64_t from, int64_t to);
  bool timed() const { return !state_.proves_sending(); }

  Line& line_;
  const RequestFields request_;
  const RequestTemplate template_;
  Pacer pacer_;
  AddressState& state_;
  SendTimes& times_;
  Counters& counters_;
  const LinkWatch& link_;

  // A frame begins at a cache line of its own.
  struct alignas(64) CacheLine {
    std::array<uint8_t, 64> bytes;
  };
  uint8_t* FrameAt(size_t i) { return lines_[i * frame_lines_].bytes.data(); }

  const size_t frame_lines_;
  std::vector<CacheLine> lines_;
  std::array<iovec, kBatch> vectors_{};
  std::array<mmsghdr, kBatch> messages_{};
  std::array<Question, kBatch> questions_;
  size_t filled_ = 0;
  size_t granted_ = 0;
  double frame_ns_ = 0;  // what a frame has taken of late

  int error_ = 0;
  int refusals_ = 0;  // of the frame that is next, in a row
  int64_t blocked_since_ = 0;
  std::vector<uint32_t> refused_;
  std::atomic<int64_t> first_at_{0};
  std::atomic<int64_t> last_at_{0};
};

}  // namespace arpsweep
