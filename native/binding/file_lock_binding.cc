#include "binding/file_lock_binding.h"

#include <sys/file.h>

#include <cerrno>

#include "binding/errors.h"

namespace arpsweep {
namespace {

// flock(2) rather than fcntl(2): the lock is the open file's, so that the process may open and close the same
// file elsewhere and keep it. The kernel gives it up with the last descriptor, however the process ends.
Napi::Value LockFileBinding(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return WithJsErrors(env, [&]() -> Napi::Value {
    const int fd = info[0].As<Napi::Number>().Int32Value();
    int result;
    do {
      result = flock(fd, LOCK_EX | LOCK_NB);
    } while (result < 0 && errno == EINTR);
    if (result < 0 && errno != EWOULDBLOCK) throw SystemError("flock", errno);
    return Napi::Boolean::New(env, result == 0);
  });
}

}  // namespace

void InitFileLock(Napi::Env env, Napi::Object exports) {
  exports.Set("lockFile", Napi::Function::New<LockFileBinding>(env, "lockFile"));
}

}  // namespace arpsweep
