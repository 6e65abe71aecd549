#include "converter/resize_words.h"

#include "runtime/format.h"

const char *const resize_mode_words[] = {
    [OCTAVO_RESIZE_NEAREST] = "nearest",
    [OCTAVO_RESIZE_LINEAR] = "linear",
    NULL,
};

const char *const resize_coordinate_words[] = {
    [OCTAVO_RESIZE_HALF_PIXEL] = "half_pixel",
    [OCTAVO_RESIZE_ASYMMETRIC] = "asymmetric",
    [OCTAVO_RESIZE_ALIGN_CORNERS] = "align_corners",
    [OCTAVO_RESIZE_PYTORCH_HALF_PIXEL] = "pytorch_half_pixel",
    NULL,
};

const char *const resize_rounding_words[] = {
    [OCTAVO_RESIZE_PREFER_FLOOR] = "round_prefer_floor",
    [OCTAVO_RESIZE_PREFER_CEIL] = "round_prefer_ceil",
    [OCTAVO_RESIZE_FLOOR] = "floor",
    [OCTAVO_RESIZE_CEIL] = "ceil",
    NULL,
};
