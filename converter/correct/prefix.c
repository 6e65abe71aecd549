#include "converter/correct/prefix.h"

#include "converter/built_model.h"
#include "converter/parallel.h"
#include "runtime/checked.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <string.h>

typedef struct prefix_state {
  const correction_job *job;
  built_model built;
  octavo_session *sessions[PARALLEL_MAX_THREADS];
  const prefix_inputs *inputs;
  prefix_visitor visit;
  void *context;
  size_t output_bytes;
} prefix_state;

/* The network up to the node, opened, with a session for each thread. */
static octavo_status open_prefix(prefix_state *state, const graph *quantized, uint32_t node,
                                 octavo_error *error) {
  const label_list none = {0};
  graph *g = graph_copy(quantized, error);
  if (g == NULL)
    return OCTAVO_ERROR_MEMORY;
  g->output_count = 1;
  g->outputs[0] = g->nodes[node].outputs[0];
  octavo_status status = graph_compact(g, error);
  if (status == OCTAVO_OK)
    status = built_model_create(g, state->job->rule, &none, &state->built, error);
  graph_free(g);
  octavo_tensor_info info = {0};
  if (status == OCTAVO_OK)
    octavo_model_output(state->built.model, 0, &info);
  state->output_bytes = info.bytes;
  for (uint32_t t = 0; t < state->job->threads && status == OCTAVO_OK; t++)
    status = octavo_session_create(state->built.model, NULL, &state->sessions[t], error);
  return status;
}

static void close_prefix(prefix_state *state) {
  for (uint32_t t = 0; t < PARALLEL_MAX_THREADS; t++)
    octavo_session_free(state->sessions[t]);
  built_model_free(&state->built);
}

static octavo_status read_image(void *context, uint32_t thread, uint32_t index,
                                octavo_error *error) {
  const prefix_state *state = context;
  octavo_session *session = state->sessions[thread];
  const octavo_status status = image_sample_feed(state->job->images, index, session, error);
  if (status == OCTAVO_OK)
    memcpy(state->inputs->bytes + index * state->inputs->each, octavo_session_input(session, 0),
           state->inputs->each);
  return status;
}

static octavo_status run_image(void *context, uint32_t thread, uint32_t index,
                               octavo_error *error) {
  const prefix_state *state = context;
  octavo_session *session = state->sessions[thread];
  memcpy(octavo_session_input(session, 0), state->inputs->bytes + index * state->inputs->each,
         state->inputs->each);
  const octavo_status status = octavo_session_run(session, error);
  if (status == OCTAVO_OK)
    state->visit(state->context, index, octavo_session_output(session, 0), state->output_bytes);
  return status;
}

static octavo_status run_all(prefix_state *state, parallel_task task, uint32_t images,
                             octavo_error *error) {
  return parallel_run(
      &(parallel_job){
          .end = images, .threads = state->job->threads, .task = task, .context = state},
      error);
}

octavo_status prefix_inputs_read(const graph *quantized, const correction_job *job, uint32_t images,
                                 prefix_inputs *inputs, octavo_error *error) {
  memset(inputs, 0, sizeof *inputs);
  prefix_state state = {.job = job, .inputs = inputs};
  octavo_status status = open_prefix(&state, quantized, quantized->node_count - 1, error);
  octavo_tensor_info info = {0};
  if (status == OCTAVO_OK) {
    octavo_model_input(state.built.model, 0, &info);
    inputs->each = info.bytes;
    inputs->images = images;
    inputs->bytes = octavo_memory_alloc(images, info.bytes);
    status = inputs->bytes == NULL
                 ? octavo_error_memory(error, (uint64_t)images * info.bytes, "images")
                 : run_all(&state, read_image, images, error);
  }
  close_prefix(&state);
  if (status != OCTAVO_OK)
    prefix_inputs_free(inputs);
  return status;
}

void prefix_inputs_free(prefix_inputs *inputs) {
  octavo_memory_free(inputs->bytes);
  memset(inputs, 0, sizeof *inputs);
}

octavo_status prefix_run(const graph *quantized, uint32_t node, const correction_job *job,
                         const prefix_inputs *inputs, prefix_visitor visit, void *context,
                         octavo_error *error) {
  prefix_state state = {.job = job, .inputs = inputs, .visit = visit, .context = context};
  octavo_status status = open_prefix(&state, quantized, node, error);
  if (status == OCTAVO_OK)
    status = run_all(&state, run_image, inputs->images, error);
  close_prefix(&state);
  return status;
}
