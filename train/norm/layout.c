#include "train/norm/layout.h"

#include "runtime/error.h"

/* The layouts that oneDNN's convolutions choose on a CPU. width 0: all channels. */
typedef struct known_layout {
  dnnl_format_tag_t tag;
  size_t width;
} known_layout;

static const known_layout known[] = {
    {dnnl_nhwc, 0}, {dnnl_nChw16c, 16}, {dnnl_nChw8c, 8}, {dnnl_nChw4c, 4}, {dnnl_nchw, 1},
};

enum { MOST_PARTS = 32, PART_ELEMENTS = 16384 /* that are worth a part of their own */ };

static size_t greatest_divisor(size_t a, size_t b) {
  while (b != 0) {
    const size_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/* Of the period after which the channels repeat at a whole vector, times what makes it a multiple
 * of four. */
static size_t period_vectors(size_t width) {
  const size_t vectors = width / greatest_divisor(width, NORM_LANES);
  return vectors * 4 / greatest_divisor(vectors, 4);
}

static size_t count_parts(size_t total) {
  const size_t parts = total / PART_ELEMENTS;
  return parts < 1 ? 1 : parts > MOST_PARTS ? MOST_PARTS : parts;
}

static void fill(norm_layout *l, size_t width, norm_shape s) {
  const size_t pixels = (size_t)s.height * s.width;
  /* Without pixels beside each other plain order is channels last. */
  if (width == 1 && pixels == 1)
    width = 0;
  l->width = width > 0 ? width : s.channels;
  l->blocks = (s.channels + l->width - 1) / l->width;
  l->vectors = period_vectors(l->width);
  l->total = s.batch * pixels * l->blocks * l->width;
  l->parts = count_parts(l->total);
  l->segment = pixels * l->width;
  if (width == 0) {
    /* One run: cut between periods. */
    const size_t period = l->vectors * NORM_LANES;
    const size_t periods = (l->total + period - 1) / period;
    l->segment = (periods + l->parts - 1) / l->parts * period;
  }
  l->segments = (l->total + l->segment - 1) / l->segment;
  l->parts = l->parts < l->segments ? l->parts : l->segments;
}

octavo_status norm_layout_find(norm_layout *layout, version_desc desc, norm_shape shape,
                               octavo_error *error) {
  const dnnl_dims_t dims = {shape.batch, shape.channels, shape.height, shape.width};
  const dnnl_data_type_t type = version_desc_type(desc);
  *layout = (norm_layout){.bfloat16 = type == dnnl_bf16};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    version_desc candidate = NULL;
    if (version_desc_create(&candidate, 4, dims, type, known[i].tag) != dnnl_success)
      return octavo_error_memory(error, 1, "a description of data");
    const bool same = dnnl_memory_desc_equal(candidate, desc) != 0;
    version_desc_free(candidate);
    if (!same)
      continue;
    fill(layout, known[i].width, shape);
    return OCTAVO_OK;
  }
  return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                          "oneDNN chose a memory layout that batch norm does not know; expected "
                          "channels last, blocks of 4, 8 or 16 channels, or plain order");
}
