/* A node test held against what Octavo makes of one of its variants. */
#ifndef OCTAVO_TESTS_ONNX_BACKEND_COMPARISON_H
#define OCTAVO_TESTS_ONNX_BACKEND_COMPARISON_H

#include "octavo.h"
#include "tests/converter/onnx_backend/node_test.h"

struct VariantResult {
  enum Kind {
    kRight,
    kWrong,
    kRefused,      /* by the converter: `status` tells how */
    kIncomparable, /* the first dimension is the batch to Octavo, but not to this test */
  } kind;
  octavo_status status;
  std::string message; /* empty if right */
};

/* Converts the variant and runs it on each image of the test's batch: the batch of a converted
 * network is 1, and the first dimension of every activation is taken for it. Results must be within
 * the tolerances of ONNX's own runner (onnx/backend/test/runner: rtol 1e-3, atol 1e-7). */
VariantResult TryVariant(const NodeTest &test, const Variant &variant);

#endif
