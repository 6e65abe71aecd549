#include "shapes.h"

#include <math.h>
#include <stdbool.h>

/* Each shape lies in the unit disc, so that rotation does not move it out of the picture. */

static const double PI = 3.14159265358979323846;

typedef struct point {
  double x, y;
} point;

const char *const shapes_names[SHAPES_COUNT] = {"arrow", "bar",  "circle", "crescent", "cross",
                                                "heart", "ring", "square", "star",     "triangle"};

static bool in_disc(double x, double y, double centre, double radius) {
  return (x - centre) * (x - centre) + y * y <= radius * radius;
}

/* Even-odd rule. */
static bool in_polygon(const point *corners, uint32_t count, double x, double y) {
  bool inside = false;
  for (uint32_t i = 0, j = count - 1; i < count; j = i++) {
    const point a = corners[i], b = corners[j];
    if ((a.y > y) != (b.y > y) && x < (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x)
      inside = !inside;
  }
  return inside;
}

static bool in_arrow(double x, double y) {
  static const point corners[] = {{1, 0},        {0.2, 0.75},  {0.2, 0.28}, {-0.9, 0.28},
                                  {-0.9, -0.28}, {0.2, -0.28}, {0.2, -0.75}};
  return in_polygon(corners, 7, x, y);
}

static bool in_bar(double x, double y) {
  return fabs(x) <= 0.95 && fabs(y) <= 0.24;
}

static bool in_circle(double x, double y) {
  return in_disc(x, y, 0, 0.85);
}

static bool in_crescent(double x, double y) {
  return in_disc(x, y, 0, 0.95) && !in_disc(x, y, 0.45, 0.75);
}

static bool in_cross(double x, double y) {
  return (fabs(x) <= 0.26 && fabs(y) <= 0.92) || (fabs(y) <= 0.26 && fabs(x) <= 0.92);
}

static bool in_heart(double x, double y) {
  const double u = x * 1.25, v = 0.15 - y * 1.25;
  const double disc = u * u + v * v - 1;
  return disc * disc * disc - u * u * v * v * v <= 0;
}

static bool in_ring(double x, double y) {
  return in_disc(x, y, 0, 0.95) && !in_disc(x, y, 0, 0.55);
}

static bool in_square(double x, double y) {
  return fabs(x) <= 0.68 && fabs(y) <= 0.68;
}

static bool in_star(double x, double y) {
  /* Corners of a five-pointed star: radius 1 and 0.382 in turn. */
  static const point corners[] = {
      {1, 0},      {0.309, 0.2245},   {0.309, 0.9511},   {-0.118, 0.3633}, {-0.809, 0.5878},
      {-0.382, 0}, {-0.809, -0.5878}, {-0.118, -0.3633}, {0.309, -0.9511}, {0.309, -0.2245}};
  return in_polygon(corners, 10, x, y);
}

static bool in_triangle(double x, double y) {
  static const point corners[] = {{1, 0}, {-0.5, 0.866}, {-0.5, -0.866}};
  return in_polygon(corners, 3, x, y);
}

/* In the order of shapes_names. */
static bool (*const insides[SHAPES_COUNT])(double x, double y) = {
    in_arrow, in_bar,  in_circle, in_crescent, in_cross,
    in_heart, in_ring, in_square, in_star,     in_triangle};

typedef struct scene {
  double near[3], far[3]; /* colours of the background at two opposite sides */
  double front[3];        /* colour of the shape */
  double centre_x, centre_y, scale, cosine, sine;
  double slope_x, slope_y; /* direction of the shading */
  double noise;            /* standard deviation */
} scene;

static double uniform_between(random_state *random, double low, double high) {
  return low + (high - low) * random_uniform(random);
}

static double brightness(const double colour[3]) {
  return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2];
}

static void choose_colour(random_state *random, double colour[3]) {
  for (int c = 0; c < 3; c++)
    colour[c] = uniform_between(random, 0, 255);
}

/* The shape must stand out from the background: by brightness, so also in grey. */
static void choose_colours(random_state *random, scene *s) {
  choose_colour(random, s->near);
  for (int c = 0; c < 3; c++)
    s->far[c] = fmin(255, fmax(0, s->near[c] + uniform_between(random, -50, 50)));
  do {
    choose_colour(random, s->front);
  } while (fabs(brightness(s->front) - brightness(s->near)) < 60 ||
           fabs(brightness(s->front) - brightness(s->far)) < 60);
}

static scene choose_scene(random_state *random) {
  scene s = {0};
  choose_colours(random, &s);
  s.scale = uniform_between(random, 0.55, 0.9);
  s.centre_x = uniform_between(random, -1, 1) * (1 - s.scale);
  s.centre_y = uniform_between(random, -1, 1) * (1 - s.scale);
  const double angle = uniform_between(random, 0, 2 * PI);
  s.cosine = cos(angle);
  s.sine = sin(angle);
  const double slope = uniform_between(random, 0, 2 * PI);
  s.slope_x = cos(slope);
  s.slope_y = sin(slope);
  s.noise = uniform_between(random, 2, 12);
  return s;
}

/* The share of a pixel that the shape covers, from 4 × 4 points; (x, y) is its corner and `step`
 * its side, in a picture that spans [-1, 1]. */
static double coverage(const scene *s, uint32_t shape, double x, double y, double step) {
  enum { POINTS = 4 };
  int hits = 0;
  for (int i = 0; i < POINTS; i++) {
    for (int j = 0; j < POINTS; j++) {
      const double dx = (x + step * (j + 0.5) / POINTS - s->centre_x) / s->scale;
      const double dy = (y + step * (i + 0.5) / POINTS - s->centre_y) / s->scale;
      hits += insides[shape](dx * s->cosine + dy * s->sine, dy * s->cosine - dx * s->sine);
    }
  }
  return (double)hits / (POINTS * POINTS);
}

uint64_t shapes_seed(uint64_t seed, uint32_t split, uint32_t shape, uint32_t index) {
  /* Spread first: small seeds beside small indices would be one set in another order. */
  random_state random;
  random_seed(&random, seed);
  return random_next(&random) ^ ((uint64_t)split << 56 | (uint64_t)shape << 40 | index);
}

void shapes_draw(uint32_t shape, uint32_t size, random_state *random, uint8_t *rgb) {
  const scene s = choose_scene(random);
  const double step = 2.0 / size;
  for (uint32_t row = 0; row < size; row++) {
    for (uint32_t column = 0; column < size; column++) {
      const double x = column * step - 1, y = row * step - 1;
      const double cover = coverage(&s, shape, x, y, step);
      const double shade = 0.5 + 0.35 * (s.slope_x * x + s.slope_y * y);
      for (int c = 0; c < 3; c++) {
        const double back = s.near[c] + (s.far[c] - s.near[c]) * shade;
        const double value = back + (s.front[c] - back) * cover + s.noise * random_normal(random);
        *rgb++ = (uint8_t)fmin(255, fmax(0, value + 0.5));
      }
    }
  }
}
