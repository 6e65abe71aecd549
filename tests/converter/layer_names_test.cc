#include "converter/layer_names.h"
#include "tests/converter/tiny_network.h"

#include <gmock/gmock.h>

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

octavo_status Mark(const std::vector<const char *> &lists, std::vector<int> *marked,
                   std::string *message = nullptr) {
  Graph g = TinyNetwork(); // conv1, conv2, add, pool, mean, fc
  option_strings strings = {};
  for (const char *list : lists)
    strings.values[strings.count++] = list;
  bool marks[6] = {};
  octavo_error error = {};
  const octavo_status status = layer_mark(g.get(), "--keep-float", &strings, marks, &error);
  marked->assign(marks, marks + 6);
  if (message != nullptr)
    *message = error.text;
  return status;
}

TEST(LayerNames, ListsAndRepetitionAddUp) {
  std::vector<int> marked;
  EXPECT_EQ(Mark({"conv2,fc", "add"}, &marked), OCTAVO_OK);
  EXPECT_THAT(marked, ElementsAre(0, 1, 1, 0, 0, 1));
  EXPECT_EQ(Mark({}, &marked), OCTAVO_OK);
  EXPECT_THAT(marked, ElementsAre(0, 0, 0, 0, 0, 0));
}

TEST(LayerNames, UnknownOnesAreRefusedWithTheClosest) {
  std::vector<int> marked;
  std::string message;
  EXPECT_EQ(Mark({"fc,conv3"}, &marked, &message), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(message, HasSubstr("--keep-float: expected layers of the network, found 'conv3'; "
                                 "the closest names are conv1, conv2"));
  EXPECT_EQ(Mark({"con"}, &marked), OCTAVO_ERROR_ARGUMENT) << "no prefixes";
  EXPECT_EQ(Mark({","}, &marked), OCTAVO_ERROR_ARGUMENT);
}

} // namespace
