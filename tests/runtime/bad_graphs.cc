#include "tests/runtime/bad_files.h"

#include <utility>

namespace {

constexpr octavo_status kFormat = OCTAVO_ERROR_FORMAT;

void Add(std::vector<BadFile> &files, const std::string &name, const std::string &message,
         const std::function<void(ModelFile &)> &edit) {
  files.push_back({name, kFormat, message, Edited(edit)});
}

// Adds a tensor like tensor `index`, in the same place.
void AddCopy(ModelFile &file, SampleTensor index, const char *name) {
  octavo_format_tensor copy = file.tensor(static_cast<size_t>(index));
  copy.name = file.AddString(name);
  const uint8_t *bytes = reinterpret_cast<const uint8_t *>(&copy);
  Bytes &tensors = file.section(OCTAVO_SECTION_TENSORS);
  tensors.insert(tensors.end(), bytes, bytes + sizeof copy);
}

void AddModelInputs(std::vector<BadFile> &files) {
  Add(files, "02_no_inputs",
      "section INPUTS: size: expected 1 to 65536 entries of 4 bytes, found 0",
      [](ModelFile &f) { f.section(OCTAVO_SECTION_INPUTS).clear(); });
  Add(files, "02_no_outputs",
      "section OUTPUTS: size: expected 1 to 65536 entries of 4 bytes, found 0",
      [](ModelFile &f) { f.section(OCTAVO_SECTION_OUTPUTS).clear(); });
  for (const uint32_t index : {static_cast<uint32_t>(kSampleTensors), UINT32_MAX}) {
    Add(files, "08_input_" + std::to_string(index),
        "input 0: expected the index of one of 10 tensors, found " + std::to_string(index),
        [=](ModelFile &f) { f.input(0) = index; });
    Add(files, "08_output_" + std::to_string(index),
        "output 1: expected the index of one of 10 tensors, found " + std::to_string(index),
        [=](ModelFile &f) { f.output(1) = index; });
  }
  Add(files, "08_input_constant",
      "input 0: expected an activation, found tensor 2 (conv.weight), which is a constant",
      [](ModelFile &f) { f.input(0) = kKernel; });
  Add(files, "08_input_twice",
      "input 1: expected an activation, found tensor 0 (image), which is an input already",
      [](ModelFile &f) { f.section(OCTAVO_SECTION_INPUTS).resize(8); });
  Add(files, "08_output_constant",
      "output 1: expected a tensor that an operator writes, found tensor 2 (conv.weight), which "
      "is a constant",
      [](ModelFile &f) { f.output(1) = kKernel; });
  Add(files, "08_output_is_input",
      "output 1: expected a tensor that an operator writes, found tensor 0 (image), which is an "
      "input",
      [](ModelFile &f) { f.output(1) = kImage; });
  Add(files, "08_output_twice",
      "output 1: expected a tensor that is no output yet, found tensor 9 (classes)",
      [](ModelFile &f) { f.output(1) = kClasses; });
}

void AddOperands(std::vector<BadFile> &files) {
  for (const int32_t index : {static_cast<int32_t>(kSampleTensors), -1, -2, INT32_MIN, INT32_MAX}) {
    Add(files, "08_operand_" + std::to_string(index),
        "layer 1 (pool): input 0: expected the index of one of 10 tensors, found " +
            std::to_string(index),
        [=](ModelFile &f) { f.operand(kPoolOperands) = index; });
    Add(files, "08_result_" + std::to_string(index),
        "layer 1 (pool): output 0: expected the index of one of 10 tensors, found " +
            std::to_string(index),
        [=](ModelFile &f) { f.operand(kPoolOperands + 1) = index; });
  }
  Add(files, "08_optional_operand",
      "layer 0 (conv): input 2: expected the index of one of 10 tensors or -1, found -2",
      [](ModelFile &f) { f.operand(kConvolveOperands + 2) = -2; });
  Add(files, "08_weights_left_out",
      "layer 0 (conv): input 1: expected the index of one of 10 tensors, found -1",
      [](ModelFile &f) { f.operand(kConvolveOperands + 1) = -1; });
  Add(files, "08_result_is_constant",
      "layer 1 (pool): output 0: expected a tensor that nothing else writes, found tensor 2 "
      "(conv.weight), which is a constant",
      [](ModelFile &f) { f.operand(kPoolOperands + 1) = kKernel; });
  Add(files, "08_result_is_input",
      "layer 1 (pool): output 0: expected a tensor that nothing else writes, found tensor 0 "
      "(image), which is an input of the model",
      [](ModelFile &f) { f.operand(kPoolOperands + 1) = kImage; });
}

void AddOperators(std::vector<BadFile> &files) {
  for (const uint16_t opcode : {uint16_t{0}, uint16_t{21}, uint16_t{UINT16_MAX}})
    Add(files, "07_opcode_" + std::to_string(opcode),
        "layer 1 (pool): opcode: expected one that this library knows, found " +
            std::to_string(opcode),
        [=](ModelFile &f) { f.op(kPool).opcode = opcode; });
  Add(files, "01_operator_reserved", "layer 1 (pool): reserved: expected 0, found 256",
      [](ModelFile &f) { f.op(kPool).reserved = 256; });
  Add(files, "04_operands_hole",
      "layer 1 (pool): first_operand: expected 4, the end of the operands before, found 5",
      [](ModelFile &f) { f.op(kPool).first_operand = 5; });
  Add(files, "04_operands_overlap",
      "layer 1 (pool): first_operand: expected 4, the end of the operands before, found 3",
      [](ModelFile &f) { f.op(kPool).first_operand = 3; });
  Add(files, "04_operands_trailing",
      "section OPERANDS: size: expected 14 operands, as many as the operators have, found 15",
      [](ModelFile &f) { f.section(OCTAVO_SECTION_OPERANDS).resize(15 * 4); });
  Add(files, "04_operands_short",
      "layer 4 (softmax): input_count: expected at most 1 operands that are left, found 2",
      [](ModelFile &f) { f.section(OCTAVO_SECTION_OPERANDS).resize(13 * 4); });
  Add(files, "08_input_count", "layer 1 (pool): input_count: expected 1 to 1, found 2",
      [](ModelFile &f) { f.op(kPool).input_count = 2; });
  Add(files, "08_input_count_zero", "layer 1 (pool): input_count: expected 1 to 1, found 0",
      [](ModelFile &f) { f.op(kPool).input_count = 0; });
  Add(files, "08_output_count", "layer 1 (pool): output_count: expected 1, found 0",
      [](ModelFile &f) { f.op(kPool).output_count = 0; });
}

void AddOrder(std::vector<BadFile> &files) {
  Add(files, "09_order",
      "layer 0 (pool): input 0: expected a tensor that an earlier operator has written, found "
      "tensor 4 (features)",
      [](ModelFile &f) {
        std::swap(f.op(kConvolve), f.op(kPool));
        f.op(0).first_operand = 0;
        f.op(1).first_operand = 2;
        const int32_t operands[] = {kFeatures, kPooled, kImage, kKernel, kKernelBias, kFeatures};
        for (size_t i = 0; i < 6; i++)
          f.operand(i) = operands[i];
      });
  Add(files, "09_cycle",
      "layer 0 (conv): input 0: expected a tensor that an earlier operator has written, found "
      "tensor 5 (pooled)",
      [](ModelFile &f) { f.operand(kConvolveOperands) = kPooled; });
  Add(files, "09_reads_own_output",
      "layer 1 (pool): input 0: expected a tensor that an earlier operator has written, found "
      "tensor 5 (pooled)",
      [](ModelFile &f) { f.operand(kPoolOperands) = kPooled; });
  Add(files, "09_two_writers",
      "layer 1 (pool): output 0: expected a tensor that nothing else writes, found tensor 4 "
      "(features), which has been written already",
      [](ModelFile &f) { f.operand(kPoolOperands + 1) = kFeatures; });
  Add(files, "09_nobody_writes",
      "tensor 10 (spare): expected an operator that writes it, found none",
      [](ModelFile &f) { AddCopy(f, kFeatures, "spare"); });
}

void AddPlans(std::vector<BadFile> &files) {
  const std::string apart = "memory plan: expected tensors that are needed at the same time to lie "
                            "apart, found ";
  Add(files, "12_overlap", apart + "5 (pooled) at 64 with 8 bytes and 4 (features) at 64",
      [](ModelFile &f) { f.tensor(kPooled).offset = 64; });
  Add(files, "12_partial_overlap", apart + "4 (features) at 64 with 96 bytes and 5 (pooled) at 128",
      [](ModelFile &f) {
        f.tensor(kFeatures).shape[3] = 6;
        f.tensor(kFeatures).bytes = 96;
      });
  Add(files, "12_inputs_overlap", apart + "10 (second) at 0 with 48 bytes and 0 (image) at 0",
      [](ModelFile &f) {
        AddCopy(f, kImage, "second");
        f.section(OCTAVO_SECTION_INPUTS).resize(8);
        f.input(1) = kSampleTensors;
      });
  Add(files, "12_over_input", apart + "7 (scores) at 0 with 3 bytes and 0 (image) at 0",
      [](ModelFile &f) { f.tensor(kScores).offset = 0; });
  Add(files, "12_over_output", apart + "9 (classes) at 192 with 12 bytes and 8 (logits) at 192",
      [](ModelFile &f) {
        f.tensor(kClasses).offset = 192;
        f.header.arena_size = 256;
      });
  Add(files, "12_unaligned", "tensor 4 (features): offset: expected a multiple of 64, found 68",
      [](ModelFile &f) { f.tensor(kFeatures).offset = 68; });
  for (const uint64_t offset : {UINT64_C(320), ~UINT64_C(63), UINT64_C(1) << 63})
    Add(files, "12_outside_" + std::to_string(offset),
        "tensor 4 (features): offset: expected its 32 bytes within the arena of 320, found " +
            std::to_string(offset),
        [=](ModelFile &f) { f.tensor(kFeatures).offset = offset; });
  Add(files, "12_arena_too_small",
      "tensor 9 (classes): offset: expected its 12 bytes within the arena of 256, found 256",
      [](ModelFile &f) { f.header.arena_size = 256; });
  for (const uint64_t size : {384u, 321u})
    Add(files, "12_arena_size_" + std::to_string(size),
        "header: arena_size: expected 320, the end of the last activation rounded up to 64, "
        "found " +
            std::to_string(size),
        [=](ModelFile &f) { f.header.arena_size = size; });
}

} // namespace

void AddBadGraphs(std::vector<BadFile> &files) {
  AddModelInputs(files);
  AddOperands(files);
  AddOperators(files);
  AddOrder(files);
  AddPlans(files);
}
