#include "converter/precision/front.h"

#include "common/table.h"
#include "converter/accuracy.h"
#include "converter/latency.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <string.h>

#define SECONDS_EACH 0.3

static_assert(FRONT_MAX_POINTS <= LATENCY_MAX_MODELS, "one model per point");

/* 0, 1, 2, 3, 4, 6, 8, 12, 16, ...: 2^k and 3 · 2^k. */
static uint32_t next_count(uint32_t count) {
  if (count < 4)
    return count + 1;
  const bool power = (count & (count - 1)) == 0;
  return power ? count / 2 * 3 : count / 3 * 4;
}

static void add_point(front *f, front_kind kind, uint32_t kept) {
  f->points[f->point_count++] = (front_point){.kind = kind, .kept = kept};
}

static void choose_points(front *f, uint32_t node_count) {
  for (uint32_t kept = 0; kept < f->layer_count && f->point_count + 3 < FRONT_MAX_POINTS;
       kept = next_count(kept))
    add_point(f, FRONT_KEPT, kept);
  if (f->layer_count < node_count)
    add_point(f, FRONT_KEPT, f->layer_count);
  add_point(f, FRONT_DYNAMIC, 0);
  add_point(f, FRONT_FLOAT, 0);
}

static void choose_layers(const front *f, const front_point *point, const graph *g,
                          const layer_precision *start, layer_precision *precisions) {
  if (point->kind == FRONT_DYNAMIC) {
    quantize_choose_dynamic(g, precisions);
    return;
  }
  for (uint32_t n = 0; n < g->node_count; n++)
    precisions[n] = point->kind == FRONT_FLOAT ? PRECISION_FLOAT : start[n];
  for (uint32_t i = 0; i < point->kept; i++)
    precisions[f->order[i]] = PRECISION_FLOAT;
}

static octavo_status build_points(const precision_job *job, const layer_precision *precisions,
                                  layer_precision *work, front *f, built_model *models,
                                  octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (uint32_t p = 0; p < f->point_count && status == OCTAVO_OK; p++) {
    choose_layers(f, &f->points[p], job->g, precisions, work);
    status = precision_build(job, work, &models[p], error);
    f->points[p].bytes = models[p].size;
  }
  return status;
}

static octavo_status measure_points(const precision_job *job, front *f, const built_model *models,
                                    octavo_error *error) {
  octavo_model *opened[FRONT_MAX_POINTS];
  double medians[FRONT_MAX_POINTS];
  octavo_status status = OCTAVO_OK;
  for (uint32_t p = 0; p < f->point_count && status == OCTAVO_OK; p++) {
    float accuracy[ACCURACY_MAX_MODELS] = {0};
    opened[p] = models[p].model;
    status = accuracy_measure(&(accuracy_job){.models = {opened[p]},
                                              .model_count = 1,
                                              .images = job->test,
                                              .threads = job->threads,
                                              .progress = job->progress},
                              accuracy, error);
    f->points[p].accuracy = accuracy[0];
  }
  if (status == OCTAVO_OK)
    status = latency_measure(opened, f->point_count, SECONDS_EACH, medians, error);
  for (uint32_t p = 0; p < f->point_count && status == OCTAVO_OK; p++)
    f->points[p].milliseconds = medians[p];
  return status;
}

static bool dominates(const front_point *a, const front_point *b) {
  const bool as_good =
      a->accuracy >= b->accuracy && a->milliseconds <= b->milliseconds && a->bytes <= b->bytes;
  return as_good &&
         (a->accuracy > b->accuracy || a->milliseconds < b->milliseconds || a->bytes < b->bytes);
}

static void mark_best(front *f) {
  for (uint32_t p = 0; p < f->point_count; p++) {
    f->points[p].best = true;
    for (uint32_t q = 0; q < f->point_count; q++)
      if (dominates(&f->points[q], &f->points[p]))
        f->points[p].best = false;
  }
}

static octavo_status measure(const precision_job *job, const layer_precision *precisions,
                             layer_precision *work, front *f, octavo_error *error) {
  built_model models[FRONT_MAX_POINTS] = {0};
  octavo_status status = precision_rank(job, precisions, f->order, &f->layer_count, error);
  if (status == OCTAVO_OK) {
    choose_points(f, job->g->node_count);
    status = build_points(job, precisions, work, f, models, error);
  }
  if (status == OCTAVO_OK)
    status = measure_points(job, f, models, error);
  if (status == OCTAVO_OK)
    mark_best(f);
  for (uint32_t p = 0; p < FRONT_MAX_POINTS; p++)
    built_model_free(&models[p]);
  return status;
}

octavo_status front_measure(const precision_job *job, const layer_precision *precisions, front *f,
                            octavo_error *error) {
  *f = (front){.order = octavo_memory_alloc(job->g->node_count, sizeof *f->order)};
  layer_precision *work = octavo_memory_alloc(job->g->node_count, sizeof *work);
  octavo_status status = OCTAVO_OK;
  if (f->order == NULL || work == NULL)
    status = octavo_error_memory(error, job->g->node_count * sizeof *work, "precisions");
  else
    status = measure(job, precisions, work, f, error);
  octavo_memory_free(work);
  if (status != OCTAVO_OK)
    front_free(f);
  return status;
}

void front_free(front *f) {
  octavo_memory_free(f->order);
  *f = (front){0};
}

octavo_status front_print(const front *f, const graph *g, FILE *stream, octavo_error *error) {
  table *t = table_create("rrrrll",
                          (const char *const[]){"layers in float32", "accuracy %", "ms per image",
                                                "kB", "front", "the layer that came last"});
  for (uint32_t p = 0; p < f->point_count; p++) {
    const front_point *point = &f->points[p];
    if (point->kind == FRONT_KEPT)
      table_cell(t, "%u of %u", point->kept, f->layer_count);
    else
      table_cell(t, "%s", point->kind == FRONT_FLOAT ? "all" : "all but weights (dynamic)");
    table_cell(t, "%.2f", (double)point->accuracy);
    table_cell(t, "%.3f", point->milliseconds);
    table_cell(t, "%.1f", (double)point->bytes / 1e3);
    table_cell(t, "%s", point->best ? "yes" : "");
    table_cell(t, "%s", point->kept == 0 ? "" : g->nodes[f->order[point->kept - 1]].name);
  }
  octavo_status status = table_print(t, stream, error);
  table_free(t);
  if (status != OCTAVO_OK)
    return status;
  fputs("\nIn the order in which layers harm, for --keep-float:\n", stream);
  for (uint32_t i = 0; i < f->layer_count; i++)
    fprintf(stream, "%s%s", g->nodes[f->order[i]].name, i + 1 < f->layer_count ? "," : "\n");
  return OCTAVO_OK;
}
