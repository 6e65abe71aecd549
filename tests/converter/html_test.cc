#include "converter/report/svg.h"
#include "runtime/memory.h"

#include <gmock/gmock.h>

#include <cmath>
#include <string>

namespace {

using testing::HasSubstr;
using testing::Not;

std::string Take(html *h) {
  EXPECT_FALSE(h->failed);
  const std::string text(reinterpret_cast<const char *>(h->bytes.data), h->bytes.size);
  html_free(h);
  return text;
}

TEST(Html, TextIsEscaped) {
  html h = {};
  html_text(&h, "<b a=\"1\" c='2'>&\n\x01\x7f ä");
  EXPECT_EQ(Take(&h), "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp; \xef\xbf\xbd\xef\xbf\xbd ä");
  html_text(&h, "a\xff\xc3");
  EXPECT_EQ(Take(&h), "a\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(Html, Elements) {
  html h = {};
  html_element(&h, "p", "class=\"x\"", "a<b");
  html_element(&h, "b", nullptr, "");
  html_element_print(&h, "i", nullptr, "%d&", 3);
  html_print(&h, "%.1f", 0.5);
  html_raw(&h, "<br>");
  EXPECT_EQ(Take(&h), "<p class=\"x\">a&lt;b</p><b></b><i>3&amp;</i>0.5<br>");
}

TEST(Html, AFailureIsKept) {
  html h = {};
  octavo_memory_fail_at(0, 0);
  html_raw(&h, "lost");
  octavo_memory_fail_at(SIZE_MAX, 0);
  html_raw(&h, "more");
  EXPECT_TRUE(h.failed);
  EXPECT_EQ(h.bytes.size, 0u);
  html_free(&h);
}

size_t Count(const std::string &text, const std::string &part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    count++;
  return count;
}

TEST(Svg, DecibelsDrawWhatThereIs) {
  html h = {};
  const svg_point points[] = {{"<first>", 40.0, 30.0, false},
                              {"float", (double)NAN, 20.0, false},
                              {"exact", (double)INFINITY, (double)NAN, true}};
  svg_decibels(&h, points, 3);
  const std::string text = Take(&h);
  EXPECT_EQ(Count(text, "<circle class=\"alone"), 2u);
  EXPECT_EQ(Count(text, "<circle class=\"all\""), 2u);
  EXPECT_EQ(Count(text, "<line class=\"all\""), 1u);
  EXPECT_EQ(Count(text, " worst\""), 1u);
  EXPECT_THAT(text, HasSubstr("&lt;first&gt;"));
  /* 40 dB of 40: the upper edge, 8 pixels down; 20 dB: half way to 172. */
  EXPECT_THAT(text, HasSubstr("class=\"alone\" cx=\"16.67%\" cy=\"8.0\""));
  EXPECT_THAT(text, HasSubstr("class=\"all\" cx=\"50.00%\" cy=\"90.0\""));
  EXPECT_THAT(text, Not(HasSubstr("nan")));
  EXPECT_THAT(text, Not(HasSubstr("inf")));
}

TEST(Svg, BarsOfNothing) {
  html h = {};
  const svg_point points[] = {{"a", 0.0, (double)NAN, false}};
  svg_bars(&h, points, 1, "kB");
  EXPECT_THAT(Take(&h), Not(HasSubstr("nan")));
}

TEST(Svg, HistogramMarksWhatLiesOutside) {
  value_histogram values;
  value_histogram_init(&values, {0.0f, 64.0f});
  for (uint64_t &bin : values.bins)
    bin = 10;
  const value_range covered = {0.0f, 48.0f};
  html h = {};
  svg_histogram(&h, &values, &covered, "values");
  const std::string text = Take(&h);
  EXPECT_EQ(Count(text, "class=\"outside\""), 16u);
  EXPECT_THAT(text, HasSubstr("class=\"covered\" x=\"0.00%\" width=\"75.00%\""));
  EXPECT_EQ(Count(text, "class=\"edge\""), 1u);
}

} // namespace
