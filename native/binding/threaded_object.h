#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "binding/errors.h"
#include "binding/waker.h"

namespace arpsweep {

/// A JavaScript object around a core with threads that wake it up. It lives as long as they run, and they end
/// before the environment does. The core has Start(), and Close(), which ends its threads.
template <typename Self, typename Core>
class ThreadedObject : public Napi::ObjectWrap<Self> {
 public:
  void Finalize(Napi::BasicEnv env) override {
    Napi::MemoryManagement::AdjustExternalMemory(env, -external_bytes_);
  }

 protected:
  ThreadedObject(const Napi::CallbackInfo& info, const Napi::Value& on_wake)
      : Napi::ObjectWrap<Self>(info), env_(info.Env()) {
    on_wake_ = Napi::Persistent(on_wake.As<Napi::Function>());
  }

  /// Takes the core, which holds so many bytes; in the constructor.
  void Hold(std::unique_ptr<Core> core, size_t bytes) {
    core_ = std::move(core);
    external_bytes_ = static_cast<int64_t>(bytes);
    Napi::MemoryManagement::AdjustExternalMemory(env_, external_bytes_);
  }
  Core& core() { return *core_; }

  /// For the core's threads.
  void Wake() { waker_->Wake(); }

  /// again: what is wrong with a second start.
  void StartOnce(const char* again) {
    if (waker_ || on_wake_.IsEmpty()) throw Napi::Error::New(env_, again);
    // The waker comes first: hooks run in reverse order, so the threads end before the function that they
    // call.
    waker_ = std::make_unique<Waker>(env_, on_wake_.Value());
    napi_add_env_cleanup_hook(env_, &ThreadedObject::OnEnvironmentEnd, this);
    this->Ref();
    try {
      WithJsErrors(env_, [&] { core_->Start(); });
    } catch (...) {
      Shut();
      throw;
    }
  }

  /// Ends the threads, then frees what they call.
  void Shut() {
    core_->Close();
    // Whoever wakes up most likely refers to us: kept, the two would hold each other for ever.
    on_wake_.Reset();
    if (!waker_) return;
    waker_.reset();
    napi_remove_env_cleanup_hook(env_, &ThreadedObject::OnEnvironmentEnd, this);
    this->Unref();
  }

 private:
  // The environment ends while the threads run: a worker that is terminated, or process.exit().
  static void OnEnvironmentEnd(void* data) {
    auto* self = static_cast<ThreadedObject*>(data);
    self->core_->Close();
    self->waker_.reset();
  }

  Napi::Env env_;
  Napi::FunctionReference on_wake_;
  std::unique_ptr<Waker> waker_;
  std::unique_ptr<Core> core_;
  int64_t external_bytes_ = 0;
};

}  // namespace arpsweep
