/* The conversion in one sentence. */
#include "converter/report/report_parts.h"

#include <math.h>
#include <string.h>

hint_facts report_facts(const conversion *c) {
  return (hint_facts){.layers = &c->layers,
                      .ranges = &c->ranges,
                      .calibrator =
                          c->ranges.ranges != NULL ? calibrator_names[c->options->calibrator] : "",
                      .images = c->calibration_images.count,
                      .images_available = c->calibration_images.available};
}

/* Fewer images that are classified otherwise are no reason for alarm, whatever share they are. */
#define FEW_OTHERS 5.0

static const char *const headlines[] = {
    [REPORT_GOOD] = "int8 is as good as float32 here",
    [REPORT_FAIR] = "int8 loses a little",
    [REPORT_BAD] = "int8 loses too much",
};

/* Where accuracy was not measured. */
static const char *const agreement_headlines[] = {
    [REPORT_GOOD] = "int8 decides as float32 does",
    [REPORT_FAIR] = "int8 decides otherwise now and then",
    [REPORT_BAD] = "int8 decides otherwise too often",
};

/* Points of accuracy, or percent of the images that are classified otherwise. */
static report_grade grade_of(double loss, double good, double fair) {
  return loss <= good ? REPORT_GOOD : loss <= fair ? REPORT_FAIR : REPORT_BAD;
}

static void add_worst(const conversion *c, report_verdict *v) {
  const layer_diagnosis *worst = NULL;
  for (uint32_t i = 0; i < c->layers.layer_count; i++) {
    const layer_diagnosis *layer = &c->layers.layers[i];
    if (!isnan(layer->isolated_snr_db) &&
        (worst == NULL || layer->isolated_snr_db < worst->isolated_snr_db))
      worst = layer;
  }
  const size_t length = strlen(v->reason);
  if (worst != NULL && isfinite(worst->isolated_snr_db))
    snprintf(v->reason + length, sizeof v->reason - length,
             " The layer that loses most by itself is %.150s, with %.1f dB.", worst->info.name,
             worst->isolated_snr_db);
}

report_verdict report_verdict_of(const conversion *c) {
  report_verdict v = {REPORT_GOOD, "", ""};
  const double drop = (double)c->accuracy_float - (double)c->accuracy_int8;
  if (isnan(drop)) {
    const double others = 100.0 - c->quality.agreement;
    const double images = others * c->calibration_images.count / 100.0;
    v.grade = grade_of(others, 2.0, images < FEW_OTHERS ? INFINITY : 5.0);
    snprintf(v.reason, sizeof v.reason,
             "Both choose the same class for %.2f %% of the %u images; accuracy was not "
             "measured (--data DIR).",
             c->quality.agreement, c->calibration_images.count);
  } else {
    v.grade = grade_of(drop, 0.3, 1.0);
    snprintf(v.reason, sizeof v.reason,
             "Accuracy on %u test images %s: %.2f %% in float32, %.2f %% in int8 (%+.2f points).",
             c->test_images.count, drop > 0.0 ? "falls" : "does not fall",
             (double)c->accuracy_float, (double)c->accuracy_int8, -drop);
  }
  snprintf(v.headline, sizeof v.headline, "%s",
           isnan(drop) ? agreement_headlines[v.grade] : headlines[v.grade]);
  add_worst(c, &v);
  return v;
}
