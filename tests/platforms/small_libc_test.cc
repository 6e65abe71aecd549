// The functions that take the place of musl's in small programs, under other names here
// (CMakeLists.txt), against those of this machine's C library.
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cmath>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

extern "C" {
int small_vfprintf(FILE *stream, const char *format, va_list arguments);
double small_exp(double x);
double small_strtod(const char *text, char **end);
long small_strtol(const char *text, char **end, int base);
unsigned long small_strtoul(const char *text, char **end, int base);
long long small_strtoll(const char *text, char **end, int base);
unsigned long long small_strtoull(const char *text, char **end, int base);
char *small_strstr(const char *text, const char *word);
void small_qsort(void *items, size_t count, size_t size,
                 int (*compare)(const void *, const void *));
}

namespace {

std::string Print(const char *format, ...) {
  char *text = nullptr;
  size_t size = 0;
  FILE *stream = open_memstream(&text, &size);
  va_list arguments;
  va_start(arguments, format);
  const int length = small_vfprintf(stream, format, arguments);
  va_end(arguments);
  fclose(stream);
  const std::string printed(text, size);
  free(text);
  return length == static_cast<int>(size) ? printed : "returned " + std::to_string(length);
}

template <typename... Types>
void ExpectSame(const std::string &format, Types... values) {
  char expected[2048];
  snprintf(expected, sizeof expected, format.c_str(), values...);
  ASSERT_EQ(Print(format.c_str(), values...), expected) << format;
}

// Every combination of flags, width and precision that is one conversion's beginning.
template <typename Function>
void ForEachBeginning(const std::string &flags, Function function) {
  for (unsigned set = 0; set < 1u << flags.size(); set++)
    for (const char *width : {"", "1", "12", "30"})
      for (const char *precision : {"", ".0", ".1", ".3", ".9", ".17", ".25"}) {
        std::string text = "%";
        for (size_t i = 0; i < flags.size(); i++)
          if ((set >> i & 1u) != 0)
            text += flags[i];
        function(text + width + precision);
      }
}

TEST(SmallPrintf, RealNumbersOfEachKind) {
  const double values[] = {0.0,
                           -0.0,
                           1,
                           0.5,
                           1.5,
                           2.5,
                           0.125,
                           0.375,
                           9.5,
                           99.5,
                           123456789,
                           1e15,
                           1e16,
                           1e22,
                           1e-5,
                           0.1,
                           -0.1,
                           9.9999995,
                           0.99995,
                           1e9,
                           999999999.5,
                           1e-9,
                           5e-10,
                           1234567890.5,
                           std::numeric_limits<double>::max(),
                           std::numeric_limits<double>::min(),
                           std::numeric_limits<double>::denorm_min(),
                           std::numeric_limits<double>::infinity(),
                           -std::numeric_limits<double>::infinity(),
                           std::nan("")};
  ForEachBeginning("-+ 0", [&](const std::string &beginning) {
    for (const char type : std::string("feEgGF"))
      for (const double value : values)
        ExpectSame(beginning + type, value);
  });
}

TEST(SmallPrintf, PointsThatTheFlagKeeps) {
  ForEachBeginning("-#0", [&](const std::string &beginning) {
    for (const char type : std::string("feg"))
      for (const double value : {0.0, 1.0, 0.25, 100.0, 1234.0, 1e10})
        ExpectSame(beginning + type, value);
  });
}

TEST(SmallPrintf, AnyRealNumber) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 5000; i++) {
    const uint64_t bits = random();
    double value = 0;
    memcpy(&value, &bits, sizeof value);
    if (std::isnan(value))
      continue;
    for (const char *format : {"%.17g", "%.9g", "%e", "%.3f", "%.0f", "%.12e"})
      ExpectSame(format, value);
    const double ordinary =
        static_cast<double>(bits >> 40) / static_cast<double>(1 + (bits & 0xfffff));
    for (const char *format : {"%.17g", "%.6g", "%.3f", "%.1f", "%.0f", "%8.4f"})
      ExpectSame(format, ordinary);
  }
}

TEST(SmallPrintf, WholeNumbers) {
  ForEachBeginning("-+ 0", [&](const std::string &beginning) {
    for (const int value : {0, 1, -5, 300, 123456, INT_MIN, INT_MAX}) {
      ExpectSame(beginning + "d", value);
      ExpectSame(beginning + "hhd", value);
      ExpectSame(beginning + "hi", value);
    }
    ExpectSame(beginning + "lld", LLONG_MIN);
    ExpectSame(beginning + "jd", INTMAX_MAX);
    ExpectSame(beginning + "ld", -7L);
    ExpectSame(beginning + "td", static_cast<ptrdiff_t>(-9));
  });
  ForEachBeginning("-#0", [&](const std::string &beginning) {
    for (const unsigned value : {0u, 1u, 8u, 255u, UINT_MAX})
      for (const char *type : {"o", "x", "X", "hhx", "ho"})
        ExpectSame(beginning + type, value);
    ExpectSame(beginning + "llx", ULLONG_MAX);
    ExpectSame(beginning + "zx", SIZE_MAX);
    ExpectSame(beginning + "lo", 77ul);
  });
  ExpectSame("%u %zu %lu %llu %ju", 7u, SIZE_MAX, ULONG_MAX, ULLONG_MAX, UINTMAX_MAX);
}

TEST(SmallPrintf, TextAndTheRest) {
  for (const char *format : {"%s", "%8s|", "%-8s|", "%.3s", "%-8.2s|", "%.0s"})
    for (const char *text : {"", "a", "hello world", "3×3"})
      ExpectSame(format, text);
  ExpectSame("%*d|%-*d|%.*f|%*d", 5, 3, 6, 4, 2, 2.5, -4, 7);
  ExpectSame("%c%3c|%-3c|%%", 'a', 'b', 'c');
  ExpectSame("%p", reinterpret_cast<void *>(0x1234));
  EXPECT_EQ(Print("no conversion"), "no conversion");
  ExpectSame("%s", std::string(1500, 'x').c_str());
}

TEST(SmallPrintf, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(Print("%n", nullptr), "returned -1");
  EXPECT_EQ(Print("%a", 1.0), "returned -1");
  EXPECT_EQ(Print("%ls", L"wide"), "returned -1");
  EXPECT_EQ(Print("%"), "returned -1");
}

TEST(SmallPrintf, TellsWhenTheStreamCannotBeWritten) {
  FILE *full = fopen("/dev/full", "w");
  if (full == nullptr)
    GTEST_SKIP() << "no /dev/full";
  setvbuf(full, nullptr, _IONBF, 0);
  const auto print = [&](const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int length = small_vfprintf(full, format, arguments);
    va_end(arguments);
    return length;
  };
  EXPECT_EQ(print("%d", 5), -1);
  fclose(full);
}

TEST(SmallExp, IsWithinTheLastBits) {
  for (double x = -708; x < 709.7; x += 0.0137)
    ASSERT_NEAR(small_exp(x) / exp(x), 1.0, 1e-15) << x;
  for (double x = -0.5; x < 0.5; x += 1.0 / 4096) /* both sides of where 2^k changes */
    ASSERT_NEAR(small_exp(x) / exp(x), 1.0, 1e-15) << x;
  for (double x = -745; x < -708; x += 0.0137)
    ASSERT_NEAR(small_exp(x), exp(x), 1e-15 * exp(x) + std::numeric_limits<double>::denorm_min())
        << x;
}

TEST(SmallExp, HasTheLimitsOfTheOther) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double x : {0.0, -0.0, 709.782, 709.783, 710.0, 711.0, 1e300, infinity, -infinity,
                         -746.0, -747.0, -1e300})
    EXPECT_DOUBLE_EQ(small_exp(x), exp(x)) << x;
  EXPECT_TRUE(std::isnan(small_exp(std::nan(""))));
}

TEST(SmallStrtod, ReadsDecimalNumbers) {
  for (const char *text : {"0",
                           "1",
                           "-1.5",
                           "+2.25",
                           "0.1",
                           "1e3",
                           "1E-3",
                           ".5",
                           "5.",
                           "123456789012345",
                           "3.14159265358979",
                           "86400",
                           "0.001",
                           "1e22",
                           "1e-22",
                           " 7",
                           "1e",
                           "1e+",
                           "2x",
                           "",
                           "-",
                           ".",
                           "e5",
                           "abc",
                           "1e400",
                           "-1e400",
                           "1e-400",
                           "0e9999",
                           "00012.50"}) {
    char *expected_end = nullptr, *end = nullptr;
    const double expected = strtod(text, &expected_end);
    const double found = small_strtod(text, &end);
    EXPECT_EQ(found, expected) << text;
    EXPECT_EQ(std::signbit(found), std::signbit(expected)) << text;
    EXPECT_EQ(end, expected_end) << text;
  }
}

TEST(SmallStrtod, ExactForFifteenDigitsAndCloseBeyond) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 5000; i++) {
    char text[64];
    snprintf(text, sizeof text, "%llu.%llue%d",
             static_cast<unsigned long long>(random() % 10000000),
             static_cast<unsigned long long>(10000000 + random() % 80000000),
             static_cast<int>(random() % 29) - 14);
    ASSERT_EQ(small_strtod(text, nullptr), strtod(text, nullptr)) << text;
    snprintf(text, sizeof text, "%llue%d", static_cast<unsigned long long>(random()),
             static_cast<int>(random() % 500) - 250);
    const double expected = strtod(text, nullptr);
    ASSERT_NEAR(small_strtod(text, nullptr) / expected, 1.0, 1e-14) << text;
  }
}

template <typename Number>
void ExpectSameNumber(Number (*function)(const char *, char **, int),
                      Number (*reference)(const char *, char **, int)) {
  for (const char *text : {"0",
                           "7",
                           "-7",
                           "+7",
                           "  42x",
                           "0x1f",
                           "0X1F",
                           "0x",
                           "0xg",
                           "010",
                           "09",
                           "zz",
                           "-0x10",
                           "",
                           " ",
                           "-",
                           "2147483647",
                           "2147483648",
                           "-2147483649",
                           "9223372036854775807",
                           "9223372036854775808",
                           "-9223372036854775808",
                           "-9223372036854775809",
                           "18446744073709551615",
                           "18446744073709551616",
                           "-18446744073709551616",
                           "99999999999999999999999999"})
    for (const int base : {0, 8, 10, 16, 36}) {
      char *expected_end = nullptr, *end = nullptr;
      errno = 0;
      const Number expected = reference(text, &expected_end, base);
      const int expected_error = errno;
      errno = 0;
      EXPECT_EQ(function(text, &end, base), expected) << text << " base " << base;
      EXPECT_EQ(errno, expected_error) << text << " base " << base;
      EXPECT_EQ(end, expected_end) << text << " base " << base;
    }
}

TEST(SmallStrtol, ReadsWholeNumbersOfEveryType) {
  ExpectSameNumber(small_strtol, strtol);
  ExpectSameNumber(small_strtoul, strtoul);
  ExpectSameNumber(small_strtoll, strtoll);
  ExpectSameNumber(small_strtoull, strtoull);
}

TEST(SmallStrstr, FindsTheFirst) {
  for (const char *text : {"", "a", "ab", "aab", "abcabc", "x - y - z"})
    for (const char *word : {"", "a", "ab", "bc", "c", " - ", "abcd"})
      EXPECT_EQ(small_strstr(text, word), strstr(text, word)) << text << "|" << word;
}

int CompareDoubles(const void *a, const void *b) {
  const double x = *static_cast<const double *>(a), y = *static_cast<const double *>(b);
  return (x > y) - (x < y);
}

TEST(SmallQsort, SortsAnyNumberOfItems) {
  std::mt19937 random(3);
  for (size_t count = 0; count < 200; count++) {
    std::vector<double> values(count);
    for (double &value : values)
      value = static_cast<double>(random() % 50);
    std::vector<double> expected = values;
    std::sort(expected.begin(), expected.end());
    small_qsort(values.data(), values.size(), sizeof(double), CompareDoubles);
    ASSERT_EQ(values, expected) << count;
  }
}

} // namespace
