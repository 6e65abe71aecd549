/* How the learning rate moves over a run: a factor of the peak rate for each step. */
#ifndef OCTAVO_TRAIN_SCHEDULE_H
#define OCTAVO_TRAIN_SCHEDULE_H

#ifdef __cplusplus
extern "C" {
#endif

/* `progress` is the share of all steps that are done, in [0, 1); `warmup` the share of rising
 * (which one-cycle and triangular have). */
typedef struct schedule {
  const char *name;
  double (*factor)(double progress, double warmup);
} schedule;

enum { SCHEDULE_COSINE, SCHEDULE_ONE_CYCLE, SCHEDULE_TRIANGULAR, SCHEDULE_STEP, SCHEDULE_CONSTANT };

extern const schedule schedules[];
/* Their names in the same order, NULL at the end: the choices of an option. */
extern const char *const schedule_names[];

#ifdef __cplusplus
}
#endif

#endif
