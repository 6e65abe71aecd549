/* The structs of an `.octavo` file, version 1.2, as they lie on disk: little-endian, no pointers,
 * every field at its natural alignment. FORMAT.md is the specification and says what a reader must
 * refuse. */
#ifndef OCTAVO_RUNTIME_FORMAT_H
#define OCTAVO_RUNTIME_FORMAT_H

#include "octavo.h"

#include <assert.h>
#include <stdint.h>

#define OCTAVO_FORMAT_MAGIC         "\x89OCTAVO\n" /* the high bit and the newline catch text transfers */
#define OCTAVO_FORMAT_MAJOR         1
#define OCTAVO_FORMAT_MINOR         2
#define OCTAVO_FORMAT_ENDIAN        0x01020304u
#define OCTAVO_FORMAT_ALIGNMENT     64u /* of sections, constants and arena offsets */
#define OCTAVO_FORMAT_MAX_FILE      (1u << 31)
#define OCTAVO_FORMAT_MAX_ARENA     (1u << 31)
#define OCTAVO_FORMAT_MAX_TENSORS   65536u
#define OCTAVO_FORMAT_MAX_OPERATORS 16384u
#define OCTAVO_FORMAT_MAX_OPERANDS  262144u
#define OCTAVO_FORMAT_MAX_STRINGS   (1u << 24) /* bytes of the STRINGS section */
#define OCTAVO_FORMAT_MAX_NAME      1023u      /* bytes of one string, without its NUL */
#define OCTAVO_FORMAT_MAX_LABELS    65536u
#define OCTAVO_FORMAT_MAX_DIMENSION (1u << 24)
#define OCTAVO_FORMAT_MAX_VECTORS   64u

/* Every section occurs once, in this order, also where it is empty. */
typedef enum octavo_section_type {
  OCTAVO_SECTION_STRINGS = 1,   /* NUL-terminated UTF-8; offset 0 is "" */
  OCTAVO_SECTION_TENSORS,       /* octavo_format_tensor[] */
  OCTAVO_SECTION_OPERATORS,     /* octavo_format_operator[], in execution order */
  OCTAVO_SECTION_OPERANDS,      /* int32_t[]: tensor indices, -1 = operand left out */
  OCTAVO_SECTION_INPUTS,        /* uint32_t[]: tensor indices of the model's inputs */
  OCTAVO_SECTION_OUTPUTS,       /* uint32_t[]: of its outputs */
  OCTAVO_SECTION_PREPROCESSING, /* empty, or one octavo_format_preprocessing, for input 0 */
  OCTAVO_SECTION_LABELS,        /* empty, or uint32_t[]: offsets into STRINGS, one for each value of
                                   output 0 */
  OCTAVO_SECTION_PROVENANCE,    /* one octavo_format_provenance */
  OCTAVO_SECTION_TESTS,         /* empty, or octavo_format_tests and its vectors */
  OCTAVO_SECTION_WEIGHTS, /* the data of all constants, in the order of TENSORS, each aligned */
} octavo_section_type;
#define OCTAVO_FORMAT_SECTIONS 11u

typedef struct octavo_format_header {
  uint8_t magic[8];
  uint16_t major, minor;
  uint32_t endian;
  uint32_t header_size;   /* 64 */
  uint32_t section_count; /* 11; the section table follows the header */
  uint64_t file_size;
  uint64_t arena_size; /* for batch 1: where the last activation ends, rounded up to the alignment;
                          what kernels read past an end is the session's to add */
  uint32_t alignment;  /* 64 */
  uint32_t checksum;   /* CRC-32 of header and section table, this field taken as zero */
  uint32_t reserved[4];
} octavo_format_header;
static_assert(sizeof(octavo_format_header) == 64, "octavo_format_header");

typedef struct octavo_format_section {
  uint32_t type;
  uint32_t checksum; /* CRC-32 (IEEE 802.3, as zlib's) of the section's bytes */
  uint64_t offset;   /* from the start of the file; the previous end rounded up to the alignment */
  uint64_t size;
} octavo_format_section;
static_assert(sizeof(octavo_format_section) == 24, "octavo_format_section");

typedef enum octavo_role { OCTAVO_ROLE_CONSTANT = 1, OCTAVO_ROLE_ACTIVATION = 2 } octavo_role;

typedef struct octavo_format_tensor {
  uint32_t name; /* offset into STRINGS; activations' names are not empty and unique */
  uint8_t type;  /* octavo_type */
  uint8_t role;  /* octavo_role */
  uint8_t rank;
  uint8_t reserved8;
  uint32_t shape[OCTAVO_MAX_RANK]; /* activations: shape[0] is the batch, 1; beyond the rank: 0 */
  uint64_t offset;                 /* constants: into WEIGHTS; activations: into the arena */
  uint64_t bytes;                  /* of the shape, without padding */
  float scale;                     /* int8 with one scale: > 0 and normal; otherwise 0 */
  int32_t zero_point;              /* int8 activations: -128..127; otherwise 0 */
  int32_t scales; /* int8 constants with a scale per output channel: index of a float32 constant of
                     shape[0] elements; otherwise -1 */
  uint32_t reserved;
} octavo_format_tensor;
static_assert(sizeof(octavo_format_tensor) == 64, "octavo_format_tensor");

/* Operands: inputs first, then outputs, as listed. "i8|f32": all of them int8, or all of them
 * float32. */
typedef enum octavo_opcode {
  OCTAVO_OP_CONVOLUTION =
      1, /* x NHWC, weights OHWI (I of one group), [bias O] -> y; i8|f32, bias int32|f32; since 1.1
            also weights i8 with all else f32: dynamic quantization */
  OCTAVO_OP_FULLY_CONNECTED,     /* x [N,...] of I values, weights OI, [bias O] -> y [N,O]; types as
                                    above */
  OCTAVO_OP_ADD,                 /* a, b -> y, of one shape; since 1.1 broadcast */
  OCTAVO_OP_MAX_POOL,            /* x NHWC -> y, same scale */
  OCTAVO_OP_AVERAGE_POOL,        /* x NHWC -> y */
  OCTAVO_OP_GLOBAL_AVERAGE_POOL, /* x NHWC -> y N11C or NC */
  OCTAVO_OP_CLIP,                /* x -> y: ReLU, ReLU6, clip; same scale */
  OCTAVO_OP_SOFTMAX, /* x, [int8: exp table int32[256]] -> y, over the last axis; int8: y has scale
                        1/256, zero -128 */
  OCTAVO_OP_CONCATENATION, /* x0, x1, ... -> y, same scale */
  OCTAVO_OP_RESHAPE,       /* x -> y: the same bytes, another shape */
  OCTAVO_OP_PAD,           /* x -> y, same scale */
  OCTAVO_OP_QUANTIZE,      /* x f32 -> y i8; x i8 -> y i8 with another scale */
  OCTAVO_OP_DEQUANTIZE,    /* x i8 -> y f32 */
  OCTAVO_OP_UNARY = 14, /* x, [int8: table int8[256]] -> y: octavo_unary_function of each element */
  OCTAVO_OP_MULTIPLY = 15,  /* a, b -> y, broadcast */
  OCTAVO_OP_SUBTRACT = 16,  /* a, b -> y, broadcast */
  OCTAVO_OP_TRANSPOSE = 17, /* x -> y, same scale */
  OCTAVO_OP_SLICE = 18,     /* x -> y, same scale */
  OCTAVO_OP_RESIZE = 19,    /* x NHWC -> y NHWC, same scale */
  OCTAVO_OP_MEAN = 20,      /* x -> y, of the same rank; what it runs over has length 1 */
} octavo_opcode;
#define OCTAVO_OP_FIRST_OF_MINOR_1 14 /* opcodes from here on: since version 1.1 */

#define OCTAVO_ATTRIBUTE_BYTES 64

/* Clamps are in real values, -INFINITY and INFINITY meaning none. An int8 operator clamps its
 * result to lrintf(clamp / scale) + zero_point of the output, itself clamped to [-128, 127]. */

typedef struct octavo_attributes_convolution {
  uint32_t kernel_height, kernel_width;
  uint32_t stride_height, stride_width;
  uint32_t dilation_height, dilation_width;
  uint32_t pad_top, pad_left, pad_bottom, pad_right;
  uint32_t groups;
  float clamp_min, clamp_max;
  uint32_t reserved[3];
} octavo_attributes_convolution;

typedef struct octavo_attributes_clamp { /* fully connected, add, clip, multiply, subtract */
  float clamp_min, clamp_max;
  uint32_t reserved[14];
} octavo_attributes_clamp;

typedef struct octavo_attributes_pool {
  uint32_t kernel_height, kernel_width;
  uint32_t stride_height, stride_width;
  uint32_t dilation_height, dilation_width; /* average: 1 */
  uint32_t pad_top, pad_left, pad_bottom, pad_right;
  uint32_t count_padding; /* average: 1 = padded positions count in the divisor; max: 0 */
  uint32_t reserved[5];
} octavo_attributes_pool;

typedef struct octavo_attributes_axis { /* concatenation; never the batch axis 0 */
  uint32_t axis;
  uint32_t reserved[15];
} octavo_attributes_axis;

typedef struct octavo_attributes_pad {
  uint32_t before[OCTAVO_MAX_RANK], after[OCTAVO_MAX_RANK]; /* the batch axis: 0 */
  float value;                                              /* real */
  uint32_t reserved[3];
} octavo_attributes_pad;

typedef struct octavo_attributes_transpose {
  uint32_t axes[OCTAVO_MAX_RANK]; /* axis i of y is axis axes[i] of x; axes[0] is 0 */
  uint32_t reserved[10];
} octavo_attributes_transpose;

typedef struct octavo_attributes_slice { /* y[i, ...] = x[begin + i · step, ...] */
  uint32_t begin[OCTAVO_MAX_RANK], step[OCTAVO_MAX_RANK]; /* the batch axis: 0 and 1 */
  uint32_t reserved[4];
} octavo_attributes_slice;

typedef enum octavo_resize_mode { OCTAVO_RESIZE_NEAREST, OCTAVO_RESIZE_LINEAR } octavo_resize_mode;

/* Where in x a row or column of y lies, in ONNX's words; FORMAT.md 3.1 has the formulas. */
typedef enum octavo_resize_coordinates {
  OCTAVO_RESIZE_HALF_PIXEL,
  OCTAVO_RESIZE_ASYMMETRIC,
  OCTAVO_RESIZE_ALIGN_CORNERS,
  OCTAVO_RESIZE_PYTORCH_HALF_PIXEL,
} octavo_resize_coordinates;

typedef enum octavo_resize_rounding { /* nearest; linear: 0 */
                                      OCTAVO_RESIZE_PREFER_FLOOR,
                                      OCTAVO_RESIZE_PREFER_CEIL,
                                      OCTAVO_RESIZE_FLOOR,
                                      OCTAVO_RESIZE_CEIL,
} octavo_resize_rounding;

typedef struct octavo_attributes_resize {
  uint32_t mode, coordinates, rounding;
  float scale_height, scale_width; /* of y against x */
  uint32_t reserved[11];
} octavo_attributes_resize;

typedef struct octavo_attributes_mean {
  uint32_t axes; /* bit i: axis i; not the batch */
  uint32_t reserved[15];
} octavo_attributes_mean;

typedef enum octavo_unary_function {
  OCTAVO_UNARY_SIGMOID = 1,  /* 1 / (1 + exp(-x)) */
  OCTAVO_UNARY_TANH,         /* tanh(x) */
  OCTAVO_UNARY_HARD_SIGMOID, /* min(max(alpha x + beta, 0), 1) */
  OCTAVO_UNARY_HARD_SWISH,   /* x min(max(x + 3, 0), 6) / 6 */
  OCTAVO_UNARY_SILU,         /* x / (1 + exp(-x)) */
  OCTAVO_UNARY_GELU,         /* x (1 + erf(x / sqrt(2))) / 2 */
  OCTAVO_UNARY_GELU_TANH,    /* x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 */
  OCTAVO_UNARY_LEAKY_RELU,   /* x, or alpha x where x < 0 */
  OCTAVO_UNARY_ELU,          /* x, or alpha (exp(x) - 1) where x < 0 */
  OCTAVO_UNARY_ERF,          /* erf(x) */
} octavo_unary_function;

typedef struct octavo_attributes_unary {
  uint32_t function; /* octavo_unary_function */
  float alpha, beta; /* finite; 0 in functions that have none */
  uint32_t reserved[13];
} octavo_attributes_unary;

typedef struct octavo_attributes_none { /* all others */
  uint32_t reserved[16];
} octavo_attributes_none;

typedef union octavo_attributes {
  uint8_t bytes[OCTAVO_ATTRIBUTE_BYTES];
  octavo_attributes_convolution convolution;
  octavo_attributes_clamp clamp;
  octavo_attributes_pool pool;
  octavo_attributes_axis axis;
  octavo_attributes_pad pad;
  octavo_attributes_transpose transpose;
  octavo_attributes_slice slice;
  octavo_attributes_resize resize;
  octavo_attributes_mean mean;
  octavo_attributes_unary unary;
  octavo_attributes_none none;
} octavo_attributes;
static_assert(sizeof(octavo_attributes_convolution) == OCTAVO_ATTRIBUTE_BYTES, "convolution");
static_assert(sizeof(octavo_attributes_clamp) == OCTAVO_ATTRIBUTE_BYTES, "clamp");
static_assert(sizeof(octavo_attributes_pool) == OCTAVO_ATTRIBUTE_BYTES, "pool");
static_assert(sizeof(octavo_attributes_axis) == OCTAVO_ATTRIBUTE_BYTES, "axis");
static_assert(sizeof(octavo_attributes_pad) == OCTAVO_ATTRIBUTE_BYTES, "pad");
static_assert(sizeof(octavo_attributes_transpose) == OCTAVO_ATTRIBUTE_BYTES, "transpose");
static_assert(sizeof(octavo_attributes_slice) == OCTAVO_ATTRIBUTE_BYTES, "slice");
static_assert(sizeof(octavo_attributes_resize) == OCTAVO_ATTRIBUTE_BYTES, "resize");
static_assert(sizeof(octavo_attributes_mean) == OCTAVO_ATTRIBUTE_BYTES, "mean");
static_assert(sizeof(octavo_attributes_unary) == OCTAVO_ATTRIBUTE_BYTES, "unary");
static_assert(sizeof(octavo_attributes) == OCTAVO_ATTRIBUTE_BYTES, "octavo_attributes");

typedef struct octavo_format_operator {
  uint32_t name; /* offset into STRINGS: the layer in the source model; not empty, unique */
  uint16_t opcode;
  uint16_t reserved;
  uint32_t first_operand; /* into OPERANDS; operators' operands follow each other without holes */
  uint16_t input_count, output_count;
  octavo_attributes attributes;
} octavo_format_operator;
static_assert(sizeof(octavo_format_operator) == 80, "octavo_format_operator");

typedef struct octavo_format_preprocessing {
  uint32_t width, height;
  uint32_t resize_width, resize_height;
  uint32_t resize; /* octavo_resize */
  uint32_t bgr;    /* 0 or 1 */
  uint32_t channels;
  float scale;
  float mean[3], std[3]; /* beyond `channels`: 0 */
  uint32_t reserved[2];
} octavo_format_preprocessing;
static_assert(sizeof(octavo_format_preprocessing) == 64, "octavo_format_preprocessing");

typedef struct octavo_format_provenance {
  uint32_t tool, source, mode, calibrator; /* offsets into STRINGS */
  uint8_t source_sha256[32];
  uint8_t calibration_sha256[32];
  uint64_t seed;
  uint32_t calibration_images;
  float accuracy_source, accuracy_model; /* percent; NaN = not measured */
  uint32_t accuracy_images;
  uint32_t reserved[6];
} octavo_format_provenance;
static_assert(sizeof(octavo_format_provenance) == 128, "octavo_format_provenance");

/* Followed, for each vector, by: the inputs' bytes in order, the outputs' bytes in order (each for
 * batch 1, without padding), and a uint32_t CRC-32 of each operator's first output in execution
 * order (0 where it is float32, or follows from float32 arithmetic, whose last bits differ between
 * CPUs); then, since 1.2, sample_count int8 values of each of those outputs, from the places that
 * octavo_format_sample_place tells (0 where the checksum is left out). */
typedef struct octavo_format_tests {
  uint32_t vector_count;
  uint32_t operator_count;
  uint64_t input_bytes, output_bytes; /* of one vector */
  uint32_t reserved[1];
  uint32_t sample_count; /* since 1.2; before, reserved */
} octavo_format_tests;
static_assert(sizeof(octavo_format_tests) == 32, "octavo_format_tests");
#define OCTAVO_FORMAT_MAX_SAMPLES 64u

/* Which of `count` values (at most 2^31) the sample `index` is: index times the golden ratio, its
 * fraction spread over all. Steps of equal length would see one channel alone. */
static inline size_t octavo_format_sample_place(uint32_t index, size_t count) {
  return (size_t)((uint64_t)(index * 2654435769u) * count >> 32);
}

#endif
