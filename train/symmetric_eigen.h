/* Eigenvalues and eigenvectors of small symmetric matrices. */
#ifndef OCTAVO_TRAIN_SYMMETRIC_EIGEN_H
#define OCTAVO_TRAIN_SYMMETRIC_EIGEN_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of `matrix` [n, n], which is symmetric and finite and is overwritten. `values` [n] descend; row i
 * of `vectors` [n, n] belongs to value i and has length 1; its sign is arbitrary but always the
 * same. */
void symmetric_eigen(double *matrix, size_t n, double *values, double *vectors);

#ifdef __cplusplus
}
#endif

#endif
