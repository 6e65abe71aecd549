/* Colours of examples/camera/picture.c against ITU-R BT.601's: each colour bar in 8 bits (Y, U, V)
 * and the red, green and blue it stands for. */
#include "camera.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
  uint8_t y, u, v, rgb[3];
} bars[] = {
    {16, 128, 128, {0, 0, 0}},        {235, 128, 128, {255, 255, 255}},
    {126, 128, 128, {128, 128, 128}}, {81, 90, 240, {255, 0, 0}},
    {145, 54, 34, {0, 255, 0}},       {41, 240, 110, {0, 0, 255}},
    {210, 16, 146, {255, 255, 0}},    {170, 166, 16, {0, 255, 255}},
    {106, 202, 222, {255, 0, 255}},
};

int main(void) {
  int wrong = 0;
  picture frame = {0};
  for (size_t i = 0; i < sizeof bars / sizeof *bars; i++) {
    /* Two rows with padding between them; the padding is no pixel. */
    const uint8_t pair[] = {bars[i].y, bars[i].u, bars[i].y, bars[i].v, 9,         9,
                            9,         9,         bars[i].y, bars[i].u, bars[i].y, bars[i].v};
    wrong += picture_from_yuyv(&frame, pair, 8, 2, 2) != 0;
    for (int value = 0; value < 12; value++)
      if (abs(frame.rgb[value] - bars[i].rgb[value % 3]) > 2)
        wrong += printf("bar %zu, value %d: expected %d, found %d\n", i, value,
                        bars[i].rgb[value % 3], frame.rgb[value]);
  }
  /* Two pixels of one pair differ in brightness alone. */
  const uint8_t pair[] = {16, 128, 235, 128};
  wrong += picture_from_yuyv(&frame, pair, 4, 2, 1) != 0;
  if (frame.rgb[0] != 0 || frame.rgb[3] != 255)
    wrong += printf("a black and a white pixel: found %d and %d\n", frame.rgb[0], frame.rgb[3]);
  free(frame.rgb);
  return wrong != 0;
}
