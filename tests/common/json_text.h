// What a JSON writer writes.
#ifndef OCTAVO_TESTS_COMMON_JSON_TEXT_H
#define OCTAVO_TESTS_COMMON_JSON_TEXT_H

#include "common/json_writer.h"

#include <gtest/gtest.h>

#include <string>

template <typename Fill>
std::string Write(Fill fill) {
  testing::internal::CaptureStdout();
  json_writer writer;
  json_writer_begin(&writer, stdout);
  fill(&writer);
  fflush(stdout);
  return testing::internal::GetCapturedStdout();
}

#endif
