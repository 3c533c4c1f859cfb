#pragma once

#include <linux/filter.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

namespace arpsweep {

/// Assembles a classic BPF program whose jumps go to labels, forward only, as the kernel demands.
class BpfAssembler {
 public:
  /// Where to jump; an index into places_.
  enum class Label : size_t {
    kNext = std::numeric_limits<size_t>::max(),  ///< The instruction that follows.
  };

  Label NewLabel() {
    places_.push_back(kUnplaced);
    return Label{places_.size() - 1};
  }

  /// The label is the next instruction.
  void Place(Label label) { places_.at(static_cast<size_t>(label)) = program_.size(); }

  void Statement(uint16_t code, uint32_t operand = 0) { Append(code, operand, Label::kNext, Label::kNext); }

  /// Compares A with `operand` (BPF_JEQ, BPF_JGE, BPF_JSET); a label left out is the next instruction.
  void JumpIf(uint16_t comparison, uint32_t operand, Label if_true, Label if_false = Label::kNext) {
    Append(static_cast<uint16_t>(BPF_JMP | comparison | BPF_K), operand, if_true, if_false);
  }

  void Jump(Label label) { Append(BPF_JMP | BPF_JA, 0, label, Label::kNext); }

  /// Goes to `if_false` unless A equals `operand`, and on otherwise.
  void Require(uint32_t operand, Label if_false) { JumpIf(BPF_JEQ, operand, Label::kNext, if_false); }

  /// Fills the jumps in. @throws std::logic_error where a label was not placed ahead, within 255
  /// instructions.
  std::vector<sock_filter> Finish() const {
    std::vector<sock_filter> program = program_;
    for (size_t at = 0; at < program.size(); ++at) {
      if (program[at].code == (BPF_JMP | BPF_JA)) {
        program[at].k = Distance(at, jumps_[at].if_true);
        continue;
      }
      program[at].jt = Distance(at, jumps_[at].if_true);
      program[at].jf = Distance(at, jumps_[at].if_false);
    }
    return program;
  }

 private:
  struct Targets {
    Label if_true;
    Label if_false;
  };

  static constexpr size_t kUnplaced = std::numeric_limits<size_t>::max();

  void Append(uint16_t code, uint32_t operand, Label if_true, Label if_false) {
    program_.push_back({code, 0, 0, operand});
    jumps_.push_back({if_true, if_false});
  }

  uint8_t Distance(size_t from, Label label) const {
    if (label == Label::kNext) return 0;
    const size_t place = places_.at(static_cast<size_t>(label));
    if (place == kUnplaced || place <= from) throw std::logic_error("BPF label not placed ahead of its jump");
    const size_t distance = place - from - 1;
    if (distance > std::numeric_limits<uint8_t>::max()) throw std::logic_error("BPF jump too far");
    return static_cast<uint8_t>(distance);
  }

  std::vector<sock_filter> program_;
  std::vector<Targets> jumps_;
  std::vector<size_t> places_;
};

}  // namespace arpsweep
