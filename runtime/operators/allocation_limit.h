/* XNNPACK computes the sizes of what it allocates in size_t, does not look whether they fit, and
 * fills what it got when a session is made. A model file of a megabyte can ask for so much that
 * sizes wrap on 32-bit processors, and for gigabytes on others: what it asks for is counted here
 * first. The counts are upper bounds, and what any network needs is far below the limit. */
#ifndef OCTAVO_RUNTIME_OPERATORS_ALLOCATION_LIMIT_H
#define OCTAVO_RUNTIME_OPERATORS_ALLOCATION_LIMIT_H

#include "operators/window.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sliding windows: one pointer for each element of the window at each position of the output `y`,
 * which has rank 4. */
octavo_status octavo_allocation_limit_check_window(const octavo_window *window,
                                                   const octavo_format_tensor *y,
                                                   octavo_error *error);

/* Packed weights: each group's output channels, and each tap's input channels, are filled up to
 * those that a kernel takes at once. `weights` has rank 4 or, of fully connected layers, 2. */
octavo_status octavo_allocation_limit_check_weights(const octavo_format_tensor *weights,
                                                    uint32_t groups, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
