"""Models that must be refused, one fault each, and files that are no models (python3-onnx of Debian 12).

    /usr/bin/python3 make_bad.py [FOLDER]
"""
import os
import struct
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FOLDER = sys.argv[1] if len(sys.argv) > 1 else "bad"
os.makedirs(FOLDER, exist_ok=True)
W = numpy_helper.from_array(np.ones((2, 3, 1, 1), np.float32), "w")
CONV = helper.make_node("Conv", ["input", "w"], ["y"], name="conv")


def value(name, shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def save(name, nodes=(CONV,), inputs=(("input", ["N", 3, 4, 4]),), outputs=("y",), constants=(W,), opset=13, change=None,
         kind=TensorProto.FLOAT, opsets=None):
    graph = helper.make_graph(list(nodes), "g", [value(n, s, kind) for n, s in inputs], [value(o, None) for o in outputs],
                              list(constants))
    model = helper.make_model(graph, opset_imports=opsets or [helper.make_opsetid("", opset)])
    model.ir_version = 8
    if change:
        change(model)
    data = model.SerializeToString()
    with open(f"{FOLDER}/{name}.onnx", "wb") as file:
        file.write(data)
    return data


def raw(name, data):
    with open(f"{FOLDER}/{name}.onnx", "wb") as file:
        file.write(data)


def tensor(name, dims, data=b"", kind=TensorProto.FLOAT, **fields):
    t = onnx.TensorProto(name=name, dims=dims, data_type=kind, **fields)
    if "float_data" not in fields and "data_location" not in fields:
        t.raw_data = data
    return t


def node(op, inputs, outputs, name=None, **attributes):
    return helper.make_node(op, inputs, outputs, name=name or op.lower(), **attributes)


def external(path, **more):
    t = onnx.TensorProto(name="w", dims=[2, 3, 1, 1], data_type=TensorProto.FLOAT, data_location=TensorProto.EXTERNAL)
    for key, text in dict(location=path, **more).items():
        t.external_data.append(onnx.StringStringEntryProto(key=key, value=str(text)))
    return t


good = save("good")

# No ONNX at all.
raw("empty", b"")
raw("octavo", b"\x89OCTAVO\n" + bytes(120))
raw("pytorch", b"PK\x03\x04" + bytes(60))
raw("pickle", b"\x80\x02}q\x00.")
raw("html", b"\n<!DOCTYPE html><html><body>404</body></html>")
raw("lfs", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n")
raw("safetensors", struct.pack("<Q", 20) + b'{"a":{"dtype":"F32"}}')
raw("text", b"hello, this is no model\n")
raw("tflite", b"\x1c\0\0\0TFL3" + bytes(40))

# Bytes.
raw("cut", good[:len(good) // 2])


def field(number, data):
    length, size = b"", len(data)
    while True:
        length += bytes([size & 127 | (128 if size > 127 else 0)])
        size >>= 7
        if not size:
            return bytes([number << 3 | 2]) + length + data


graph = b""
for _ in range(60):
    graph = field(1, field(5, field(6, graph)))  # node, attribute, g
raw("nested", field(7, graph))
raw("length", bytes([7 << 3 | 2]) + b"\xff\xff\xff\xff\xff\xff\xff\xff\x7f" + b"x")

# Graph.
save("no_graph", change=lambda m: m.ClearField("graph"))
save("no_nodes", nodes=())
save("no_opset", opsets=[helper.make_opsetid("com.other", 1)])
save("opset_8", opset=8)
save("opset_99", opset=99)
save("no_input", inputs=(), nodes=[node("Conv", ["w", "w"], ["y"])])
save("no_output", outputs=())
save("output_missing", outputs=("z",))
save("output_twice", outputs=("y", "y"))
save("output_constant", outputs=("w",))
save("missing_initializer", constants=())
save("cycle", nodes=[node("Add", ["input", "b"], ["a"], "first"), node("Relu", ["a"], ["b"], "second")], outputs=("b",))
save("value_twice", nodes=[CONV, node("Relu", ["input"], ["y"])])
save("initializer_twice", constants=(W, W))
save("name_control", nodes=[node("Relu", ["input"], ["y"], "a\x1b[2J")])
save("name_long", nodes=[node("Relu", ["input"], ["y"], "n" * 2000)])
save("mask", nodes=[node("Dropout", ["input"], ["d", "mask"]), node("Relu", ["mask"], ["y"])])
save("unsupported", nodes=[node("Sinh", ["input"], ["a"], "/a/Sinh"), node("Sinh", ["a"], ["b"], "/b/Sinh"),
                           node("Fancy", ["b"], ["c"], "/c", domain="com.other"), node("Relu", ["c"], ["d"]),
                           node("MaxPool", ["input"], ["e"], "/pool", kernel_shape=[1, 2000], pads=[0, 1000, 0, 1000]),
                           node("Mul", ["d", "e"], ["y"], "/mul")])

# Inputs.
save("input_dynamic", inputs=(("input", ["N", 3, "height", 4]),))
save("input_negative", inputs=(("input", ["N", 3, -4, 4]),))
save("input_huge", inputs=(("input", ["N", 3, 2 ** 40, 2 ** 40]),))
save("input_uint8", kind=TensorProto.UINT8)
save("input_no_shape", change=lambda m: m.graph.input[0].type.tensor_type.ClearField("shape"))

# Initializers.
save("weights_negative", constants=(tensor("w", [2, -3, 1, 1], bytes(24)),))
save("weights_overflow", constants=(tensor("w", [2 ** 62, 2 ** 62, 4, 4], bytes(24)),))
save("weights_huge", constants=(tensor("w", [2 ** 30, 3, 1, 1], bytes(24)),))
save("weights_short", constants=(tensor("w", [2, 3, 1, 1], bytes(20)),))
save("weights_typed_short", constants=(tensor("w", [2, 3, 1, 1], float_data=[1.0] * 5),))
save("weights_string", constants=(tensor("w", [2, 3, 1, 1], kind=TensorProto.STRING),))
save("weights_nan", constants=(tensor("w", [2, 3, 1, 1], struct.pack("<6f", 1, 2, float("nan"), 4, 5, 6)),))
save("weights_rank", constants=(tensor("w", [6], bytes(24)),))
save("external_missing", constants=(external("nowhere.bin"),))
save("external_outside", constants=(external("../good.onnx"),))
save("external_absolute", constants=(external("/etc/hostname"),))
save("external_short", constants=(external("weights.bin", offset=8, length=24),))
save("external_good", constants=(external("weights.bin", offset=4, length=24),))
with open(f"{FOLDER}/weights.bin", "wb") as file:
    file.write(struct.pack("<7f", 9, 1, 2, 3, 4, 5, 6))

# Nodes.
save("conv_channels", inputs=(("input", ["N", 4, 4, 4]),))
save("conv_groups", nodes=[node("Conv", ["input", "w"], ["y"], group=2)])
save("conv_kernel", nodes=[node("Conv", ["input", "w"], ["y"], kernel_shape=[3, 3])])
save("conv_pads", nodes=[node("Conv", ["input", "w"], ["y"], pads=[0, -1, 0, 0])])
save("conv_stride", nodes=[node("Conv", ["input", "w"], ["y"], strides=[0, 1])])
save("conv_too_small", constants=(tensor("w", [2, 3, 5, 5], bytes(600)),))
save("conv_3d", inputs=(("input", ["N", 3, 4, 4, 4]),))
save("attribute_type", nodes=[node("Conv", ["input", "w"], ["y"], group=1.5)])
save("reshape_count", nodes=[node("Reshape", ["input", "s"], ["y"])],
     constants=(numpy_helper.from_array(np.array([1, 47], np.int64), "s"),))
save("reshape_batch", nodes=[node("Reshape", ["input", "s"], ["y"])],
     constants=(numpy_helper.from_array(np.array([48, 1], np.int64), "s"),))
save("joined_orders", nodes=[CONV, node("Flatten", ["input"], ["a"]), node("Flatten", ["y"], ["b"]),
                             node("Concat", ["a", "b"], ["joined"], axis=1)], outputs=("joined",))


def one(name, op, *lists, outputs=("y",), opset=13, **attributes):
    """One node on the input 1 x 3 x 4 x 4 and constant lists; None: left out."""
    constants = [numpy_helper.from_array(np.array(values, np.float32 if any(isinstance(v, float) for v in values) else np.int64),
                                         f"c{i}") for i, values in enumerate(lists) if values is not None]
    inputs = ["input"] + ["" if values is None else f"c{i}" for i, values in enumerate(lists)]
    save(name, nodes=[node(op, inputs, list(outputs), **attributes)], constants=constants, outputs=outputs[:1], opset=opset)


one("split_sum", "Split", [1, 1], outputs=("y", "z"), axis=1)
one("split_negative", "Split", [-1, 4], outputs=("y", "z"), axis=1)
one("split_count", "Split", [1, 1, 1], outputs=("y", "z"), axis=1)
one("split_uneven", "Split", outputs=("y", "z"), axis=1)
one("split_batch", "Split", outputs=("y",))
one("split_name", "Split", [1, 2], outputs=("y", "z\x1b"), axis=1)
one("slice_empty", "Slice", [2], [2], [1])
one("slice_backwards", "Slice", [2], [0], [1], [-1])
one("slice_batch", "Slice", [0], [1], [0])
one("gather_uneven", "Gather", [0, 2, 1], axis=1)
one("gather_outside", "Gather", [3], axis=1)
one("gather_batch", "Gather", [0])
one("resize_scale", "Resize", None, [1.0, 1.0, -2.0, 2.0])
one("resize_scales", "Resize", None, [1.0, 2.0, 2.0])
one("resize_size", "Resize", None, None, [1, 3, 0, 4])
one("resize_neither", "Resize", None, None)
one("resize_cubic", "Resize", None, [1.0, 1.0, 2.0, 2.0], mode="cubic")
one("resize_crop", "Resize", None, [1.0, 1.0, 2.0, 2.0], coordinate_transformation_mode="tf_crop_and_resize")
one("resize_channels", "Resize", None, [1.0, 2.0, 2.0, 2.0])
one("resize_antialias", "Resize", None, [1.0, 1.0, 2.0, 2.0], opset=18, mode="linear", antialias=1)
one("upsample_opset_10", "Upsample", [1.0, 1.0, 2.0, 2.0], opset=10)
one("depth_block", "DepthToSpace", blocksize=0)
one("depth_channels", "DepthToSpace", blocksize=2)
one("space_size", "SpaceToDepth", blocksize=3)
save("constant_bomb", nodes=[node("ConstantOfShape", ["s"], [f"c{i}"], f"bomb{i}") for i in range(4)] + [CONV],
     constants=(W, numpy_helper.from_array(np.array([10000, 10000], np.int64), "s")))
