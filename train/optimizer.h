/* Stochastic gradient descent with momentum, and the weights it starts from. */
#ifndef OCTAVO_TRAIN_OPTIMIZER_H
#define OCTAVO_TRAIN_OPTIMIZER_H

#include "network.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sgd {
  double momentum, weight_decay;
  bool nesterov;
  bool decay_all; /* batch norm and biases too */
} sgd;

/* One step as PyTorch's SGD takes it, with each parameter's factor of the rate: g += decay · w; m =
 * momentum · m + g; w −= rate · m, or rate · (g + momentum · m) with Nesterov. Then
 * network_refresh. Errors: those of the latter. */
octavo_status sgd_step(network *n, const sgd *settings, double rate, octavo_error *error);

/* Weights of convolutions as their layers say (usually normal by He et al., 2015, as torchvision's
 * ResNet), even ones in ±1/√inputs for linear layers, scale 1 and shift 0 for batch norm, biases of
 * convolutions 0; depends on the seed alone. */
octavo_status initialize(network *n, uint64_t seed, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
