#include "converter/plan/plan.h"
#include "tests/converter/tiny_network.h"

#include <gmock/gmock.h>

namespace {

struct Lifetime {
  uint64_t begin, end; /* bytes */
  uint32_t first, last;
};

/* Written a second time, from the contract: inputs for the whole run, outputs to its end. */
std::vector<Lifetime> Lifetimes(const graph &g) {
  std::vector<Lifetime> all;
  for (uint32_t t = 0; t < g.tensor_count; t++) {
    const graph_tensor &tensor = g.tensors[t];
    if (tensor.constant)
      continue;
    Lifetime life = {tensor.arena_offset,
                     tensor.arena_offset +
                         graph_element_count(&tensor) * graph_type_size(tensor.type),
                     UINT32_MAX, 0};
    for (uint32_t n = 0; n < g.node_count; n++) {
      for (uint32_t i = 0; i < g.nodes[n].output_count; i++)
        if (g.nodes[n].outputs[i] == (int32_t)t)
          life.first = life.last = n;
      for (uint32_t i = 0; i < g.nodes[n].input_count; i++)
        if (g.nodes[n].inputs[i] == (int32_t)t)
          life.last = n;
    }
    for (uint32_t i = 0; i < g.input_count; i++)
      if (g.inputs[i] == (int32_t)t)
        life.first = 0, life.last = g.node_count;
    for (uint32_t i = 0; i < g.output_count; i++)
      if (g.outputs[i] == (int32_t)t)
        life.last = g.node_count;
    all.push_back(life);
  }
  return all;
}

void ExpectNoOverlap(const graph &g, const plan_result &result) {
  const std::vector<Lifetime> all = Lifetimes(g);
  for (size_t a = 0; a < all.size(); a++) {
    EXPECT_EQ(all[a].begin % 64, 0u);
    EXPECT_LE(all[a].end, result.arena_bytes);
    for (size_t b = a + 1; b < all.size(); b++) {
      const bool in_time = all[a].first <= all[b].last && all[b].first <= all[a].last;
      const bool in_space = all[a].begin < all[b].end && all[b].begin < all[a].end;
      EXPECT_FALSE(in_time && in_space);
    }
  }
}

TEST(PlanGraph, TinyNetwork) {
  Graph g = TinyNetwork(true);
  plan_result result;
  octavo_error error = {};
  ASSERT_EQ(plan_graph(g.get(), &result, &error), OCTAVO_OK) << error.text;
  ExpectNoOverlap(*g, result);
  /* At the add: input 8·8·3, conv1, conv2 and add 8·8·8 floats each. */
  EXPECT_EQ(result.lower_bound, 4u * (8 * 8 * 3 + 3 * 8 * 8 * 8));
  EXPECT_EQ(result.arena_bytes, result.lower_bound);
}

TEST(PlanGraph, RandomGraphs) {
  std::mt19937 engine(17);
  const auto random = [&engine](size_t below) { return engine() % below; };
  for (int round = 0; round < 50; round++) {
    NetworkBuilder b;
    std::vector<int32_t> tensors = {b.Input({1, 4, 4, 4})};
    for (int n = 0; n < 20; n++) {
      const std::string name = "n" + std::to_string(n);
      const int32_t x = tensors[random(tensors.size())], y = tensors[random(tensors.size())];
      switch (random(3)) {
      case 0:
        tensors.push_back(b.Convolution(name, x, 4, 1, true));
        break;
      case 1:
        tensors.push_back(b.Add(name, x, y, false));
        break;
      default:
        tensors.push_back(b.Convolution(name, b.Concatenation(name + "c", {x, y}), 4, 1, false));
      }
    }
    b.Output(tensors[1 + random(tensors.size() - 1)]); /* also one that others still read */
    Graph g = b.Take();
    plan_result result;
    octavo_error error = {};
    ASSERT_EQ(plan_graph(g.get(), &result, &error), OCTAVO_OK) << error.text;
    ExpectNoOverlap(*g, result);
  }
}

} // namespace
