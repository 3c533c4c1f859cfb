#include "binding/listener_binding.h"

#include <memory>
#include <span>
#include <string>

#include "binding/errors.h"
#include "binding/waker.h"
#include "core/listen/listener.h"

namespace arpsweep {
namespace {

const char* NameOf(ListenerStatus::State state) {
  switch (state) {
    case ListenerStatus::State::kIdle:
      return "idle";
    case ListenerStatus::State::kListening:
      return "listening";
    case ListenerStatus::State::kDone:
      return "done";
  }
  return "";
}

const char* NameOf(LinkState state) {
  switch (state) {
    case LinkState::kUp:
      return "up";
    case LinkState::kNoCarrier:
      return "no-carrier";
    case LinkState::kDown:
      return "down";
    case LinkState::kGone:
      return "gone";
  }
  return "";
}

// Whatever the types of src/native.ts promise is taken for granted: only native.ts comes here.
class ListenerObject : public Napi::ObjectWrap<ListenerObject> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(
        env, "Listener",
        {InstanceMethod<&ListenerObject::Open>("open"), InstanceMethod<&ListenerObject::Start>("start"),
         InstanceMethod<&ListenerObject::Finish>("finish"), InstanceMethod<&ListenerObject::Close>("close"),
         InstanceMethod<&ListenerObject::Drain>("drain"), InstanceMethod<&ListenerObject::Status>("status")});
  }

  explicit ListenerObject(const Napi::CallbackInfo& info)
      : Napi::ObjectWrap<ListenerObject>(info), env_(info.Env()) {
    const auto capacity = static_cast<size_t>(info[0].As<Napi::Number>().Int64Value());
    on_wake_ = Napi::Persistent(info[1].As<Napi::Function>());
    listener_ = WithJsErrors(
        info.Env(), [&] { return std::make_unique<Listener>(capacity, [this] { waker_->Wake(); }); });
    external_bytes_ = static_cast<int64_t>(capacity * sizeof(HeardFrame));
    Napi::MemoryManagement::AdjustExternalMemory(info.Env(), external_bytes_);
  }

  void Finalize(Napi::BasicEnv env) override {
    Napi::MemoryManagement::AdjustExternalMemory(env, -external_bytes_);
  }

 private:
  // Ends the thread, then frees what it calls.
  void Shut() {
    listener_->Close();
    // Whoever wakes up most likely refers to us: kept, the two would hold each other for ever.
    on_wake_.Reset();
    if (!waker_) return;
    waker_.reset();
    napi_remove_env_cleanup_hook(env_, &ListenerObject::OnEnvironmentEnd, this);
    Unref();
  }

  // The environment ends while we listen: a worker that is terminated, or process.exit().
  static void OnEnvironmentEnd(void* data) {
    auto* self = static_cast<ListenerObject*>(data);
    self->listener_->Close();
    self->waker_.reset();
  }

  void Open(const Napi::CallbackInfo& info) {
    const auto link = info[0].As<Napi::Object>();
    const Napi::Value path = link.Get("namespacePath");
    ListenLink opened;
    opened.interface = link.Get("interface").As<Napi::String>().Utf8Value();
    if (path.IsString()) opened.namespace_path = path.As<Napi::String>().Utf8Value();
    opened.promiscuous = link.Get("promiscuous").ToBoolean();
    opened.outgoing = link.Get("outgoing").ToBoolean();
    WithJsErrors(info.Env(), [&] { listener_->Open(opened); });
  }

  void Start(const Napi::CallbackInfo& info) {
    if (waker_ || on_wake_.IsEmpty()) throw Napi::Error::New(info.Env(), "a listener starts once");
    // The waker comes first: hooks run in reverse order, so the thread ends before the function that it
    // calls.
    waker_ = std::make_unique<Waker>(info.Env(), on_wake_.Value());
    napi_add_env_cleanup_hook(env_, &ListenerObject::OnEnvironmentEnd, this);
    Ref();
    try {
      WithJsErrors(info.Env(), [&] { listener_->Start(); });
    } catch (...) {
      Shut();
      throw;
    }
  }

  void Finish(const Napi::CallbackInfo&) { listener_->Finish(); }
  void Close(const Napi::CallbackInfo&) { Shut(); }

  Napi::Value Drain(const Napi::CallbackInfo& info) {
    auto bytes = info[0].As<Napi::Uint8Array>();
    uint8_t* data = bytes.Data();
    if (reinterpret_cast<uintptr_t>(data) % alignof(HeardFrame) != 0) {
      throw Napi::TypeError::New(info.Env(), "frames need a buffer aligned to 8 bytes");
    }
    const std::span into(reinterpret_cast<HeardFrame*>(data), bytes.ByteLength() / sizeof(HeardFrame));
    return Napi::Number::New(info.Env(), static_cast<double>(listener_->Take(into)));
  }

  Napi::Value Status(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    const ListenerStatus status = listener_->Status();
    auto links = Napi::Array::New(env, status.links.size());
    for (uint32_t i = 0; i < status.links.size(); ++i) {
      auto link = Napi::Object::New(env);
      link.Set("state", NameOf(status.links[i].state));
      link.Set("kernelDrops", static_cast<double>(status.links[i].kernel_drops));
      links.Set(i, link);
    }
    auto result = Napi::Object::New(env);
    result.Set("state", NameOf(status.state));
    result.Set("overruns", static_cast<double>(status.overruns));
    result.Set("links", links);
    result.Set("fault", env.Null());
    if (!status.fault_syscall.empty()) {
      auto fault = Napi::Object::New(env);
      fault.Set("syscall", status.fault_syscall);
      fault.Set("errno", status.fault_errno);
      result.Set("fault", fault);
    }
    return result;
  }

  napi_env env_;
  Napi::FunctionReference on_wake_;
  std::unique_ptr<Waker> waker_;
  std::unique_ptr<Listener> listener_;
  int64_t external_bytes_ = 0;
};

}  // namespace

void InitListener(Napi::Env env, Napi::Object exports) {
  exports.Set("Listener", ListenerObject::Define(env));
}

}  // namespace arpsweep
