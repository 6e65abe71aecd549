/* What each operator took. */
#include "session_state.h"

#include "operators/common.h"

#include <string.h>

octavo_status octavo_session_profile(const octavo_session *session, uint32_t index,
                                     octavo_profile_entry *entry) {
  if (index >= session->plan.kernel_count)
    return OCTAVO_ERROR_ARGUMENT;
  const octavo_kernel *kernel = &session->plan.kernels[index];
  const octavo_operator_type *type = octavo_operator_find(kernel->op->opcode);
  *entry = (octavo_profile_entry){
      .name = octavo_model_string(session->model, kernel->op->name),
      .kind = type->kind,
      .kernel = kernel->name,
      .runs = session->runs,
      .nanoseconds = session->nanoseconds[index],
  };
  if (type->macs != NULL)
    entry->macs = octavo_saturating_multiply(type->macs(session->model, kernel->op), kernel->batch);
  return OCTAVO_OK;
}

void octavo_session_profile_reset(octavo_session *session) {
  session->runs = 0;
  memset(session->nanoseconds, 0, session->model->operator_count * sizeof *session->nanoseconds);
}
