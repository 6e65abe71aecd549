/* What a network is made of, as a list of layers: the one description that training, --list and the
 * ONNX export go by. Layers read the outputs of earlier ones; layer 0 is the input image.
 *
 * Errors stick: after the first one the functions do nothing, and architecture_check reports it. */
#ifndef OCTAVO_TRAIN_ARCHITECTURE_H
#define OCTAVO_TRAIN_ARCHITECTURE_H

#include "octavo.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum architecture_kind {
  ARCHITECTURE_INPUT,
  ARCHITECTURE_CONVOLUTION, /* without bias, unless the layer says so: a batch norm follows */
  ARCHITECTURE_BATCH_NORM,  /* with an optional ReLU */
  ARCHITECTURE_ADD,         /* with an optional ReLU */
  ARCHITECTURE_MAX_POOL,
  ARCHITECTURE_AVERAGE_POOL,   /* pixels outside the image do not count */
  ARCHITECTURE_GLOBAL_AVERAGE, /* to 1 × 1 */
  ARCHITECTURE_LINEAR,         /* of all that the input has; with bias, unless the layer says so */
  ARCHITECTURE_ACTIVATION,
  ARCHITECTURE_FAKE_QUANTIZE, /* with an optional ReLU or ReLU6; qat/plan.h puts it in */
  ARCHITECTURE_KINDS
} architecture_kind;

/* Functions of one number. */
typedef enum architecture_function {
  ARCHITECTURE_NO_FUNCTION,
  ARCHITECTURE_RELU,  /* max(x, 0) */
  ARCHITECTURE_GELU,  /* x · Φ(x), Φ the normal distribution's (Hendrycks and Gimpel, 2016) */
  ARCHITECTURE_RELU6, /* min(max(x, 0), 6) */
  ARCHITECTURE_SCALE, /* x times the layer's factor */
  ARCHITECTURE_FUNCTIONS
} architecture_function;

/* How a convolution's weights begin. */
typedef enum architecture_start {
  ARCHITECTURE_START_NORMAL,   /* He et al., 2015, by outputs */
  ARCHITECTURE_START_IDENTITY, /* even in ±1/√inputs; the first filters pass a channel on each */
  ARCHITECTURE_START_WHITEN,   /* computed from the training images (whitening.h) */
} architecture_start;

typedef struct architecture_layer {
  architecture_kind kind;
  char name[64]; /* as torchvision calls it: "layer1.0.conv1" */
  uint32_t inputs[2], input_count;
  uint32_t channels, height, width;         /* of the output, without the batch */
  uint32_t kernel, stride, padding, groups; /* convolution and pooling */
  bool relu;
  bool bias;                      /* of a convolution or linear layer */
  architecture_function function; /* of an activation or a fake quantization */
  float factor;                   /* of ARCHITECTURE_SCALE */
  bool frozen;                    /* weights of a convolution, scale of a batch norm: not trained */
  bool quantized;                 /* weights, bias, shift: rounded as int8 inference does */
  architecture_start start;       /* of a convolution */
  float running_share; /* of a batch norm: how much of the way to the batch's statistics the running
                          ones go in a step */
  float shift_rate;    /* of a batch norm: factor of the learning rate of its shift */
} architecture_layer;

typedef struct architecture {
  architecture_layer *layers; /* architecture_free */
  uint32_t count;
  octavo_status status; /* the first error */
  octavo_error error;
} architecture;

/* A window of kernel × kernel. */
typedef struct architecture_window {
  uint32_t kernel, stride, padding;
} architecture_window;

/* Begins with the input image of `channels` × size × size. */
void architecture_begin(architecture *a, uint32_t channels, uint32_t size);
void architecture_free(architecture *a); /* all zero is allowed */

/* Each adds a layer that reads `x` and returns its index. Names are formatted like printf's "%s%s"
 * from two parts; the second may be "". What few layers need has no argument: it is set in
 * a->layers[index] afterwards. */
uint32_t architecture_convolution(architecture *a, uint32_t x, const char *prefix, const char *name,
                                  uint32_t channels, architecture_window window, uint32_t groups);
uint32_t architecture_batch_norm(architecture *a, uint32_t x, const char *prefix, const char *name,
                                 bool relu);
uint32_t architecture_add(architecture *a, uint32_t x, uint32_t y, const char *prefix,
                          const char *name, bool relu);
/* `kind` is one of the poolings; the window does not matter to ARCHITECTURE_GLOBAL_AVERAGE. */
uint32_t architecture_pool(architecture *a, uint32_t x, const char *name, architecture_kind kind,
                           architecture_window window);
uint32_t architecture_linear(architecture *a, uint32_t x, const char *name, uint32_t units);
uint32_t architecture_activation(architecture *a, uint32_t x, const char *prefix, const char *name,
                                 architecture_function function);
/* Batch norm and then the function, which is part of the batch norm if it is ReLU, and else a layer
 * of its own that is called `function_name`. */
uint32_t architecture_norm_function(architecture *a, uint32_t x, const char *prefix,
                                    const char *name, const char *function_name,
                                    architecture_function function);

/* The first error of building. Errors: ARGUMENT (the image is too small for this network), MEMORY.
 */
octavo_status architecture_check(const architecture *a, octavo_error *error);

/* Numbers that training adjusts, and multiply-accumulates of one image in convolutions and linear
 * layers. */
uint64_t architecture_parameters(const architecture *a);
uint64_t architecture_macs(const architecture *a);

#ifdef __cplusplus
}
#endif

#endif
