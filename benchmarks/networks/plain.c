/* Networks without residual connections: VGG (Simonyan and Zisserman, 2015) and SqueezeNet
 * (Iandola et al., 2016). */
#include "networks.h"

void vgg11_build(net_builder *b) {
  /* 0 stands for max pooling. */
  static const uint32_t rows[] = {64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0};
  net_value x = net_input(b);
  for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if (rows[i] == 0)
      x = net_max_pool(b, x, net_name(b, "features.%u.pool", i), 2, 2, 0);
    else
      x = net_conv(
          b, x, net_name(b, "features.%u.conv", i),
          (net_conv_shape){
              .channels = rows[i], .kernel = 3, .stride = 1, .padding = 1, .activation = NET_RELU});
  }
  x = net_flatten(b, x, "flatten");
  net_output(b, net_gemm(b, x, "classifier", net_get_options(b)->classes, NET_LINEAR));
}

static net_value squeeze_conv(net_builder *b, net_value x, const char *name, uint32_t channels,
                              uint32_t kernel) {
  return net_conv(b, x, name,
                  (net_conv_shape){.channels = channels,
                                   .kernel = kernel,
                                   .stride = 1,
                                   .padding = kernel / 2,
                                   .activation = NET_RELU});
}

static net_value fire(net_builder *b, net_value x, const char *name, uint32_t squeeze,
                      uint32_t expand) {
  x = squeeze_conv(b, x, net_name(b, "%s.squeeze", name), squeeze, 1);
  const net_value narrow = squeeze_conv(b, x, net_name(b, "%s.expand1x1", name), expand, 1);
  const net_value wide = squeeze_conv(b, x, net_name(b, "%s.expand3x3", name), expand, 3);
  return net_concat(b, narrow, wide, net_name(b, "%s.concat", name));
}

void squeezenet_build(net_builder *b) {
  static const struct {
    uint32_t squeeze, expand;
    bool pool; /* before it */
  } rows[] = {{16, 64, true},  {16, 64, false},  {32, 128, true},  {32, 128, false},
              {48, 192, true}, {48, 192, false}, {64, 256, false}, {64, 256, false}};
  net_value x =
      net_conv(b, net_input(b), "conv1",
               (net_conv_shape){.channels = 64, .kernel = 3, .stride = 2, .activation = NET_RELU});
  for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if (rows[i].pool)
      x = net_max_pool(b, x, net_name(b, "pool%u", i + 2), 3, 2, 0);
    x = fire(b, x, net_name(b, "fire%u", i + 2), rows[i].squeeze, rows[i].expand);
  }
  x = squeeze_conv(b, x, "classifier", net_get_options(b)->classes, 1);
  x = net_global_average_pool(b, x, "avgpool");
  net_output(b, net_flatten(b, x, "flatten"));
}
