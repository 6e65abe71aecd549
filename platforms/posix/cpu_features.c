#include "cpu_features.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Appends a word to a list of words. */
static void append(char *text, size_t size, const char *word) {
  const size_t length = strlen(text);
  snprintf(text + length, size - length, "%s%s", length == 0 ? "" : " ", word);
}

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>

/* Intel's manual, volume 2A, CPUID. `state` are the bits of XCR0 that the operating system must
 * have set for the registers to be usable. */
typedef struct x86_feature {
  const char *name;
  unsigned leaf, subleaf, word, bit; /* word: 0 eax, 1 ebx, 2 ecx, 3 edx */
  uint32_t state;
} x86_feature;

static const x86_feature features[] = {
    {"sse4.1", 1, 0, 2, 19, 0},         {"avx", 1, 0, 2, 28, 0x6},
    {"f16c", 1, 0, 2, 29, 0x6},         {"fma", 1, 0, 2, 12, 0x6},
    {"avx2", 7, 0, 1, 5, 0x6},          {"avx-vnni", 7, 1, 0, 4, 0x6},
    {"avx512", 7, 0, 1, 30, 0xe6},      {"avx512-vnni", 7, 0, 2, 11, 0xe6},
    {"avx512-fp16", 7, 0, 3, 23, 0xe6}, {"gfni", 7, 0, 2, 8, 0},
    {"amx-int8", 7, 0, 3, 25, 0x60000},
};

/* XCR0, the register states that the operating system saves; 0 if it saves none. */
static uint32_t saved_states(void) {
  unsigned words[4] = {0};
  if (!__get_cpuid(1, &words[0], &words[1], &words[2], &words[3]) || !(words[2] >> 27 & 1u))
    return 0;
  uint32_t low = 0;
  uint32_t high = 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

void platform_cpu_features(char *text, size_t size) {
  text[0] = '\0';
  const uint32_t states = saved_states();
  for (size_t i = 0; i < sizeof features / sizeof features[0]; i++) {
    const x86_feature *f = &features[i];
    unsigned words[4] = {0};
    if (__get_cpuid_count(f->leaf, f->subleaf, &words[0], &words[1], &words[2], &words[3]) &&
        (words[f->word] >> f->bit & 1u) && (states & f->state) == f->state)
      append(text, size, f->name);
  }
}

bool platform_cpu_brand(char *text, size_t size) {
  union {
    unsigned words[12];
    char text[49];
  } brand;
  memset(&brand, 0, sizeof brand);
  for (unsigned i = 0; i < 3; i++) {
    unsigned *w = &brand.words[4 * i];
    if (!__get_cpuid(0x80000002u + i, &w[0], &w[1], &w[2], &w[3]))
      return false;
  }
  const char *begin = brand.text;
  while (*begin == ' ')
    begin++;
  snprintf(text, size, "%s", begin);
  for (size_t length = strlen(text); length > 0 && text[length - 1] == ' '; length--)
    text[length - 1] = '\0';
  return text[0] != '\0';
}

const char *platform_cpu_isa(void) {
  return sizeof(void *) == 8 ? "x86-64" : "x86";
}

#elif defined(__linux__) && (defined(__aarch64__) || defined(__arm__))
#include <sys/auxv.h>

/* Bits of AT_HWCAP (word 0) and AT_HWCAP2 (word 1), from the kernel's uapi/asm/hwcap.h. */
typedef struct arm_feature {
  const char *name;
  unsigned word, bit;
} arm_feature;

#if defined(__aarch64__)
static const arm_feature features[] = {{"neon", 0, 1}, {"fp16", 0, 10}, {"dot", 0, 20},
                                       {"sve", 0, 22}, {"i8mm", 1, 13}, {"bf16", 1, 14},
                                       {"sve2", 1, 1}, {"sme", 1, 23}};
#else
static const arm_feature features[] = {
    {"neon", 0, 12}, {"vfpv4", 0, 16}, {"fp16", 0, 23}, {"dot", 0, 24}, {"i8mm", 0, 27}};
#endif

void platform_cpu_features(char *text, size_t size) {
  text[0] = '\0';
  const unsigned long words[2] = {getauxval(AT_HWCAP), getauxval(AT_HWCAP2)};
  for (size_t i = 0; i < sizeof features / sizeof features[0]; i++) {
    if (words[features[i].word] >> features[i].bit & 1u)
      append(text, size, features[i].name);
  }
}

bool platform_cpu_brand(char *text, size_t size) {
  (void)size;
  text[0] = '\0';
  return false;
}

const char *platform_cpu_isa(void) {
  return sizeof(void *) == 8 ? "arm64" : "arm";
}

#else

void platform_cpu_features(char *text, size_t size) {
  text[0] = '\0';
#if defined(__aarch64__)
  append(text, size, "neon");
#else
  (void)size;
  (void)append;
#endif
}

bool platform_cpu_brand(char *text, size_t size) {
  (void)size;
  text[0] = '\0';
  return false;
}

const char *platform_cpu_isa(void) {
#if defined(__aarch64__)
  return "arm64";
#elif defined(__riscv)
  return "riscv";
#else
  return "unknown";
#endif
}
#endif
