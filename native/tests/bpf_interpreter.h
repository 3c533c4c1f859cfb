#pragma once

#include <linux/filter.h>
#include <linux/if_packet.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "core/wire/byte_order.h"

namespace arpsweep::test {

/// Runs a classic BPF program as the kernel would (filter.rst of the kernel's documentation): the
/// instructions that our filters use, and SKF_AD_PKTTYPE as ancillary data. What the kernel would refuse to
/// attach throws.
class BpfInterpreter {
 public:
  BpfInterpreter(std::span<const sock_filter> program, std::span<const uint8_t> frame, uint8_t packet_type)
      : program_(program), frame_(frame), packet_type_(packet_type) {}

  /// How many bytes of the frame pass; 0 rejects it.
  uint32_t Run() {
    size_t at = 0;
    while (true) {
      if (at >= program_.size()) throw std::logic_error("BPF program runs over its end");
      const sock_filter& instruction = program_[at++];
      const uint32_t k = instruction.k;
      switch (instruction.code) {
        case BPF_RET | BPF_K:
          return k;
        case BPF_LDX | BPF_W | BPF_IMM:
          x_ = k;
          break;
        case BPF_LD | BPF_W | BPF_LEN:
          a_ = static_cast<uint32_t>(frame_.size());
          break;
        case BPF_LD | BPF_MEM:
          a_ = memory_.at(k).value();
          break;
        case BPF_ST:
          memory_.at(k) = a_;
          break;
        case BPF_MISC | BPF_TXA:
          a_ = x_;
          break;
        case BPF_MISC | BPF_TAX:
          x_ = a_;
          break;
        case BPF_ALU | BPF_ADD | BPF_K:
          a_ += k;
          break;
        case BPF_ALU | BPF_SUB | BPF_X:
          a_ -= x_;
          break;
        case BPF_JMP | BPF_JA:
          at += k;
          break;
        case BPF_JMP | BPF_JEQ | BPF_K:
          at += a_ == k ? instruction.jt : instruction.jf;
          break;
        case BPF_JMP | BPF_JGE | BPF_K:
          at += a_ >= k ? instruction.jt : instruction.jf;
          break;
        case BPF_JMP | BPF_JSET | BPF_K:
          at += (a_ & k) != 0 ? instruction.jt : instruction.jf;
          break;
        default:
          if (BPF_CLASS(instruction.code) != BPF_LD) throw std::logic_error("BPF instruction not known here");
          if (!LoadFromFrame(instruction)) return 0;
      }
    }
  }

 private:
  // False where it would read beyond the end: the kernel then rejects the frame.
  bool LoadFromFrame(const sock_filter& instruction) {
    uint64_t offset = instruction.k;
    if (BPF_MODE(instruction.code) == BPF_IND) {
      offset += x_;
    } else if (BPF_MODE(instruction.code) != BPF_ABS) {
      throw std::logic_error("BPF addressing mode not known here");
    } else if (instruction.k == static_cast<uint32_t>(SKF_AD_OFF + SKF_AD_PKTTYPE)) {
      a_ = packet_type_;
      return true;
    }
    const size_t size = BPF_SIZE(instruction.code) == BPF_W ? 4 : BPF_SIZE(instruction.code) == BPF_H ? 2 : 1;
    if (offset + size > frame_.size()) return false;
    const uint8_t* bytes = frame_.data() + offset;
    a_ = size == 4 ? LoadBigEndian32(bytes) : size == 2 ? LoadBigEndian16(bytes) : *bytes;
    return true;
  }

  std::span<const sock_filter> program_;
  std::span<const uint8_t> frame_;
  uint8_t packet_type_;
  uint32_t a_ = 0;
  uint32_t x_ = 0;
  std::array<std::optional<uint32_t>, BPF_MEMWORDS> memory_;
};

}  // namespace arpsweep::test
