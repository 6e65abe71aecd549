/* A network made ready to train at one batch size: tensors for activations and gradients,
 * parameters in the layout that oneDNN chose, operations made once. One thread calls. */
#ifndef OCTAVO_TRAIN_NETWORK_H
#define OCTAVO_TRAIN_NETWORK_H

#include "architecture.h"
#include "onednn.h"
#include "profile.h"
#include "train/norm/norm.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum parameter_kind {
  PARAMETER_WEIGHT,
  PARAMETER_BIAS,
  PARAMETER_NORM_SCALE,
  PARAMETER_NORM_SHIFT,
  PARAMETER_RUNNING_MEAN, /* the running ones are not trained: no gradient, no momentum */
  PARAMETER_RUNNING_VARIANCE,
  PARAMETER_RANGE, /* least and greatest value that a fake quantization has seen; not trained */
} parameter_kind;

/* float32. Its memory order is oneDNN's; parameter_get and parameter_set speak plain order. */
typedef struct parameter {
  parameter_kind kind;
  char name[96]; /* as in torchvision: "layer1.0.conv1.weight" */
  uint32_t rank; /* as in torchvision: output channels first */
  uint32_t dims[4];
  uint32_t fan_in; /* of a weight or a linear layer's bias: inputs that each output sums up */
  bool frozen;     /* never changes: its gradient is computed and not used, it has no momentum */
  architecture_start start; /* of a convolution's weights */
  float rate;   /* factor of the learning rate, but not of weight decay; 0 stands for 1 */
  size_t count; /* product of dims */
  tensor value, gradient;
  float *momentum;   /* value.bytes / 4 of them, zero at first */
  float *average;    /* as many; NULL unless averaging_create was called */
  dnnl_dims_t order; /* dims as oneDNN sees them, groups first */
  int order_rank;
} parameter;

/* What a layer gives out, with its gradient; gradients share memory where their lifetimes allow. */
typedef struct value {
  tensor data, gradient;
  uint32_t last_reader; /* index of the last layer that reads it; 0 = none */
  uint32_t readers;
  uint32_t shares; /* index of the value whose gradient's memory it uses; its own index = none */
  norm *pending;   /* not NULL: data has no memory, the layer that reads it computes it with this */
  float scale;     /* of fake quantization: of the grid in the last forward pass */
  const float *weight_scales; /* of a layer with rounded weights: one for each output channel */
} value;

typedef struct network network;
typedef struct layer layer;

/* One kind of layer. A layer's functions run in the order of the struct. */
typedef struct layer_type {
  /* Makes operations and parameters, and defines the output (network_define). */
  octavo_status (*create)(network *n, layer *l, octavo_error *error);
  octavo_status (*forward)(network *n, layer *l, bool training, octavo_error *error);
  /* From the gradient of the output: those of the parameters and the inputs. */
  octavo_status (*backward)(network *n, layer *l, octavo_error *error);
  /* After parameters changed; NULL = nothing to do. */
  octavo_status (*refresh)(network *n, layer *l, octavo_error *error);
  void (*destroy)(layer *l); /* also after a create that failed */
} layer_type;

struct layer {
  const layer_type *type;
  const architecture_layer *spec;
  uint32_t index;
  void *state;         /* of the layer's own file */
  tensor addend[2];    /* gradient for an input that a later layer has written already */
  operation add_on[2]; /* adds it there */
};

/* What a network with fake quantization does in a forward pass. All false is the float network. */
typedef struct quantization_phase {
  bool quantize;     /* activations; weights as network_refresh finds it */
  bool norm_fixed;   /* training too uses batch norm's running statistics, and leaves them alone */
  float range_share; /* of the way to what a batch has, that ranges go; 0 = they stay */
} quantization_phase;

struct network {
  onednn *d;
  const architecture *plan;
  dnnl_data_type_t type; /* of activations: float32 or bfloat16 */
  bool channels_last;    /* of the input, and so of all that follows; else as oneDNN chooses */
  uint32_t batch;
  value *values;
  layer *layers;
  uint32_t count; /* of both; 0 is the input */
  parameter **parameters;
  uint32_t parameter_count;
  void **slots; /* memory of gradients */
  uint32_t slot_count;
  quantization_phase phase; /* set by whoever runs the network; no layer of another one looks */
  profile *profile;         /* borrowed; NULL = nobody wants to know where the time goes */
};

/* Makes the network that `plan` describes (kept, not copied). All parameters are zero. On failure
 * *result is NULL. Errors: MEMORY, UNSUPPORTED. */
octavo_status network_create(onednn *d, const architecture *plan, uint32_t batch, bool bfloat16,
                             network **result, octavo_error *error);
void network_free(network *n); /* NULL is allowed */

/* The input tensor's memory, float32 or bfloat16: batch · height · width · channels in that order
 * if network_channels_last, else batch · channels · height · width. */
const tensor *network_input(const network *n);
bool network_channels_last(const network *n);
/* The logits, float32 [batch, classes], and where their gradient goes. */
float *network_logits(const network *n);
float *network_logits_gradient(const network *n);
uint32_t network_classes(const network *n);

/* With `training`, batch norm uses the batch's statistics and updates the running ones; without, it
 * uses the running ones. */
octavo_status network_forward(network *n, bool training, octavo_error *error);
/* After a training forward and with the logits' gradient in place. */
octavo_status network_backward(network *n, octavo_error *error);
/* To be called after parameters changed by other means than the functions below. */
octavo_status network_refresh(network *n, octavo_error *error);

/* Copies to and from plain float32 in the order of `dims`, or the gradient, the momentum, the
 * average. */
octavo_status parameter_get(const network *n, const parameter *p, float *plain,
                            octavo_error *error);
octavo_status parameter_set(network *n, parameter *p, const float *plain, octavo_error *error);
octavo_status parameter_get_gradient(const network *n, const parameter *p, float *plain,
                                     octavo_error *error);
octavo_status parameter_get_momentum(const network *n, const parameter *p, float *plain,
                                     octavo_error *error);
octavo_status parameter_set_momentum(network *n, parameter *p, const float *plain,
                                     octavo_error *error);
octavo_status parameter_get_average(const network *n, const parameter *p, float *plain,
                                    octavo_error *error);
octavo_status parameter_set_average(network *n, parameter *p, const float *plain,
                                    octavo_error *error);
/* Whether the optimizer changes it. */
bool parameter_trained(const parameter *p);
/* NULL if there is none of that name. */
parameter *network_parameter(const network *n, const char *name);

/* ---- For the layers ------------------------------------------------------------------------- */

/* Defines the layer's output: data (with memory) and gradient described by `desc`. */
octavo_status network_define(network *n, layer *l, version_desc desc, octavo_error *error);
/* The same without memory for the data: who reads it computes it with `pending` from the layer's
 * input. */
octavo_status network_define_pending(network *n, layer *l, version_desc desc, norm *pending,
                                     octavo_error *error);
/* Whether a sum is the only reader of the layer's output. */
bool network_summed_only(const network *n, const layer *l);
/* Adds the parameter "<layer>.<suffix>". With `desc` the value (and if it is trained, the gradient)
 * get memory described by it. `order` is the shape as oneDNN sees it. */
octavo_status network_add_parameter(network *n, const layer *l, const char *suffix,
                                    const parameter *like, version_desc desc, parameter **result,
                                    octavo_error *error);
/* Whether value `index` is the image, or that rounded: it has no gradient. */
bool network_is_image(const network *n, uint32_t index);
/* The tensor that the layer writes the gradient of its input `which` to; NULL for the image. */
octavo_status network_input_gradient(network *n, layer *l, uint32_t which, const tensor **target,
                                     octavo_error *error);
/* Lets the input's gradient be the output's, if no later layer reads the input; else the output's
 * gradient is added to it. */
octavo_status network_pass_gradient(network *n, layer *l, uint32_t which, octavo_error *error);

static inline const value *network_source(const network *n, const layer *l, uint32_t which) {
  return &n->values[l->spec->inputs[which]];
}
static inline const value *network_output(const network *n, const layer *l) {
  return &n->values[l->index];
}

extern const layer_type layer_convolution, layer_batch_norm, layer_add, layer_pool, layer_linear,
    layer_activation, layer_fake_quantize;

#ifdef __cplusplus
}
#endif

#endif
