#include "core/sweep/sockets.h"

#include <algorithm>
#include <cmath>
#include <thread>

#include "core/wire/bpf_filter.h"

namespace arpsweep {
namespace {

// A captured ARP frame takes 128 bytes of the ring. It must hold what arrives while the receiver waits for a
// processor: 60 ms at a million answers a second. At a polite rate it is not bytes that run out but blocks,
// each of which the kernel gives away after PacketRing::kRetireMs with whatever is in it: many small ones
// last a quarter of a second.
constexpr size_t kFullRateRingBytes = size_t{8} << 20;
constexpr size_t kPacedRingBytes = size_t{2} << 20;
constexpr size_t kPacedBlockBytes = size_t{1} << 15;
constexpr double kFullRate = 50'000;
// So few addresses, each asked, seen asked and answered by several, fit a socket's own queue whatever card
// they come from, and are swept sooner than a ring is made.
constexpr uint64_t kQueuedAddresses = 16;
constexpr uint64_t kWorthHelping = 8192;

uint64_t CountAddresses(const SweepConfig& config) {
  uint64_t count = config.own.size();
  for (const AddressRange& range : config.targets) count += uint64_t{range.last} - range.first + 1;
  return count;
}

double MostRate(const SweepConfig& config) {
  return std::max(config.rate, config.ceiling);
}

size_t RingBytes(const SweepConfig& config) {
  if (CountAddresses(config) <= kQueuedAddresses) return 0;
  return MostRate(config) > kFullRate ? kFullRateRingBytes : kPacedRingBytes;
}

// Where there is a processor for it, and work enough to make up for its start.
bool HelperIsOfUse(const SweepConfig& config) {
  return config.two_senders && std::isinf(MostRate(config)) && CountAddresses(config) >= kWorthHelping &&
         std::thread::hardware_concurrency() > 1;
}

}  // namespace

Sockets::Sockets(const SweepConfig& config)
    : ring_bytes(RingBytes(config)),
      block_bytes(ring_bytes == kPacedRingBytes ? kPacedBlockBytes : PacketRing::kBlockBytes),
      receive(config.interface_index, BuildSweepFilter(config.request.source, config.request.sender_hardware),
              config.proves_sending()),
      monitor(config.interface_index),
      place(config.namespace_path),
      send(config.interface_index) {
  if (config.promiscuous) receive.JoinPromiscuous();
  if (!config.proves_sending()) sent.emplace(config.interface_index);
  if (HelperIsOfUse(config)) send_too.emplace(config.interface_index);
}

void Sockets::CloseSenders() {
  send.Close();
  if (send_too) send_too->Close();
}

}  // namespace arpsweep
