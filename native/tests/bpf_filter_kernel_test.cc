// The filter where it will work: attached to a packet(7) socket of the running kernel, which strips an outer
// tag before the filter sees the frame and refuses programs that its verifier does not like.

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

#include "core/system/file_descriptor.h"
#include "core/wire/bpf_filter.h"
#include "frame_catalogue.h"
#include "lab.h"

namespace arpsweep::test {
namespace {

constexpr int kPatienceMs = 5000;

sockaddr_ll Address(const char* interface) {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(if_nametoindex(interface));
  return address;
}

// Opened with protocol 0, filtered, then bound, as the engine does it.
FileDescriptor Receiver(const char* interface, std::vector<sock_filter> filter) {
  FileDescriptor fd(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  REQUIRE(fd);
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  REQUIRE(setsockopt(fd.get(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0);
  const sockaddr_ll address = Address(interface);
  REQUIRE(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  return fd;
}

FileDescriptor Sender(const char* interface) {
  FileDescriptor fd(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  REQUIRE(fd);
  sockaddr_ll address = Address(interface);
  address.sll_protocol = 0;  // Receives nothing.
  REQUIRE(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  return fd;
}

void Send(const FileDescriptor& fd, const std::vector<uint8_t>& frame) {
  REQUIRE(send(fd.get(), frame.data(), frame.size(), 0) == static_cast<ssize_t>(frame.size()));
}

// Passed both ways. Frames of one link keep their order: what has not come before the marker will not come.
std::vector<uint8_t> Marker(uint32_t serial) {
  std::vector<uint8_t> frame(42);
  EmitArp(Says(ARPOP_REQUEST, kBroadcastMac, kOurMac, kOurMac, 0, {}, serial), frame);
  return frame;
}

bool Readable(const FileDescriptor& fd, int timeout_ms) {
  pollfd ready{fd.get(), POLLIN, 0};
  return poll(&ready, 1, timeout_ms) == 1;
}

// How many frames came before the marker.
int CountUntil(const FileDescriptor& fd, const std::vector<uint8_t>& marker) {
  for (int count = 0;;) {
    REQUIRE(Readable(fd, kPatienceMs));
    std::vector<uint8_t> frame(65536);
    const ssize_t length = recv(fd.get(), frame.data(), frame.size(), 0);
    REQUIRE(length > 0);
    frame.resize(static_cast<size_t>(length));
    if (frame == marker) return count;
    ++count;
  }
}

// A link that has just been set up drops what is sent until the kernel has got round to activating its queue,
// and send(2) says nothing about it.
void AwaitActivation(const FileDescriptor& sender, const FileDescriptor& receiver) {
  for (uint32_t serial = 0; serial < kPatienceMs / 10; ++serial) {
    Send(sender, Marker(serial));
    if (!Readable(receiver, 10)) continue;
    CountUntil(receiver, Marker(serial));
    return;
  }
  FAIL("the link never carried a frame");
}

bool Expected(const CatalogueEntry& entry, bool outgoing) {
  if (outgoing) return entry.out;
  // One tag is taken off before the filter looks: what had three arrives with two and one in the metadata.
  return entry.in || entry.name == "three tags";
}

void CheckCatalogue(const char* send_on, const char* receive_on, bool outgoing) {
  const FileDescriptor receiver = Receiver(receive_on, BuildSweepFilter(kOurMac, kOurMac));
  const FileDescriptor sender = Sender(send_on);
  AwaitActivation(sender, receiver);
  uint32_t serial = 0xf0000000;
  for (const CatalogueEntry& entry : FrameCatalogue()) {
    // The kernel sends nothing shorter than a header.
    if (entry.frame.size() < ETH_HLEN) continue;
    CAPTURE(entry.name);
    const std::vector<uint8_t> marker = Marker(++serial);
    Send(sender, entry.frame);
    Send(sender, marker);
    CHECK(CountUntil(receiver, marker) == Expected(entry, outgoing));
  }
}

TEST_CASE("the kernel attaches the filter and judges incoming frames as the table says" * NeedsLab()) {
  const VethPair link("filter0", "filter1", 9000);
  CheckCatalogue("filter1", "filter0", false);
}

TEST_CASE("the kernel judges outgoing frames as the table says" * NeedsLab()) {
  const VethPair link("filter0", "filter1", 9000);
  CheckCatalogue("filter0", "filter0", true);
}

}  // namespace
}  // namespace arpsweep::test
