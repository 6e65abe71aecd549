// Runs a lowered float graph in the plainest way there is, in double precision: what the passes and
// the importer are held against. Shares nothing with the engine.
#ifndef OCTAVO_TESTS_FLOAT_INTERPRETER_H
#define OCTAVO_TESTS_FLOAT_INTERPRETER_H

#include "converter/graph.h"

#include <vector>

// Runs `g` on its inputs, each in the physical order of its graph tensor; returns the outputs.
// Throws std::runtime_error for what no lowered float graph has.
std::vector<std::vector<float>> RunGraph(const graph &g,
                                         const std::vector<std::vector<float>> &inputs);

#endif
