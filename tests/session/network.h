/* A small network with every kind of operator, for the tests of sessions. */
#ifndef OCTAVO_TESTS_SESSION_NETWORK_H
#define OCTAVO_TESTS_SESSION_NETWORK_H

#include "tests/operators/test_model.h"

namespace octavo_test {

constexpr uint32_t kSide = 12;
constexpr uint32_t kClasses = 10;

struct NetworkOptions {
  octavo_type type = OCTAVO_INT8;
  bool dynamic = false; /* float32 only: int8 weights */
  bool softmax = false;
  bool dequantize = false; /* int8 only: a float32 output */
  bool labels = true;
  bool preprocessing = true; /* 12 × 12 RGB, values pixel / 255 */
};

/* The file of the network, the same in every call with the same options. Input 1 × 12 × 12 × 3;
 * output 0: 1 × 10. */
std::vector<uint8_t> network(const NetworkOptions &options = {});

/* Input bytes for `batch` images. */
std::vector<uint8_t> network_input(octavo_model *model, uint32_t batch, uint32_t seed = 1);

/* Output 0 of a session after a run on `input`, which decides the batch; fails the test if anything
 * does. */
std::vector<uint8_t> run_session(octavo_session *session, const std::vector<uint8_t> &input);

/* Output 0 of the reference. */
std::vector<uint8_t> run_reference(octavo_model *model, uint32_t batch,
                                   const std::vector<uint8_t> &input);

} // namespace octavo_test

#endif
