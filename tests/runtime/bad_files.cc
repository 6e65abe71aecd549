#include "tests/runtime/bad_files.h"

Bytes Edited(const std::function<void(ModelFile &)> &edit) {
  ModelFile file(SampleModel());
  edit(file);
  return file.Assemble();
}

Bytes Patched(const std::function<void(Bytes &)> &edit) {
  Bytes bytes = SampleModel();
  edit(bytes);
  Reseal(bytes);
  return bytes;
}

Bytes Damaged(const std::function<void(Bytes &)> &edit) {
  Bytes bytes = SampleModel();
  edit(bytes);
  return bytes;
}

std::vector<BadFile> AllBadFiles() {
  std::vector<BadFile> files;
  AddBadContainers(files);
  AddBadTensors(files);
  AddBadGraphs(files);
  AddBadOperators(files);
  AddBadElementwise(files);
  AddBadDescriptions(files);
  AddBadDynamic(files);
  return files;
}
