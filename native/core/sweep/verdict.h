#pragma once

#include <cstdint>

namespace arpsweep {

/// What pilots say of the questions that were sent with them.
enum class Verdict : uint8_t {
  kOpen,    // nothing yet
  kUsual,   // no more than usual was lost
  kRandom,  // much is lost, and the rate has no part in it
  kLost,    // what nobody vouched for was lost beyond the usual: it has to be asked again
};

/// A verdict on some pilots, and whether those under way steer no more, because the rate is another.
struct Ruling {
  Verdict verdict = Verdict::kOpen;
  bool anew = false;
};

}  // namespace arpsweep
