// Model files that must be refused: one for each way to break a rule of runtime/FORMAT.md. Their
// names begin with the number of the rule. tests/data/bad holds them as files.
#ifndef OCTAVO_TESTS_RUNTIME_BAD_FILES_H
#define OCTAVO_TESTS_RUNTIME_BAD_FILES_H

#include "tests/runtime/model_file.h"
#include "tests/runtime/sample_model.h"

#include <functional>
#include <ostream>

struct BadFile {
  std::string name;
  octavo_status status;
  std::string message;
  Bytes bytes;
};

// For googletest's messages.
inline void PrintTo(const BadFile &file, std::ostream *stream) {
  *stream << file.name;
}

// The sample model with `edit` applied to its content; sizes and checksums fit.
Bytes Edited(const std::function<void(ModelFile &)> &edit);

// The sample model with `edit` applied to its bytes and the checksums made right again.
Bytes Patched(const std::function<void(Bytes &)> &edit);

// The same with the checksums left as they were.
Bytes Damaged(const std::function<void(Bytes &)> &edit);

void AddBadContainers(std::vector<BadFile> &files);   // rules 1 to 4 and 13
void AddBadTensors(std::vector<BadFile> &files);      // rules 5 to 7
void AddBadGraphs(std::vector<BadFile> &files);       // rules 8, 9 and 12
void AddBadOperators(std::vector<BadFile> &files);    // rules 10 and 11
void AddBadElementwise(std::vector<BadFile> &files);  // of unary, multiply, subtract
void AddBadDescriptions(std::vector<BadFile> &files); // preprocessing, labels, provenance, tests
void AddBadDynamic(std::vector<BadFile> &files);      // rules 8, 9 and 11: dynamic quantization

std::vector<BadFile> AllBadFiles();

// A sound model with dynamic quantization.
Bytes DynamicModel();

#endif
