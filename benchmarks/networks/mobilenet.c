/* MobileNetV1 (Howard et al., 2017) and MobileNetV2 (Sandler et al., 2018), width 1.0. */
#include "networks.h"

static net_value stem(net_builder *b) {
  return net_conv(
      b, net_input(b), "stem",
      (net_conv_shape){
          .channels = 32, .kernel = 3, .stride = 2, .padding = 1, .activation = NET_RELU6});
}

static net_value depthwise(net_builder *b, net_value x, const char *name, uint32_t stride) {
  return net_conv(b, x, name,
                  (net_conv_shape){.channels = x.channels,
                                   .kernel = 3,
                                   .stride = stride,
                                   .padding = 1,
                                   .groups = x.channels,
                                   .activation = NET_RELU6});
}

static net_value pointwise(net_builder *b, net_value x, const char *name, uint32_t channels,
                           net_activation activation) {
  return net_conv(
      b, x, name,
      (net_conv_shape){.channels = channels, .kernel = 1, .stride = 1, .activation = activation});
}

static void head(net_builder *b, net_value x) {
  x = net_global_average_pool(b, x, "avgpool");
  x = net_flatten(b, x, "flatten");
  net_output(b, net_gemm(b, x, "classifier", net_get_options(b)->classes, NET_LINEAR));
}

void mobilenetv1_build(net_builder *b) {
  static const struct {
    uint32_t channels, stride, repeats;
  } rows[] = {{64, 1, 1},  {128, 2, 1}, {128, 1, 1},  {256, 2, 1}, {256, 1, 1},
              {512, 2, 1}, {512, 1, 5}, {1024, 2, 1}, {1024, 1, 1}};
  net_value x = stem(b);
  uint32_t block = 0;
  for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
    for (uint32_t i = 0; i < rows[r].repeats; i++, block++) {
      x = depthwise(b, x, net_name(b, "block%u.depthwise", block), rows[r].stride);
      x = pointwise(b, x, net_name(b, "block%u.pointwise", block), rows[r].channels, NET_RELU6);
    }
  }
  head(b, x);
}

static net_value inverted_residual(net_builder *b, net_value x, const char *name,
                                   uint32_t expansion, uint32_t channels, uint32_t stride) {
  net_value y = x;
  if (expansion != 1)
    y = pointwise(b, y, net_name(b, "%s.expand", name), x.channels * expansion, NET_RELU6);
  y = depthwise(b, y, net_name(b, "%s.depthwise", name), stride);
  y = pointwise(b, y, net_name(b, "%s.project", name), channels, NET_LINEAR);
  if (stride == 1 && x.channels == channels)
    y = net_add(b, x, y, net_name(b, "%s.add", name), NET_LINEAR);
  return y;
}

void mobilenetv2_build(net_builder *b) {
  static const struct {
    uint32_t expansion, channels, repeats, stride;
  } rows[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
              {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
  net_value x = stem(b);
  uint32_t block = 1;
  for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
    for (uint32_t i = 0; i < rows[r].repeats; i++, block++)
      x = inverted_residual(b, x, net_name(b, "block%u", block), rows[r].expansion,
                            rows[r].channels, i == 0 ? rows[r].stride : 1);
  }
  head(b, pointwise(b, x, "last", 1280, NET_RELU6));
}
