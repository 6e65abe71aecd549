/* The networks that the benchmarks measure, by name. */
#ifndef OCTAVO_BENCHMARKS_NETWORKS_NETWORKS_H
#define OCTAVO_BENCHMARKS_NETWORKS_NETWORKS_H

#include "builder.h"

typedef struct network {
  const char *name;
  const char *summary;
  uint32_t size, classes;        /* unless the user says otherwise */
  void (*build)(net_builder *b); /* calls the net_ functions from net_input to net_output */
} network;

extern const network networks[];
extern const size_t network_count;

/* NULL if there is none of that name. */
const network *network_find(const char *name);

/* One function per network. */
void resnet8_build(net_builder *b);
void resnet20_build(net_builder *b);
void resnet18_build(net_builder *b);
void resnet18_cifar_build(net_builder *b);
void mobilenetv1_build(net_builder *b);
void mobilenetv2_build(net_builder *b);
void vgg11_build(net_builder *b);
void squeezenet_build(net_builder *b);

#endif
