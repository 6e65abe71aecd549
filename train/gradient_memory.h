/* Memory of the activations' gradients: each is needed only from the layer that first writes it to
 * the one whose output it belongs to, so few buffers serve all. */
#ifndef OCTAVO_TRAIN_GRADIENT_MEMORY_H
#define OCTAVO_TRAIN_GRADIENT_MEMORY_H

#include "network.h"

/* Gives every gradient tensor of the network its memory. Errors: MEMORY. */
octavo_status gradient_memory_assign(network *n, octavo_error *error);
void gradient_memory_free(network *n);

#endif
