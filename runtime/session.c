/* Making, running and freeing sessions. */
#include "session_state.h"

#include "memory.h"
#include "platforms/platform.h"
#include "xnnpack_memory.h"

#include <string.h>

/* Above, no machine gains. */
#define MAX_THREADS 1024u
#define MAX_BATCH   (1u << 20)

void octavo_session_options_init(octavo_session_options *options) {
  *options = (octavo_session_options){.size = sizeof *options, .threads = 1, .batch = 1};
}

static octavo_status check_batch(uint32_t batch, octavo_error *error) {
  if (batch >= 1 && batch <= MAX_BATCH)
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT, "batch: expected 1 to %u, found %u",
                          MAX_BATCH, batch);
}

static octavo_status check_options(octavo_session_options *options, octavo_error *error) {
  if (options->size != sizeof *options)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "size of the options: expected %zu, found %zu; fill them with "
                            "octavo_session_options_init",
                            sizeof *options, options->size);
  if (options->threads == 0)
    options->threads = platform_cpu_count();
  if (options->threads > MAX_THREADS)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT, "threads: expected 0 to %u, found %u",
                            MAX_THREADS, options->threads);
  return check_batch(options->batch, error);
}

static octavo_status create_preprocess(octavo_session *session, octavo_error *error) {
  octavo_preprocessing rule;
  octavo_tensor_info input;
  if (octavo_model_preprocessing(session->model, &rule) != OCTAVO_OK ||
      octavo_model_input(session->model, 0, &input) != OCTAVO_OK)
    return OCTAVO_OK;
  session->preprocess = octavo_memory_alloc(1, sizeof *session->preprocess);
  if (session->preprocess == NULL)
    return octavo_error_memory(error, sizeof *session->preprocess, "preprocessing");
  return octavo_preprocess_init(session->preprocess, &rule, &input, error);
}

static octavo_status fill(octavo_session *session, octavo_model *model,
                          const octavo_session_options *options, octavo_error *error) {
  session->model = model;
  session->threads = options->threads;
  session->profile = options->profile;
  session->nanoseconds = octavo_memory_alloc(model->operator_count, sizeof *session->nanoseconds);
  if (session->nanoseconds == NULL)
    return octavo_error_memory(error, model->operator_count * sizeof *session->nanoseconds,
                               "a profile");
  if (options->threads > 1) {
    session->pool = pthreadpool_create(options->threads);
    if (session->pool == NULL)
      return octavo_error_set(error, OCTAVO_ERROR_MEMORY, "could not start %u threads",
                              options->threads);
  }
  const octavo_status status = create_preprocess(session, error);
  if (status != OCTAVO_OK)
    return status;
  return octavo_plan_create(model, options->batch, session->pool, &session->plan, error);
}

octavo_status octavo_session_create(octavo_model *model, const octavo_session_options *options,
                                    octavo_session **session, octavo_error *error) {
  *session = NULL;
  octavo_session_options chosen;
  octavo_session_options_init(&chosen);
  if (options != NULL)
    chosen = *options;
  octavo_status status = check_options(&chosen, error);
  if (status == OCTAVO_OK)
    status = octavo_xnnpack_initialize(error);
  if (status != OCTAVO_OK)
    return status;
  octavo_session *made = octavo_memory_alloc(1, sizeof *made);
  if (made == NULL)
    return octavo_error_memory(error, sizeof *made, "a session");
  status = fill(made, model, &chosen, error);
  if (status != OCTAVO_OK) {
    octavo_session_free(made);
    return status;
  }
  *session = made;
  return OCTAVO_OK;
}

void octavo_session_free(octavo_session *session) {
  if (session == NULL)
    return;
  octavo_plan_free(&session->plan);
  if (session->pool != NULL)
    pthreadpool_destroy(session->pool);
  octavo_memory_free(session->preprocess);
  octavo_memory_free(session->nanoseconds);
  octavo_memory_free(session);
}

octavo_status octavo_session_set_batch(octavo_session *session, uint32_t batch,
                                       octavo_error *error) {
  octavo_status status = check_batch(batch, error);
  if (status != OCTAVO_OK || batch == session->plan.batch)
    return status;
  octavo_plan plan;
  status = octavo_plan_create(session->model, batch, session->pool, &plan, error);
  if (status != OCTAVO_OK)
    return status;
  octavo_plan_free(&session->plan);
  session->plan = plan;
  return OCTAVO_OK;
}

uint32_t octavo_session_batch(const octavo_session *session) {
  return session->plan.batch;
}

uint32_t octavo_session_threads(const octavo_session *session) {
  return session->threads;
}

static void observe(const octavo_session *session, uint32_t index) {
  const octavo_kernel *kernel = &session->plan.kernels[index];
  for (uint32_t i = 0; i < kernel->op->output_count; ++i) {
    const octavo_format_tensor *tensor =
        octavo_model_operator_output(session->model, kernel->op, i);
    octavo_tensor_info info;
    octavo_model_fill_info(session->model, tensor, &info);
    session->observer(session->observer_context, index, i, &info,
                      kernel->arena + (size_t)tensor->offset * kernel->batch);
  }
}

octavo_status octavo_session_run(octavo_session *session, octavo_error *error) {
  octavo_plan *plan = &session->plan;
  uint64_t before = session->profile ? platform_nanoseconds() : 0;
  for (uint32_t i = 0; i < plan->kernel_count; ++i) {
    const octavo_status status = octavo_plan_run(plan, i, error);
    if (status != OCTAVO_OK)
      return status;
    if (session->profile) {
      const uint64_t now = platform_nanoseconds();
      session->nanoseconds[i] += now - before;
      before = now;
    }
    if (session->observer != NULL) {
      observe(session, i);
      before = session->profile ? platform_nanoseconds() : 0;
    }
  }
  ++session->runs;
  return OCTAVO_OK;
}

void octavo_session_observe(octavo_session *session, octavo_observer observer, void *context) {
  session->observer = observer;
  session->observer_context = context;
}
