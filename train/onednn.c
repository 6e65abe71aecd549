#include "onednn.h"

#include "parallel.h"
#include "platforms/platform.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <stdio.h>
#include <string.h>

octavo_status onednn_check(dnnl_status_t status, const char *what, octavo_error *error) {
  if (status == dnnl_success)
    return OCTAVO_OK;
  if (status == dnnl_out_of_memory)
    return octavo_error_set(error, OCTAVO_ERROR_MEMORY,
                            "out of memory: %s; a smaller --batch needs less", what);
  return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                          "%s cannot be computed: oneDNN %d.%d.%d answered with status %d", what,
                          DNNL_VERSION_MAJOR, DNNL_VERSION_MINOR, DNNL_VERSION_PATCH, (int)status);
}

octavo_status onednn_open(onednn *d, uint32_t threads, octavo_error *error) {
  platform_cpu_prefer_fast(threads);
  *d = (onednn){.threads = threads > 0 ? threads : platform_cpu_count()};
  parallel_set_threads(d->threads);
  dnnl_status_t status = dnnl_engine_create(&d->engine, dnnl_cpu, 0);
  if (status == dnnl_success)
    status = dnnl_stream_create(&d->stream, d->engine, dnnl_stream_default_flags);
  return onednn_check(status, "starting oneDNN", error);
}

void onednn_close(onednn *d) {
  if (d->stream != NULL)
    dnnl_stream_destroy(d->stream);
  if (d->engine != NULL)
    dnnl_engine_destroy(d->engine);
  *d = (onednn){0};
}

static bool has_isa(dnnl_cpu_isa_t wanted) {
  return ((unsigned)dnnl_get_effective_cpu_isa() & (unsigned)wanted) == (unsigned)wanted;
}

bool onednn_has_bfloat16(const onednn *d) {
  (void)d;
  return has_isa(dnnl_cpu_isa_avx512_core_bf16);
}

bool onednn_has_amx(const onednn *d) {
  (void)d;
  return has_isa(dnnl_cpu_isa_avx512_core_amx);
}

void onednn_version(char *text, size_t size) {
  const dnnl_version_t *version = dnnl_version();
  snprintf(text, size, "%d.%d.%d", version->major, version->minor, version->patch);
}

void *tensor_memory(size_t bytes) {
  void *data = octavo_memory_alloc_aligned(bytes);
  if (data == NULL)
    return NULL;
  platform_memory_prefer_large_pages(data, bytes);
  return memset(data, 0, bytes);
}

octavo_status tensor_describe(tensor *t, const onednn *d, version_desc desc, octavo_error *error) {
  *t = (tensor){.borrowed = true};
  dnnl_status_t status = version_desc_copy(&t->desc, desc);
  if (status == dnnl_success) {
    t->bytes = dnnl_memory_desc_get_size(t->desc);
    status = dnnl_memory_create(&t->memory, t->desc, d->engine, DNNL_MEMORY_NONE);
  }
  return onednn_check(status, "a tensor", error);
}

octavo_status tensor_create(tensor *t, const onednn *d, version_desc desc, octavo_error *error) {
  octavo_status status = tensor_describe(t, d, desc, error);
  if (status != OCTAVO_OK)
    return status;
  const size_t bytes = t->bytes > 0 ? t->bytes : 1;
  void *data = tensor_memory(bytes);
  if (data == NULL)
    return octavo_error_memory(error, bytes, "a tensor; a smaller --batch needs less");
  status = tensor_bind(t, data, error);
  t->borrowed = false;
  return status;
}

octavo_status tensor_plain(tensor *t, const onednn *d, int rank, const dnnl_dims_t dims,
                           dnnl_data_type_t type, octavo_error *error) {
  static const dnnl_format_tag_t tags[] = {
      dnnl_format_tag_undef, dnnl_a, dnnl_ab, dnnl_abc, dnnl_abcd, dnnl_abcde};
  *t = (tensor){0};
  version_desc desc = NULL;
  octavo_status status =
      onednn_check(version_desc_create(&desc, rank, dims, type, tags[rank]), "a tensor", error);
  if (status == OCTAVO_OK)
    status = tensor_create(t, d, desc, error);
  version_desc_free(desc);
  return status;
}

octavo_status tensor_bind(tensor *t, void *data, octavo_error *error) {
  t->data = data;
  return onednn_check(dnnl_memory_set_data_handle(t->memory, data), "a tensor", error);
}

void tensor_free(tensor *t) {
  if (t->memory != NULL)
    dnnl_memory_destroy(t->memory);
  version_desc_free(t->desc);
  if (!t->borrowed)
    octavo_memory_free_aligned(t->data);
  *t = (tensor){0};
}

octavo_status operation_create(operation *o, dnnl_status_t made, dnnl_primitive_desc_t pd,
                               const char *what, octavo_error *error) {
  *o = (operation){0};
  if (made == dnnl_success) {
    made = dnnl_primitive_create(&o->primitive, pd);
    dnnl_primitive_desc_destroy(pd);
  }
  return onednn_check(made, what, error);
}

void operation_bind(operation *o, int index, const tensor *t) {
  o->arguments[o->count++] = (dnnl_exec_arg_t){.arg = index, .memory = t->memory};
}

octavo_status operation_run(const operation *o, const onednn *d, octavo_error *error) {
  if (o->primitive == NULL)
    return OCTAVO_OK;
  dnnl_status_t status = dnnl_primitive_execute(o->primitive, d->stream, o->count, o->arguments);
  if (status == dnnl_success)
    status = dnnl_stream_wait(d->stream);
  return onednn_check(status, "a layer", error);
}

void operation_free(operation *o) {
  if (o->primitive != NULL)
    dnnl_primitive_destroy(o->primitive);
  *o = (operation){0};
}

octavo_status operation_reorder(operation *o, const onednn *d, const tensor *from, const tensor *to,
                                octavo_error *error) {
  dnnl_primitive_desc_t pd = NULL;
  const dnnl_status_t made =
      dnnl_reorder_primitive_desc_create(&pd, from->desc, d->engine, to->desc, d->engine, NULL);
  const octavo_status status = operation_create(o, made, pd, "a change of layout", error);
  if (status == OCTAVO_OK) {
    operation_bind(o, DNNL_ARG_FROM, from);
    operation_bind(o, DNNL_ARG_TO, to);
  }
  return status;
}

octavo_status tensor_copy(const onednn *d, const tensor *from, const tensor *to,
                          octavo_error *error) {
  operation o = {0};
  octavo_status status = operation_reorder(&o, d, from, to, error);
  if (status == OCTAVO_OK)
    status = operation_run(&o, d, error);
  operation_free(&o);
  return status;
}
