#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <atomic>
#include <cstdint>

#include "core/sweep/address_state.h"
#include "core/sweep/counters.h"
#include "core/sweep/link_watch.h"
#include "core/sweep/pacer.h"
#include "core/sweep/responder_table.h"
#include "core/system/packet_socket.h"
#include "core/system/stop_signal.h"
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
  enum class Kind : uint8_t { kRequest, kProbe, kUnicast };
  Kind kind = Kind::kRequest;
  uint32_t index = 0;
  uint32_t address = 0;
  Responder* responder = nullptr;  // for kUnicast
};

/// Sends questions in batches at a given rate, as long as the kernel and the link let it.
/// One thread.
class Transmitter {
 public:
  /// Without a frame accepted for so long, sending is blocked for good: an egress filter answers ENOBUFS for
  /// ever.
  static constexpr int64_t kBlockedNs = 1'000'000'000;
  /// How long a link that went down may take to come back.
  static constexpr int64_t kLinkGraceNs = 3'000'000'000;

  Transmitter(SendSocket& socket, const RequestTemplate& request, uint32_t sender_ip, const Pacer& pacer,
              AddressState& state, Counters& counters, const LinkWatch& link, const StopSignal& stop);

  /// Takes a question into the batch; waits for its turn, and sends the batch when it is full.
  SendOutcome Ask(const Question& question);
  /// Sends what is in the batch.
  SendOutcome Flush();
  /// Waits for a link that is away.
  SendOutcome AwaitLink();

  /// errno of the send that failed, for kSystemError.
  int error() const { return error_; }
  /// Monotonic times of the first and the last accepted batch, or 0; any thread.
  int64_t first_at() const { return first_at_.load(std::memory_order_relaxed); }
  int64_t last_at() const { return last_at_.load(std::memory_order_relaxed); }

 private:
  static constexpr size_t kBatch = 64;
  static constexpr size_t kFrameStride = 64;

  SendOutcome AwaitTurn();
  SendOutcome OnRefusal(int error, size_t* next);
  void Count(const Question& question);
  void Uncount(const Question& question);
  void OnAccepted(size_t frames);

  SendSocket& socket_;
  const uint32_t sender_ip_;
  Pacer pacer_;
  AddressState& state_;
  Counters& counters_;
  const LinkWatch& link_;
  const StopSignal& stop_;

  alignas(64) std::array<uint8_t, kBatch * kFrameStride> frames_{};
  std::array<iovec, kBatch> vectors_{};
  std::array<mmsghdr, kBatch> messages_{};
  std::array<Question, kBatch> questions_;
  size_t filled_ = 0;
  size_t granted_ = 0;

  int error_ = 0;
  int refusals_ = 0;  // of the frame that is next, in a row
  int64_t blocked_since_ = 0;
  std::atomic<int64_t> first_at_{0};
  std::atomic<int64_t> last_at_{0};
};

}  // namespace arpsweep
