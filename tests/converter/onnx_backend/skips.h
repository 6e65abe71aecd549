/* The tests of which no variant can be converted, and why. */
#ifndef OCTAVO_TESTS_ONNX_BACKEND_SKIPS_H
#define OCTAVO_TESTS_ONNX_BACKEND_SKIPS_H

#include <string>
#include <vector>

struct Skip {
  const char *pattern; /* of names without their folder, with * and ? */
  const char *reason;
  bool differs = false; /* converts, and knowingly gives another result */
};

const std::vector<Skip> &Skips();
/* `name` is FOLDER/TEST. */
bool SkipMatches(const Skip &skip, const std::string &name);
/* The first row that matches; NULL if there is none. */
const Skip *FindSkip(const std::string &name);

#endif
