#include "operators/lookup.h"

#include "kernels/elementwise.h"

/* So many elements at once to a thread. */
#define BLOCK 16384u

typedef struct table_job {
  octavo_look_up_kernel look_up;
  const int8_t *table, *input;
  int8_t *output;
} table_job;

static void look_up_plain(const int8_t table[256], const int8_t *x, int8_t *y, size_t count) {
  for (size_t i = 0; i < count; ++i)
    y[i] = table[x[i] - INT8_MIN];
}

static void look_up(void *context, size_t start, size_t count) {
  const table_job *job = context;
  job->look_up(job->table, job->input + start, job->output + start, count);
}

void octavo_lookup_run(const octavo_kernel *kernel, const int8_t table[256]) {
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  const octavo_format_tensor *y = octavo_model_operator_output(kernel->model, kernel->op, 0);
  const octavo_look_up_kernel own = octavo_look_up_find();
  table_job job = {
      .look_up = own != NULL ? own : look_up_plain,
      .table = table,
      .input = octavo_kernel_data(kernel, x),
      .output = octavo_kernel_data(kernel, y),
  };
  pthreadpool_parallelize_1d_tile_1d(kernel->threads, look_up, &job,
                                     octavo_tensor_elements(x) * kernel->batch, BLOCK, 0);
}
