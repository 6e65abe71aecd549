#include "converter/correct/prefix.h"

#include "converter/built_model.h"
#include "converter/parallel.h"

typedef struct prefix_state {
  const correction_job *job;
  built_model built;
  octavo_session *sessions[PARALLEL_MAX_THREADS];
  const input_row *inputs;
  prefix_visitor visit;
  void *context;
  size_t output_bytes;
} prefix_state;

/* The network up to the node, opened. */
static octavo_status build_prefix(const graph *quantized, uint32_t node,
                                  const octavo_preprocessing *rule, built_model *built,
                                  octavo_error *error) {
  const label_list none = {0};
  graph *g = graph_copy(quantized, error);
  if (g == NULL)
    return OCTAVO_ERROR_MEMORY;
  g->output_count = 1;
  g->outputs[0] = g->nodes[node].outputs[0];
  octavo_status status = graph_compact(g, error);
  if (status == OCTAVO_OK)
    status = built_model_create(g, rule, &none, built, error);
  graph_free(g);
  return status;
}

/* That, with a session for each thread. */
static octavo_status open_prefix(prefix_state *state, const graph *quantized, uint32_t node,
                                 octavo_error *error) {
  octavo_status status = build_prefix(quantized, node, state->job->rule, &state->built, error);
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

static octavo_status run_image(void *context, uint32_t thread, uint32_t index,
                               octavo_error *error) {
  const prefix_state *state = context;
  octavo_session *session = state->sessions[thread];
  octavo_status status = input_row_feed(state->inputs, index, session, error);
  if (status == OCTAVO_OK)
    status = octavo_session_run(session, error);
  if (status == OCTAVO_OK)
    state->visit(state->context, index, octavo_session_output(session, 0), state->output_bytes);
  return status;
}

octavo_status prefix_inputs_read(const graph *quantized, const correction_job *job, uint32_t images,
                                 const input_row **inputs, octavo_error *error) {
  built_model built = {0};
  octavo_status status =
      build_prefix(quantized, quantized->node_count - 1, job->rule, &built, error);
  if (status == OCTAVO_OK)
    status = input_cache_get(job->inputs, built.model, images, inputs, error);
  built_model_free(&built);
  return status;
}

octavo_status prefix_run(const graph *quantized, uint32_t node, const correction_job *job,
                         const input_row *inputs, uint32_t images, prefix_visitor visit,
                         void *context, octavo_error *error) {
  prefix_state state = {.job = job, .inputs = inputs, .visit = visit, .context = context};
  octavo_status status = open_prefix(&state, quantized, node, error);
  if (status == OCTAVO_OK)
    status = parallel_run(
        &(parallel_job){
            .end = images, .threads = job->threads, .task = run_image, .context = &state},
        error);
  close_prefix(&state);
  return status;
}
