/* A first look at the bytes of a protobuf message, before protobuf-c unpacks them: protobuf-c
 * recurses once per level of nesting without a limit, and allocates a struct for each message of
 * two bytes. */
#ifndef OCTAVO_CONVERTER_ONNX_WIRE_SCAN_H
#define OCTAVO_CONVERTER_ONNX_WIRE_SCAN_H

#include "runtime/error.h"

#include <protobuf-c/protobuf-c.h>

/* A plain network nests 6 deep: model, graph, node, attribute, tensor, external data. */
#define WIRE_MAX_DEPTH    24u
#define WIRE_MAX_MESSAGES (1u << 22)

/* Walks the message and all messages in it that its descriptor knows: keys and lengths must be well
 * formed and in bounds, depth and number of messages limited. Errors: FORMAT, which says where. */
octavo_status wire_scan(const ProtobufCMessageDescriptor *descriptor, const uint8_t *data,
                        size_t size, octavo_error *error);

#endif
