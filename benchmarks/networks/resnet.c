/* Residual networks of basic blocks (He et al., 2016). */
#include "networks.h"

typedef struct resnet_stage {
  uint32_t channels, blocks, stride;
} resnet_stage;

static net_value basic_block(net_builder *b, net_value x, const char *name, uint32_t channels,
                             uint32_t stride) {
  net_value y = net_conv(b, x, net_name(b, "%s.conv1", name),
                         (net_conv_shape){.channels = channels,
                                          .kernel = 3,
                                          .stride = stride,
                                          .padding = 1,
                                          .activation = NET_RELU});
  y = net_conv(b, y, net_name(b, "%s.conv2", name),
               (net_conv_shape){.channels = channels, .kernel = 3, .stride = 1, .padding = 1});
  if (stride != 1 || x.channels != channels)
    x = net_conv(b, x, net_name(b, "%s.downsample", name),
                 (net_conv_shape){.channels = channels, .kernel = 1, .stride = stride});
  return net_add(b, y, x, net_name(b, "%s.add", name), NET_RELU);
}

static void build_body(net_builder *b, net_value x, const resnet_stage *stages, uint32_t count) {
  for (uint32_t s = 0; s < count; s++) {
    for (uint32_t i = 0; i < stages[s].blocks; i++)
      x = basic_block(b, x, net_name(b, "layer%u.%u", s + 1, i), stages[s].channels,
                      i == 0 ? stages[s].stride : 1);
  }
  x = net_global_average_pool(b, x, "avgpool");
  x = net_flatten(b, x, "flatten");
  net_output(b, net_gemm(b, x, "fc", net_get_options(b)->classes, NET_LINEAR));
}

static net_value cifar_stem(net_builder *b, uint32_t channels) {
  return net_conv(
      b, net_input(b), "conv1",
      (net_conv_shape){
          .channels = channels, .kernel = 3, .stride = 1, .padding = 1, .activation = NET_RELU});
}

static const resnet_stage resnet18_stages[] = {{64, 2, 1}, {128, 2, 2}, {256, 2, 2}, {512, 2, 2}};

void resnet8_build(net_builder *b) {
  static const resnet_stage stages[] = {{16, 1, 1}, {32, 1, 2}, {64, 1, 2}};
  build_body(b, cifar_stem(b, 16), stages, 3);
}

void resnet20_build(net_builder *b) {
  static const resnet_stage stages[] = {{16, 3, 1}, {32, 3, 2}, {64, 3, 2}};
  build_body(b, cifar_stem(b, 16), stages, 3);
}

void resnet18_cifar_build(net_builder *b) {
  build_body(b, cifar_stem(b, 64), resnet18_stages, 4);
}

void resnet18_build(net_builder *b) {
  net_value x =
      net_conv(b, net_input(b), "conv1",
               (net_conv_shape){
                   .channels = 64, .kernel = 7, .stride = 2, .padding = 3, .activation = NET_RELU});
  x = net_max_pool(b, x, "maxpool", 3, 2, 1);
  build_body(b, x, resnet18_stages, 4);
}
