/* What XNNPACK asks of cpuinfo, for static programs for 64-bit Arm: the instructions that there
 * are, and the kind of the core that kernels are chosen for. Linked before libcpuinfo, it takes the
 * place of all but the table of core names there, 27 KB about caches, clusters and phones' chips.
 * The names are those of cpuinfo.h, which stays the interface. */
#include "first_core.h"

#include <cpuinfo.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/auxv.h>

/* Of libcpuinfo (src/arm/uarch.c). */
void cpuinfo_arm_decode_vendor_uarch(uint32_t midr, enum cpuinfo_vendor *vendor,
                                     enum cpuinfo_uarch *uarch);

struct cpuinfo_arm_isa cpuinfo_isa;
static struct cpuinfo_core core;
static struct cpuinfo_uarch_info kind = {.processor_count = 1, .core_count = 1};

/* Bits of AT_HWCAP and AT_HWCAP2, from the kernel's uapi/asm/hwcap.h. */
enum { FPHP = 9, ASIMDHP = 10, ASIMDDP = 20, SVE = 22, SVE2 = 1, I8MM = 13, BF16 = 14 };

static bool is_set(unsigned long word, unsigned bit) {
  return (word >> bit & 1u) != 0;
}

static void look(void) {
  const unsigned long words[2] = {getauxval(AT_HWCAP), getauxval(AT_HWCAP2)};
  cpuinfo_isa.fp16arith = is_set(words[0], FPHP) && is_set(words[0], ASIMDHP);
  cpuinfo_isa.dot = is_set(words[0], ASIMDDP);
  cpuinfo_isa.sve = is_set(words[0], SVE);
  cpuinfo_isa.sve2 = is_set(words[1], SVE2);
  cpuinfo_isa.i8mm = is_set(words[1], I8MM);
  cpuinfo_isa.bf16 = is_set(words[1], BF16);
  core.midr = platform_first_core_midr("");
  cpuinfo_arm_decode_vendor_uarch(core.midr, &core.vendor, &core.uarch);
  kind.uarch = core.uarch;
  kind.midr = core.midr;
}

bool cpuinfo_initialize(void) {
  static pthread_once_t looked = PTHREAD_ONCE_INIT;
  return pthread_once(&looked, look) == 0;
}

const struct cpuinfo_core *cpuinfo_get_core(uint32_t index) {
  return index == 0 ? &core : NULL;
}

const struct cpuinfo_uarch_info *cpuinfo_get_uarch(uint32_t index) {
  return index == 0 ? &kind : NULL;
}
