#include "tta.h"

const tta_view tta_views[TTA_VIEWS] = {
    {{.down = 0, .right = 0, .flip = false}, 0.25f},
    {{.down = 0, .right = 0, .flip = true}, 0.25f},
    {{.down = 1, .right = 1, .flip = false}, 0.125f},
    {{.down = 1, .right = 1, .flip = true}, 0.125f},
    {{.down = -1, .right = -1, .flip = false}, 0.125f},
    {{.down = -1, .right = -1, .flip = true}, 0.125f},
};

void tta_add(float *mean, const float *logits, size_t count, uint32_t view) {
  const float weight = tta_views[view].weight;
  for (size_t i = 0; i < count; i++)
    mean[i] = (view > 0 ? mean[i] : 0.0f) + weight * logits[i];
}
