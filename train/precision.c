#include "precision.h"

#include "runtime/error.h"

const char *const train_precision_names[] = {"auto", "float32", "bfloat16", NULL};

octavo_status train_precision_choose(const onednn *d, train_precision wanted, bool *bfloat16,
                                     octavo_error *error) {
  const bool available = onednn_has_bfloat16(d);
  *bfloat16 = wanted == TRAIN_PRECISION_AUTO ? available : wanted == TRAIN_PRECISION_BFLOAT16;
  if (!*bfloat16 || available)
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                          "--precision bfloat16: expected a CPU with AVX-512 BF16, found one "
                          "without; leave the option out");
}
