#include <napi.h>

#include "binding/engine_binding.h"
#include "binding/file_lock_binding.h"
#include "binding/interfaces_binding.h"
#include "binding/listener_binding.h"
#include "binding/replay_binding.h"
#include "binding/request_binding.h"
#include "binding/speaker_binding.h"

static Napi::Object Init(Napi::Env env, Napi::Object exports) {
  arpsweep::InitEngine(env, exports);
  arpsweep::InitFileLock(env, exports);
  arpsweep::InitInterfaces(env, exports);
  arpsweep::InitListener(env, exports);
  arpsweep::InitRequest(env, exports);
  arpsweep::InitReplay(env, exports);
  arpsweep::InitSpeaker(env, exports);
  return exports;
}

NODE_API_MODULE(arpsweep, Init)
