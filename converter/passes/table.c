#include "converter/passes/pass.h"
#include "converter/passes/passes.h"

typedef struct pass {
  const char *name;
  pass_function run;
} pass;

static const pass passes[] = {
    {"drop no-ops", pass_drop_no_ops},
    {"fuse swish", pass_fuse_swish},
    {"fuse hard-sigmoid", pass_fuse_hard_sigmoid},
    {"fuse GELU", pass_fuse_gelu},
    {"matrix products to fully connected layers", pass_lower_matmul},
    {"layout to NHWC", pass_layout},
    {"drop what transposes left", pass_drop_no_ops},
    {"batch norm and arithmetic to per-channel scale and shift", pass_make_affine},
    {"fold scale and shift into layers", pass_fold_affine},
    {"other scale and shift to depthwise convolutions", pass_lower_affine},
    {"global average pools", pass_global_pool},
    {"fuse activations", pass_fuse_activations},
    {"fold padding", pass_fold_padding},
    {"drop no-ops again", pass_drop_no_ops},
    {"drop flattening", pass_drop_flatten},
    {"check", pass_check_lowered},
};
static_assert(sizeof passes / sizeof passes[0] <= PASSES_MAX, "PASSES_MAX");

static uint32_t count_transposes(const graph *g) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < g->node_count; i++)
    count +=
        pass_is(g, (int32_t)i, GRAPH_OP_TRANSPOSE) || pass_is(g, (int32_t)i, OCTAVO_OP_TRANSPOSE);
  return count;
}

octavo_status passes_run(graph *g, passes_report *report, octavo_error *error) {
  passes_report unused;
  if (report == NULL)
    report = &unused;
  *report = (passes_report){.transposes_found = count_transposes(g)};
  for (size_t i = 0; i < sizeof passes / sizeof passes[0]; i++) {
    passes_row *row = &report->rows[report->count++];
    row->name = passes[i].name;
    octavo_status status = passes[i].run(g, &row->changes, error);
    if (status == OCTAVO_OK)
      status = graph_compact(g, error);
    if (status != OCTAVO_OK)
      return status;
  }
  report->transposes_left = count_transposes(g);
  return OCTAVO_OK;
}
