// The speaker on links of the running kernel: what it sends arrives as it is, and what it cannot send it
// says.

#include "core/speak/speaker.h"

#include <linux/if_packet.h>

#include <array>
#include <cerrno>

#include "core/listen/listener.h"
#include "core/system/system_error.h"
#include "far_host.h"
#include "frame_catalogue.h"

namespace arpsweep::test {
namespace {

const std::string kFarNamespace = "/run/netns/far";
// Nobody answers for it, and no kernel asks.
constexpr uint32_t kSubject = 0x0a63fff0;

std::vector<uint8_t> Probe() {
  ArpFrame arp = {.ethernet_destination = kBroadcastMac,
                  .ethernet_source = kOurMac,
                  .operation = ARPOP_REQUEST,
                  .sender_hardware = kOurMac,
                  .target_protocol = kSubject};
  std::vector<uint8_t> frame(64);
  frame.resize(EmitArp(arp, frame));
  return frame;
}

// How the last probe came that each link has heard.
struct Hearing {
  std::array<int, 2> packet_type{-1, -1};
  bool intact = true;
};

void Hear(Listener* listener, Hearing* hearing) {
  std::array<HeardFrame, 16> some;
  while (const size_t count = listener->Take(some)) {
    for (const HeardFrame& frame : std::span(some).first(count)) {
      if (frame.target_protocol != kSubject) continue;
      hearing->packet_type[frame.link] = frame.packet_type;
      if (std::vector<uint8_t>(frame.bytes, frame.bytes + frame.captured) != Probe()) hearing->intact = false;
    }
  }
}

std::string RefusedCall(const std::string& interface, const std::string& namespace_path) {
  try {
    const Speaker speaker(interface, namespace_path);
  } catch (const SystemError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a speaker sends frames as they are, also from another namespace" * NeedsLab()) {
  FarHost far;
  Listener listener(64, kNothing);
  listener.Open({.interface = "near"});
  listener.Open({.interface = "far", .namespace_path = kFarNamespace});
  listener.Start();
  Hearing hearing;
  Speaker near("near", "");
  CHECK(WaitFor([&] {  // a link that has just been set up drops what is sent
    CHECK(near.Send(Probe()) == 0);
    Hear(&listener, &hearing);
    return hearing.packet_type == std::array<int, 2>{PACKET_OUTGOING, PACKET_BROADCAST};
  }));

  Speaker there("far", kFarNamespace);
  CHECK(there.Send(Probe()) == 0);
  CHECK(WaitFor([&] {
    Hear(&listener, &hearing);
    return hearing.packet_type == std::array<int, 2>{PACKET_BROADCAST, PACKET_OUTGOING};
  }));
  CHECK(hearing.intact);
}

TEST_CASE("a speaker says by which errno a frame was refused, and goes on once the link is back" *
          NeedsLab()) {
  FarHost far;
  Speaker speaker("near", "");
  CHECK(speaker.Send(Probe()) == 0);
  CHECK(speaker.Send(std::vector<uint8_t>(2000)) == EMSGSIZE);
  CHECK(speaker.Send({}) == EINVAL);
  Run("ip link set near down");
  CHECK(WaitFor([&] { return speaker.Send(Probe()) == ENETDOWN; }));
  Run("ip link set near up");
  CHECK(WaitFor([&] { return speaker.Send(Probe()) == 0; }));
  Run("ip link delete near");
  CHECK(WaitFor([&] { return speaker.Send(Probe()) == ENXIO; }));
  speaker.Close();
  speaker.Close();
  CHECK(speaker.Send(Probe()) == EBADF);
}

TEST_CASE("a speaker is refused a link that is not there, and a file that is no namespace" * NeedsLab()) {
  FarHost far;
  CHECK(RefusedCall("none", "") == "if_nametoindex: No such device");
  CHECK(RefusedCall("near", kFarNamespace) == "if_nametoindex: No such device");
  CHECK(RefusedCall("far", "/run/netns/none") == "open: No such file or directory");
  CHECK(RefusedCall("far", "/proc/self/ns/mnt") == "setns: Invalid argument");
}

}  // namespace arpsweep::test
