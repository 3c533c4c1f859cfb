#include "core/wire/request_template.h"

#include <algorithm>

#include "core/wire/arp.h"

namespace arpsweep {

static_assert(RequestTemplate::kFrameLength == ETH_HLEN + ArpView::kLength);

RequestTemplate::RequestTemplate(const MacAddress& source, uint32_t sender_ip) {
  EmitArp({.ethernet_destination = kBroadcastMac,
           .ethernet_source = source,
           .operation = ARPOP_REQUEST,
           .sender_hardware = source,
           .sender_protocol = sender_ip},
          frame_);
}

void RequestTemplate::Fill(uint8_t* frame) const {
  std::copy(frame_.begin(), frame_.end(), frame);
}

void RequestTemplate::SetTarget(uint8_t* frame, uint32_t target_ip) {
  StoreBigEndian32(frame + ETH_HLEN + ArpView::kTargetProtocol, target_ip);
}

void RequestTemplate::SetDestination(uint8_t* frame, const MacAddress& destination) {
  std::copy(destination.bytes.begin(), destination.bytes.end(), frame);
}

void RequestTemplate::SetSender(uint8_t* frame, uint32_t sender_ip) {
  StoreBigEndian32(frame + ETH_HLEN + ArpView::kSenderProtocol, sender_ip);
}

}  // namespace arpsweep
