#include "common/table.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/common/allocation_failures.h"

namespace {

const char *const kHeadings[] = {"Name", "Value"};

std::string Print(const table *t) {
  testing::internal::CaptureStdout();
  octavo_error error = {};
  EXPECT_EQ(table_print(t, stdout, &error), OCTAVO_OK) << error.text;
  fflush(stdout);
  return testing::internal::GetCapturedStdout();
}

TEST(Table, IsAlignedMarkdown) {
  table *t = table_create("lr", kHeadings);
  table_cell(t, "a");
  table_cell(t, "%d", 7);
  table_cell(t, "%s", "µs|\n");
  table_cell(t, "%.1f", 123456.5);
  EXPECT_EQ(Print(t), "| Name  |    Value |\n"
                      "| ----- | -------: |\n"
                      "| a     |        7 |\n"
                      "| µs\\|  | 123456.5 |\n");
  table_free(t);
}

TEST(Table, FillsTheLastRowAndTakesLongCells) {
  table *t = table_create("lr", kHeadings);
  table_cell(t, "%s", std::string(300, 'x').c_str());
  const std::string text = Print(t);
  EXPECT_NE(text.find("| " + std::string(300, 'x') + " |       |\n"), std::string::npos) << text;
  table_free(t);
}

TEST(Table, AllocationFailureIsReportedOnce) {
  FailEachAllocation([](octavo_error *error) {
    table *t = table_create("lr", kHeadings);
    for (int i = 0; i < 40; i++)
      table_cell(t, "%d", i);
    table_cell(t, "%s", std::string(300, 'x').c_str());
    testing::internal::CaptureStdout();
    const octavo_status status = table_print(t, stdout, error);
    fflush(stdout);
    const std::string text = testing::internal::GetCapturedStdout();
    EXPECT_EQ(text.empty(), status != OCTAVO_OK);
    table_free(t);
    return status;
  });
}

} // namespace
