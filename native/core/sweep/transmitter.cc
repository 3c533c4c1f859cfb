#include "core/sweep/transmitter.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "core/system/clock.h"

namespace arpsweep {
namespace {

constexpr int64_t kStepNs = 5 * kNanosecondsPerMillisecond;
// A frame that is refused so often, with growing pauses, is put off: a filter may drop just this one.
constexpr int kMaxRefusals = 4;

}  // namespace

Transmitter::Transmitter(SendSocket& socket, const RequestTemplate& request, uint32_t sender_ip,
                         const Pacer& pacer, AddressState& state, Counters& counters, const LinkWatch& link,
                         const StopSignal& stop)
    : socket_(socket),
      sender_ip_(sender_ip),
      pacer_(pacer),
      state_(state),
      counters_(counters),
      link_(link),
      stop_(stop) {
  for (size_t i = 0; i < kBatch; ++i) {
    uint8_t* frame = &frames_[i * kFrameStride];
    request.Fill(frame);
    vectors_[i] = {frame, RequestTemplate::kFrameLength};
    messages_[i].msg_hdr.msg_iov = &vectors_[i];
    messages_[i].msg_hdr.msg_iovlen = 1;
  }
}

SendOutcome Transmitter::Ask(const Question& question) {
  if (filled_ == granted_) {
    if (const SendOutcome outcome = Flush(); outcome != SendOutcome::kSent) return outcome;
    if (const SendOutcome outcome = AwaitTurn(); outcome != SendOutcome::kSent) return outcome;
  }
  uint8_t* frame = &frames_[filled_ * kFrameStride];
  const bool unicast = question.kind == Question::Kind::kUnicast;
  RequestTemplate::SetDestination(frame, unicast ? question.responder->mac : kBroadcastMac);
  RequestTemplate::SetSender(frame, question.kind == Question::Kind::kProbe ? 0 : sender_ip_);
  RequestTemplate::SetTarget(frame, question.address);
  questions_[filled_++] = question;
  return SendOutcome::kSent;
}

SendOutcome Transmitter::AwaitTurn() {
  while (true) {
    if (stop_.IsSet()) return SendOutcome::kInterrupted;
    const int64_t now = MonotonicNs();
    granted_ = pacer_.Take(now, kBatch);
    if (granted_ > 0) return SendOutcome::kSent;
    stop_.WaitUntil(pacer_.NextAt(now));
  }
}

SendOutcome Transmitter::Flush() {
  // Counted before they are sent: the receiver may see a frame leave before sendmmsg returns.
  for (size_t i = 0; i < filled_; ++i) Count(questions_[i]);
  size_t next = 0;
  SendOutcome outcome = SendOutcome::kSent;
  while (next < filled_ && outcome == SendOutcome::kSent) {
    if (stop_.IsSet()) {
      outcome = SendOutcome::kInterrupted;
    } else if (link_.state.load(std::memory_order_acquire) != LinkState::kUp) {
      outcome = AwaitLink();
    } else {
      const int sent = socket_.Send(std::span(messages_).subspan(next, filled_ - next));
      if (sent > 0) {
        OnAccepted(static_cast<size_t>(sent));
        next += static_cast<size_t>(sent);
      } else {
        outcome = OnRefusal(-sent, &next);
      }
    }
  }
  for (size_t i = next; i < filled_; ++i) Uncount(questions_[i]);
  pacer_.Return(static_cast<uint32_t>(granted_ - filled_));
  filled_ = granted_ = 0;
  return outcome;
}

SendOutcome Transmitter::OnRefusal(int error, size_t* next) {
  counters_.send_errors.Add();
  const int64_t now = MonotonicNs();
  if (blocked_since_ == 0) blocked_since_ = now;
  if (now - blocked_since_ > kBlockedNs) {
    blocked_since_ = 0;
    return SendOutcome::kSendBlocked;
  }
  switch (error) {
    case EAGAIN:
      stop_.WaitUntil(now + kStepNs, socket_.fd(), POLLOUT);
      return SendOutcome::kSent;
    case ENOBUFS:
    case ENOMEM:
      if (++refusals_ < kMaxRefusals) {
        stop_.WaitUntil(now + (kNanosecondsPerMillisecond << refusals_) / 2);
      } else {
        refusals_ = 0;
        Uncount(questions_[(*next)++]);
      }
      return SendOutcome::kSent;
    case ENETDOWN:
    case ENXIO:
    case ENODEV:
      stop_.WaitUntil(now + kStepNs);  // the link monitor is about to say more
      return SendOutcome::kSent;
    default:
      error_ = error;
      return SendOutcome::kSystemError;
  }
}

SendOutcome Transmitter::AwaitLink() {
  const int64_t until = MonotonicNs() + kLinkGraceNs;
  while (!stop_.IsSet()) {
    const LinkState state = link_.state.load(std::memory_order_acquire);
    if (state == LinkState::kUp) {
      blocked_since_ = 0;
      return SendOutcome::kSent;
    }
    if (state == LinkState::kGone) return SendOutcome::kLinkGone;
    const int64_t now = MonotonicNs();
    if (now >= until) return SendOutcome::kLinkDown;
    stop_.WaitUntil(now + kStepNs);
  }
  return SendOutcome::kInterrupted;
}

void Transmitter::OnAccepted(size_t frames) {
  const int64_t now = MonotonicNs();
  counters_.queued.Add(frames);
  refusals_ = 0;
  blocked_since_ = 0;
  if (first_at() == 0) first_at_.store(now, std::memory_order_relaxed);
  last_at_.store(now, std::memory_order_relaxed);
}

void Transmitter::Count(const Question& question) {
  if (question.kind == Question::Kind::kRequest) {
    state_.AddQueued(question.index);
  } else if (question.kind == Question::Kind::kProbe) {
    state_.AddProbeQueued(question.index);
  } else {
    question.responder->unicast_queued.fetch_add(1, std::memory_order_release);
  }
}

void Transmitter::Uncount(const Question& question) {
  if (question.kind == Question::Kind::kRequest) {
    state_.RemoveQueued(question.index);
  } else if (question.kind == Question::Kind::kProbe) {
    state_.RemoveProbeQueued(question.index);
  } else {
    question.responder->unicast_queued.fetch_sub(1, std::memory_order_release);
  }
}

}  // namespace arpsweep
