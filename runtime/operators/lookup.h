/* Functions of one int8: a table has all their values. */
#ifndef OCTAVO_RUNTIME_OPERATORS_LOOKUP_H
#define OCTAVO_RUNTIME_OPERATORS_LOOKUP_H

#include "operators/common.h"

/* y = table[x + 128] for all elements of the kernel's input 0 and output 0, on its threads. */
void octavo_lookup_run(const octavo_kernel *kernel, const int8_t table[256]);

#endif
