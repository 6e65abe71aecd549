#include "operators/lookup.h"

/* So many elements at once to a thread. */
#define BLOCK 4096u

typedef struct table_job {
  const int8_t *table, *input;
  int8_t *output;
} table_job;

static void look_up(void *context, size_t start, size_t count) {
  const table_job *job = context;
  for (size_t i = start; i < start + count; ++i)
    job->output[i] = job->table[job->input[i] - INT8_MIN];
}

void octavo_lookup_run(const octavo_kernel *kernel, const int8_t table[256]) {
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  const octavo_format_tensor *y = octavo_model_operator_output(kernel->model, kernel->op, 0);
  table_job job = {
      .table = table,
      .input = octavo_kernel_data(kernel, x),
      .output = octavo_kernel_data(kernel, y),
  };
  pthreadpool_parallelize_1d_tile_1d(kernel->threads, look_up, &job,
                                     octavo_tensor_elements(x) * kernel->batch, BLOCK, 0);
}
