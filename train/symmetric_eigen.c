#include "symmetric_eigen.h"

#include <math.h>

/* Jacobi's method: each rotation makes one number beside the diagonal 0 and so takes its square,
 * and that of its mirror, from the sum over all of them. The formulas are those of Golub and Van
 * Loan, Matrix Computations, 8.5. Convergence is quadratic: ten rounds are more than any matrix of
 * a few dozen rows has been seen to need. */
enum { MAX_ROUNDS = 50 };

/* The sum of squares beside the diagonal, and of all. */
static double off_diagonal(const double *m, size_t n, double *all) {
  double off = 0.0;
  *all = 0.0;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      const double square = m[i * n + j] * m[i * n + j];
      off += i != j ? square : 0.0;
      *all += square;
    }
  return off;
}

/* (x, y) becomes (c x − s y, s x + c y). */
static void rotate_pair(double *x, double *y, double c, double s) {
  const double turned = c * *x - s * *y;
  *y = s * *x + c * *y;
  *x = turned;
}

/* Makes m[p][q] zero: m becomes J m Jᵀ, the rows of `vectors` are rotated along. */
static void rotate(double *m, size_t n, double *vectors, size_t p, size_t q) {
  const double beside = m[p * n + q];
  if (beside == 0.0)
    return;
  const double ratio = (m[q * n + q] - m[p * n + p]) / (2.0 * beside);
  const double t = (ratio >= 0.0 ? 1.0 : -1.0) / (fabs(ratio) + sqrt(1.0 + ratio * ratio));
  const double c = 1.0 / sqrt(1.0 + t * t), s = t * c;
  for (size_t k = 0; k < n; k++)
    rotate_pair(&m[k * n + p], &m[k * n + q], c, s);
  for (size_t k = 0; k < n; k++) {
    rotate_pair(&m[p * n + k], &m[q * n + k], c, s);
    rotate_pair(&vectors[p * n + k], &vectors[q * n + k], c, s);
  }
}

static void swap(double *x, double *y) {
  const double kept = *x;
  *x = *y;
  *y = kept;
}

static void sort_descending(double *values, double *vectors, size_t n) {
  for (size_t i = 0; i + 1 < n; i++) {
    size_t best = i;
    for (size_t j = i + 1; j < n; j++)
      best = values[j] > values[best] ? j : best;
    swap(&values[i], &values[best]);
    for (size_t k = 0; k < n; k++)
      swap(&vectors[i * n + k], &vectors[best * n + k]);
  }
}

void symmetric_eigen(double *matrix, size_t n, double *values, double *vectors) {
  for (size_t i = 0; i < n * n; i++)
    vectors[i] = i % (n + 1) == 0 ? 1.0 : 0.0;
  for (int round = 0; round < MAX_ROUNDS; round++) {
    double all = 0.0;
    if (off_diagonal(matrix, n, &all) <= 1e-30 * all)
      break;
    for (size_t p = 0; p < n; p++)
      for (size_t q = p + 1; q < n; q++)
        rotate(matrix, n, vectors, p, q);
  }
  for (size_t i = 0; i < n; i++)
    values[i] = matrix[i * n + i];
  sort_descending(values, vectors, n);
}
