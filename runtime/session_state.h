/* What a session is, for the files that make up its interface. */
#ifndef OCTAVO_RUNTIME_SESSION_STATE_H
#define OCTAVO_RUNTIME_SESSION_STATE_H

#include "plan.h"
#include "preprocess.h"

struct octavo_session {
  octavo_model *model;
  pthreadpool_t pool; /* NULL with one thread */
  uint32_t threads;
  bool profile;
  octavo_plan plan;
  octavo_preprocess *preprocess; /* NULL if the model was made without */
  octavo_observer observer;
  void *observer_context;
  uint64_t *nanoseconds; /* per operator, summed */
  uint64_t runs;
};

#endif
