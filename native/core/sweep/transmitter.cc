#include "core/sweep/transmitter.h"

#include <algorithm>
#include <cerrno>

#include "core/system/clock.h"

namespace arpsweep {
namespace {

constexpr int64_t kStepNs = 5 * kNanosecondsPerMillisecond;
// A frame that is refused so often, with growing pauses, is put off: a filter may drop just this one.
constexpr int kMaxRefusals = 4;
// A frame passes the tap that stamps it before most of the work on it is done.
constexpr double kWithinFrame = 0.3;
// A batch that took so much longer than usual was held up, and which of its frames were is not known.
constexpr double kHeldUpNs = 10'000;

}  // namespace

Transmitter::Transmitter(Line& line, const RequestFields& request, const Pacer& pacer, AddressState& state,
                         SendTimes& times, Counters& counters, const LinkWatch& link)
    : line_(line),
      request_(request),
      template_(request),
      pacer_(pacer),
      state_(state),
      times_(times),
      counters_(counters),
      link_(link),
      frame_lines_((template_.length() + sizeof(CacheLine) - 1) / sizeof(CacheLine)),
      lines_(kBatch * frame_lines_) {
  for (size_t i = 0; i < kBatch; ++i) {
    uint8_t* frame = FrameAt(i);
    template_.Fill(frame);
    vectors_[i] = {frame, template_.length()};
    messages_[i].msg_hdr.msg_iov = &vectors_[i];
    messages_[i].msg_hdr.msg_iovlen = 1;
  }
}

SendOutcome Transmitter::Ask(const Question& question) {
  if (granted_ == 0) {
    if (const SendOutcome outcome = AwaitTurn(); outcome != SendOutcome::kSent) return outcome;
  }
  uint8_t* frame = FrameAt(filled_);
  const bool unicast = question.kind == Question::Kind::kUnicast;
  const bool probe = question.kind == Question::Kind::kProbe;
  RequestTemplate::SetDestination(frame, unicast ? question.responder->mac : request_.destination);
  template_.SetSender(frame, probe ? 0 : request_.SenderFor(question.address));
  template_.SetTarget(frame, question.address);
  questions_[filled_++] = question;
  return filled_ == granted_ ? Flush() : SendOutcome::kSent;
}

SendOutcome Transmitter::AwaitTurn() {
  while (true) {
    if (line_.IsStopped()) return SendOutcome::kInterrupted;
    const int64_t now = line_.Now();
    granted_ = pacer_.Take(now, timed() ? kTimedBatch : kBatch);
    if (granted_ > 0) return SendOutcome::kSent;
    line_.WaitUntil(pacer_.NextAt(now));
  }
}

SendOutcome Transmitter::Flush() {
  // Counted before they are sent: the receiver may see a frame leave, or an answer, before sendmmsg returns.
  for (size_t i = 0; i < filled_; ++i) Count(questions_[i]);
  size_t next = 0;
  SendOutcome outcome = SendOutcome::kSent;
  while (next < filled_ && outcome == SendOutcome::kSent) {
    if (line_.IsStopped()) {
      outcome = SendOutcome::kInterrupted;
    } else if (link_.state.load(std::memory_order_acquire) != LinkState::kUp) {
      outcome = AwaitLink();
    } else {
      const int64_t from = line_.Now();
      // An answer may be read before sendmmsg returns, and however long that takes.
      for (size_t i = next; timed() && i < filled_; ++i) NoteTime(questions_[i], About(from));
      const int sent = line_.Send(std::span(messages_).subspan(next, filled_ - next));
      if (sent > 0) {
        const auto taken = static_cast<size_t>(sent);
        OnAccepted(std::span(questions_).subspan(next, taken), from, line_.Now());
        next += taken;
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
  const int64_t now = line_.Now();
  if (blocked_since_ == 0) blocked_since_ = now;
  if (now - blocked_since_ > kBlockedNs) {
    blocked_since_ = 0;
    return SendOutcome::kSendBlocked;
  }
  switch (error) {
    case EAGAIN:
      line_.WaitForRoom(now + kStepNs);
      return SendOutcome::kSent;
    case ENOBUFS:
    case ENOMEM:
      if (++refusals_ < kMaxRefusals) {
        line_.WaitUntil(now + (kNanosecondsPerMillisecond << refusals_) / 2);
      } else {
        refusals_ = 0;
        const Question& question = questions_[(*next)++];
        Uncount(question);
        const bool repeatable = question.kind == Question::Kind::kRequest && refused_.size() < kMostRefused;
        if (repeatable) refused_.push_back(question.index);
      }
      return SendOutcome::kSent;
    case ENETDOWN:
    case ENXIO:
    case ENODEV:
      line_.WaitUntil(now + kStepNs);  // the link monitor is about to say more
      return SendOutcome::kSent;
    default:
      error_ = error;
      return SendOutcome::kSystemError;
  }
}

SendOutcome Transmitter::AwaitLink() {
  const int64_t until = line_.Now() + kLinkGraceNs;
  while (!line_.IsStopped()) {
    const LinkState state = link_.state.load(std::memory_order_acquire);
    if (state == LinkState::kUp) {
      blocked_since_ = 0;
      return SendOutcome::kSent;
    }
    if (state == LinkState::kGone) return SendOutcome::kLinkGone;
    const int64_t now = line_.Now();
    if (now >= until) return SendOutcome::kLinkDown;
    line_.WaitUntil(now + kStepNs);
  }
  return SendOutcome::kInterrupted;
}

void Transmitter::OnAccepted(std::span<const Question> questions, int64_t from, int64_t to) {
  counters_.queued.Add(questions.size());
  refusals_ = 0;
  blocked_since_ = 0;
  if (first_at() == 0) first_at_.store(from, std::memory_order_relaxed);
  last_at_.store(to, std::memory_order_relaxed);
  if (!timed()) return;
  const auto frames = static_cast<double>(questions.size());
  const double frame = static_cast<double>(to - from) / frames;
  const bool held_up = frame_ns_ > 0 && (frame - frame_ns_) * frames > kHeldUpNs;
  for (size_t i = 0; i < questions.size(); ++i) {
    const double place = static_cast<double>(i) + kWithinFrame;
    const int64_t at = from + static_cast<int64_t>(frame * place);
    NoteTime(questions[i], held_up ? About(at) : Exactly(at));
  }
  frame_ns_ = frame_ns_ == 0 ? frame : frame_ns_ + (std::min(frame, 2 * frame_ns_) - frame_ns_) / 16;
}

void Transmitter::NoteTime(const Question& question, int64_t at) {
  switch (question.kind) {
    case Question::Kind::kRequest:
    case Question::Kind::kPilot:
      times_.Set(question.index, at);
      break;
    case Question::Kind::kUnicast:
      question.responder->unicast_at.store(at, std::memory_order_relaxed);
      break;
    case Question::Kind::kProbe:
      break;
  }
}

void Transmitter::Count(const Question& question) {
  switch (question.kind) {
    case Question::Kind::kRequest:
      state_.AddQueued(question.index);
      break;
    case Question::Kind::kPilot:
      question.responder->pilots_queued.fetch_add(1, std::memory_order_release);
      break;
    case Question::Kind::kProbe:
      state_.AddProbeQueued(question.index);
      break;
    case Question::Kind::kUnicast:
      question.responder->unicast_queued.fetch_add(1, std::memory_order_release);
      break;
  }
}

void Transmitter::Uncount(const Question& question) {
  switch (question.kind) {
    case Question::Kind::kRequest:
      state_.RemoveQueued(question.index);
      break;
    case Question::Kind::kPilot:
      question.responder->pilots_queued.fetch_sub(1, std::memory_order_release);
      break;
    case Question::Kind::kProbe:
      state_.RemoveProbeQueued(question.index);
      break;
    case Question::Kind::kUnicast:
      question.responder->unicast_queued.fetch_sub(1, std::memory_order_release);
      break;
  }
}

}  // namespace arpsweep
