#pragma once

#include <napi.h>

#include <atomic>
#include <cstddef>

namespace arpsweep {

/// Carries wake-ups from threads of the core to JavaScript: no data, and at most one is under way.
class Waker {
 public:
  Waker(Napi::Env env, const Napi::Function& on_wake)
      : function_(Function::New(env, on_wake, "arpsweep", 1, 1)) {}
  /// On the event loop's thread, when no other thread is left that may call. Lets the loop end; what is under
  /// way is dropped.
  ~Waker() { function_.Abort(); }
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

  /// Any thread.
  void Wake() {
    if (pending_.exchange(true)) return;
    if (function_.NonBlockingCall(this) != napi_ok) pending_.store(false);
  }

 private:
  static void Call(Napi::Env env, Napi::Function on_wake, std::nullptr_t*, Waker* self) {
    if (env == nullptr) return;  // aborted; the waker is gone
    self->pending_.store(false);
    on_wake.Call({});
  }
  using Function = Napi::TypedThreadSafeFunction<std::nullptr_t, Waker, Waker::Call>;

  Function function_;
  std::atomic<bool> pending_{false};
};

}  // namespace arpsweep
