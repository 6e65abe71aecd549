"""Small networks written node by node, as tf2onnx and other exporters write them (python3-onnx of Debian 12).

    /usr/bin/python3 make_onnx.py [FOLDER]
"""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FOLDER = sys.argv[1] if len(sys.argv) > 1 else "."
RANDOM = np.random.RandomState(3)


class Net:
    def __init__(self, name, shape, opset=13, batch="N"):
        self.name, self.opset = name, opset
        self.nodes, self.constants, self.count = [], [], 0
        self.input = helper.make_tensor_value_info("input", TensorProto.FLOAT, [batch] + shape)

    def const(self, value, dtype=np.float32, name=None):
        name = name or f"const_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype=dtype), name))
        return name

    def weights(self, *shape):
        return self.const(RANDOM.uniform(-1, 1, shape) / np.sqrt(np.prod(shape[1:]) or 1))

    def vector(self, n, low=-0.5, high=0.5):
        return self.const(RANDOM.uniform(low, high, n))

    def op(self, kind, *inputs, outputs=1, named=True, **attributes):
        self.count += 1
        out = [f"{kind}_{self.count}:{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), out, name=f"model/{kind}_{self.count}" if named else "",
                                           **attributes))
        return out[0] if outputs == 1 else out

    def save(self, *outputs):
        graph = helper.make_graph(
            self.nodes, self.name, [self.input],
            [helper.make_tensor_value_info(o, TensorProto.FLOAT, None) for o in outputs], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)])
        model.ir_version = 8 if self.opset > 8 else 3
        onnx.save(model, f"{FOLDER}/{self.name}.onnx")


def keras():
    """NHWC input, transposes around each convolution, bias as Add in NHWC, SAME padding at stride 2, MatMul + BiasAdd."""
    n = Net("keras", [15, 16, 3], opset=13)
    x = n.op("Sub", n.op("Mul", "input", n.const(2.0)), n.const([1.0, 0.9, 0.8]))
    x = n.op("Transpose", x, perm=[0, 3, 1, 2])
    x = n.op("Conv", x, n.weights(8, 3, 3, 3), strides=[2, 2], auto_pad="SAME_UPPER", kernel_shape=[3, 3])
    x = n.op("Transpose", x, perm=[0, 2, 3, 1])
    x = n.op("Add", x, n.vector(8))
    x = n.op("Relu", x)
    x = n.op("Pad", x, n.const([0, 0, 0, 0, 0, 1, 1, 0], np.int64), mode="constant")
    x = n.op("Transpose", x, perm=[0, 3, 1, 2])
    x = n.op("Conv", x, n.weights(8, 1, 3, 3), group=8, strides=[2, 2], pads=[0, 0, 0, 0], kernel_shape=[3, 3])
    x = n.op("Add", x, n.const(RANDOM.uniform(-1, 1, (1, 8, 1, 1))))
    x = n.op("BatchNormalization", x, n.vector(8), n.vector(8), n.vector(8), n.vector(8, 0.5, 1.0), epsilon=1e-3)
    x = n.op("Transpose", x, perm=[0, 2, 3, 1])
    x = n.op("Clip", x, n.const(0.0), n.const(6.0))
    y = n.op("Transpose", n.op("Conv", n.op("Transpose", x, perm=[0, 3, 1, 2]), n.weights(4, 8, 1, 1)), perm=[0, 2, 3, 1])
    x = n.op("Concat", x, y, axis=3)
    x = n.op("Transpose", x, perm=[0, 3, 1, 2])
    x = n.op("GlobalAveragePool", x)
    x = n.op("Squeeze", x, n.const([2, 3], np.int64))
    x = n.op("Add", n.op("MatMul", x, n.weights(12, 5)), n.vector(5))
    n.save(n.op("Softmax", x, axis=-1))


def keras_flatten():
    """Flatten of an NHWC image into MatMul; one-channel input reshaped instead of transposed; unnamed nodes."""
    n = Net("keras_flatten", [10, 12, 1], opset=11)
    x = n.op("Reshape", "input", n.const([-1, 1, 10, 12], np.int64), named=False)
    x = n.op("Relu", n.op("Conv", x, n.weights(4, 1, 3, 3), n.vector(4), auto_pad="SAME_LOWER", strides=[2, 2],
                          kernel_shape=[3, 3], named=False), named=False)
    x = n.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2], auto_pad="VALID", named=False)
    x = n.op("Transpose", x, perm=[0, 2, 3, 1], named=False)
    x = n.op("Reshape", x, n.const([-1, 2 * 3 * 4], np.int64), named=False)
    x = n.op("Relu", n.op("Add", n.op("MatMul", x, n.weights(24, 7), named=False), n.vector(7), named=False))
    x = n.op("Gemm", x, n.weights(7, 3), n.const(0.25), alpha=0.5, beta=2.0)
    n.save(n.op("Softmax", x, axis=1))


def keras_mean():
    """ReduceMean in NHWC with kept dimensions, a 1 x 1 convolution as classifier, Reshape of its result."""
    n = Net("keras_mean", [8, 8, 3], opset=18)
    x = n.op("Transpose", "input", perm=[0, 3, 1, 2])
    x = n.op("Relu", n.op("Conv", x, n.weights(6, 3, 3, 3), n.vector(6), pads=[1, 1, 1, 1]))
    x = n.op("Transpose", x, perm=[0, 2, 3, 1])
    x = n.op("ReduceMean", x, n.const([1, 2], np.int64), keepdims=1)
    x = n.op("Transpose", x, perm=[0, 3, 1, 2])
    x = n.op("Conv", x, n.weights(5, 6, 1, 1), n.vector(5))
    n.save(n.op("Reshape", x, n.const([0, 5], np.int64)))


def shape_arithmetic():
    """view(x.size(0), -1) and more of the kind; Sum; ReduceMean over negative axes; constants as nodes."""
    n = Net("shape_arithmetic", [3, 9, 9], opset=12)
    x = n.op("Conv", "input", n.weights(4, 3, 3, 3), n.vector(4), dilations=[2, 2])
    y = n.op("Sum", x, n.op("Relu", x), n.op("Mul", n.op("Identity", x), n.const(0.5)))
    mean = n.op("ReduceMean", y, axes=[-1, -2], keepdims=0)
    size = n.op("Gather", n.op("Shape", y), n.op("Constant", value=helper.make_tensor("c", TensorProto.INT64, [], [0])))
    rest = n.op("Mul", n.op("Gather", n.op("Shape", y), n.const(2, np.int64)), n.const(5, np.int64))
    shape = n.op("Concat", n.op("Unsqueeze", size, axes=[0]), n.const([-1], np.int64), axis=0)
    flat = n.op("Reshape", y, shape)
    back = n.op("Reshape", flat, n.op("Concat", n.op("Slice", n.op("Shape", y), n.const([0], np.int64), n.const([2], np.int64),
                                                     n.const([0], np.int64)), n.op("Unsqueeze", rest, axes=[0]), axis=0))
    pooled = n.op("Unsqueeze", n.op("ReduceMean", back, axes=[2], keepdims=1), axes=[3])
    head = n.op("Flatten", n.op("Sub", n.const(1.0), pooled))
    weights = n.op("Transpose", n.weights(6, 100), perm=[1, 0])
    joined = n.op("Concat", mean, head, n.op("Add", n.op("MatMul", flat, weights), n.vector(6)), axis=1)
    n.save(n.op("Div", joined, n.const([2.0])))


def pools():
    """Ceil mode, dilation, global maximum, padding before pools, asymmetric padding; four outputs in NCHW."""
    n = Net("pools", [4, 11, 10], opset=13, batch=1)
    a = n.op("MaxPool", "input", kernel_shape=[3, 2], strides=[2, 3], ceil_mode=1, pads=[1, 0, 0, 1])
    b = n.op("AveragePool", "input", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1, pads=[1, 1, 1, 1])
    c = n.op("MaxPool", "input", kernel_shape=[2, 3], dilations=[3, 2])
    zeros = n.const([0, 0, 1, 1, 0, 0, 1, 0], np.int64)
    d = n.op("MaxPool", n.op("Pad", "input", zeros), kernel_shape=[3, 3], strides=[2, 2])
    e = n.op("MaxPool", n.op("Pad", n.op("Relu", "input"), zeros), kernel_shape=[3, 3], strides=[2, 2])
    f = n.op("AveragePool", n.op("Pad", "input", zeros), kernel_shape=[2, 2], strides=[2, 2], auto_pad="SAME_UPPER")
    g = n.op("AveragePool", n.op("Pad", "input", zeros, n.const(0.5)), kernel_shape=[3, 3])
    h = n.op("AveragePool", n.op("Pad", "input", zeros), kernel_shape=[3, 3], strides=[2, 1])
    i = n.op("GlobalMaxPool", "input")
    j = n.op("Pad", "input", n.const([0, 1, 0, 0, 0, 2, 0, 0], np.int64), n.const(-1.5))
    k = n.op("AveragePool", "input", kernel_shape=[11, 10])
    m = n.op("AveragePool", "input", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1, pads=[1, 1, 1, 1], count_include_pad=1)
    o = n.op("MaxPool", "input", kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1, pads=[1, 1, 1, 1])
    n.save(a, b, c, d, e, f, g, h, i, j, k, m, o)


def affine():
    """Batch norm and arithmetic in every place: before, between, behind layers, with padding, on rows."""
    n = Net("affine", [2, 6, 6], opset=15)
    bn = lambda x, c: n.op("BatchNormalization", x, n.vector(c, -1, 1), n.vector(c), n.vector(c), n.vector(c, 0.4, 1.0))
    x = n.op("Div", n.op("Sub", "input", n.const(0.25)), n.const([[[0.5]], [[0.75]]]))
    padded = n.op("Conv", x, n.weights(4, 2, 3, 3), pads=[1, 1, 1, 1])
    scaled = n.op("Conv", n.op("Mul", padded, n.const(RANDOM.uniform(0.5, 2, (4, 1, 1)))), n.weights(4, 2, 3, 3), group=2,
                  pads=[0, 1, 0, 1])
    y = n.op("Relu", bn(n.op("Concat", padded, n.op("Relu", bn(padded, 4)), axis=1), 8))
    z = n.op("Conv", bn(y, 8), n.weights(4, 8, 1, 1), n.vector(4))
    low = n.op("Clip", n.op("Clip", n.op("Add", z, padded), n.const(-0.4)), n.const(-2.0), n.const(0.6))
    flat = bn(n.op("Flatten", low), 144)
    row = n.op("Gemm", flat, n.weights(5, 144), transB=1)
    row = n.op("Relu", n.op("Mul", n.op("Sub", n.const(RANDOM.uniform(-1, 1, (1, 5))), n.op("Relu", row)), n.const(3.0)))
    n.save(row, scaled)


keras()
keras_flatten()
keras_mean()
shape_arithmetic()
pools()
affine()


def element_types():
    """Weights in other types and in the typed fields of the file; ReLU6 as attributes; NHWC flattened after an add."""
    n = Net("element_types", [2, 4, 4], opset=9)
    values = RANDOM.uniform(-1, 1, (3, 2, 1, 1))
    half = n.op("Cast", n.const(values, np.float16), to=TensorProto.FLOAT)
    double = n.op("Cast", n.const(RANDOM.uniform(-1, 1, (3, 2, 1, 1)), np.float64), to=TensorProto.FLOAT)
    whole = n.op("Cast", n.const([[[[1]], [[-2]]], [[[3]], [[4]]], [[[-5]], [[6]]]], np.int32), to=TensorProto.FLOAT)
    n.constants.append(helper.make_tensor("typed", TensorProto.FLOAT, [3, 2, 1, 1], [0.5, -0.25, 1.5, 2.0, -1.0, 0.75]))
    n.constants.append(helper.make_tensor("typed_half", TensorProto.FLOAT16, [3, 2, 1, 1], [1e-5, -2e-5, 3e-6, 1e-7, 7e-5, -6e-5]))
    tiny = n.op("Mul", n.op("Cast", "typed_half", to=TensorProto.FLOAT), n.const(5e4))
    sums = [n.op("Conv", "input", w) for w in (half, double, whole, "typed", tiny)]
    x = n.op("Clip", n.op("Sum", *sums), min=0.0, max=6.0)
    x = n.op("Pad", x, mode="constant", pads=[0, 0, 1, 0, 0, 0, 0, 1], value=0.5)
    x = n.op("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2])
    n.save(n.op("Softmax", x, axis=1))


element_types()


def flattened():
    """What becomes of flattened images: joined, added, scaled; rows that become NHWC images again; Squeeze without axes."""
    n = Net("flattened", [2, 4, 6], opset=13)
    a = n.op("Conv", "input", n.weights(3, 2, 3, 3), n.vector(3))
    b = n.op("Conv", "input", n.weights(3, 2, 1, 1), n.vector(3), strides=[2, 2])
    flat_a, flat_b = n.op("Flatten", a), n.op("Reshape", b, n.const([1, 18], np.int64))
    joined = n.op("Concat", flat_a, flat_b, axis=1)
    joined = n.op("Mul", joined, n.const(RANDOM.uniform(0.5, 2, (1, 42))))
    row = n.op("Relu", n.op("Gemm", joined, n.weights(42, 5), n.vector(5)))
    again = n.op("Transpose", n.op("Reshape", row, n.const([1, 1, 1, 5], np.int64)), perm=[0, 3, 1, 2])
    image = n.op("Conv", again, n.weights(4, 5, 1, 1), n.vector(4))
    short = n.op("Squeeze", image)
    twice = n.op("Add", n.op("Flatten", n.op("Relu", a)), flat_a)
    mask = n.op("Gemm", twice, n.weights(24, 4))
    n.save(n.op("Add", short, mask))


flattened()


def split(name, opset):
    """Split in each of its forms: even, uneven, with outputs that nobody reads; along every axis."""
    n = Net(name, [6, 7, 8], opset=opset)
    given = lambda x, parts, axis: (n.op("Split", x, outputs=len(parts), axis=axis, split=parts) if opset < 13 else
                                    n.op("Split", x, n.const(parts, np.int64), outputs=len(parts), axis=axis))
    a, b, c = given("input", [1, 3, 2], 1)
    d, e = given(b, [5, 2], -2)
    f = n.op("Split", e, outputs=4, axis=3) if opset < 18 else n.op("Split", e, outputs=4, axis=3, num_outputs=4)
    g = n.op("Split", d, outputs=3, axis=3, num_outputs=3) if opset >= 18 else given(d, [3, 3, 2], 3)
    n.save(n.op("Concat", a, n.op("Relu", c), axis=1), n.op("Concat", f[2], f[0], axis=3), g[2], g[0])


def slices():
    """Slice with negative indices, steps, ends far out; Gather of evenly spaced channels."""
    n = Net("slices", [5, 9, 8], opset=13)
    i64 = lambda *values: n.const(values, np.int64)
    a = n.op("Slice", "input", i64(-4, 1), i64(-1, 2 ** 62), i64(2, 3), i64(1, 3))
    b = n.op("Slice", "input", i64(0, -2, 1), i64(2 ** 31 - 1, 99, -1), i64(0, 1, -1))
    c = n.op("Slice", "input", i64(0, 0, 2), i64(2 ** 63 - 1, 3, 9))
    d = n.op("Gather", "input", i64(0, 2, -1), axis=1)
    e = n.op("Gather", "input", n.const(-3, np.int64), axis=2)
    f = n.op("Slice", "input", i64(8), i64(9), i64(2), i64(2 ** 40))
    n.save(a, b, c, d, e, f)


def resizes(name, opset):
    """Resize in each mode, with scales and sizes, larger and smaller."""
    n = Net(name, [3, 6, 10], opset=opset, batch=1)
    if opset == 9:
        ups = [n.op("Upsample", "input", n.const([1, 1, h, w]), mode=mode) for mode in ("nearest", "linear")
               for h, w in ((2, 3), (1.5, 1.25))]
        n.save(*ups)
        return
    if opset == 10:
        n.save(*[n.op("Resize", "input", n.const([1, 1, h, w]), mode=mode) for mode in ("nearest", "linear")
                 for h, w in ((2, 3), (1.5, 1.25), (0.5, 0.6))])
        return
    outputs = []
    none = n.const([]) if opset == 11 else ""
    for i, how in enumerate(("half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel")):
        for h, w in ((2.0, 3.0), (0.5, 0.75), (1.7, 1.0)):
            outputs.append(n.op("Resize", "input", none, n.const([1, 1, h, w]), mode="linear", coordinate_transformation_mode=how))
            rounding = ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")[i]
            outputs.append(n.op("Resize", "input", none, n.const([1, 1, h, w]), mode="nearest", nearest_mode=rounding,
                                coordinate_transformation_mode=how))
        sizes = n.const([9, 1], np.int64) if opset >= 18 else n.const([1, 3, 9, 1], np.int64)
        more = dict(axes=[2, -1], keep_aspect_ratio_policy="stretch") if opset >= 18 else {}
        outputs.append(n.op("Resize", "input", none, none, sizes, mode="linear", coordinate_transformation_mode=how, **more))
    n.save(*outputs)


def moved():
    """What needs a real transpose: results in the source's order, softmax over height, shuffles in groups, flattened images."""
    n = Net("moved", [6, 4, 5], opset=13)
    i64 = lambda *values: n.const(values, np.int64)
    x = n.op("Conv", "input", n.weights(6, 6, 1, 1))
    shuffled = n.op("Reshape", n.op("Transpose", n.op("Reshape", x, i64(0, 3, 2, 4, 5)), perm=[0, 2, 1, 3, 4]), i64(0, 6, 4, 5))
    flat = n.op("Flatten", x)
    padded = n.op("Pad", flat, i64(0, 1, 0, 2), n.const(0.5))
    mean = n.op("ReduceMean", n.op("Reshape", flat, i64(0, 12, 10)), axes=[1], keepdims=0)
    last = n.op("Transpose", n.op("Reshape", x, i64(0, 6, 20)), perm=[0, 2, 1])
    five = n.op("Reshape", x, i64(0, 2, 3, 2, 10))
    high = n.op("Reshape", n.op("Softmax", x, axis=2), i64(0, 6, 20))
    blocks = [n.op("DepthToSpace", n.op("Concat", x, x, axis=1), blocksize=2, mode=mode) for mode in ("DCR", "CRD")]
    fewer = n.op("SpaceToDepth", n.op("Pad", x, i64(0, 0, 0, 0, 0, 0, 0, 1)), blocksize=2)
    sums = n.op("Add", n.op("Conv", n.op("Transpose", x, perm=[0, 2, 1, 3]), n.weights(4, 4, 1, 1)),
                n.op("Reshape", n.op("Relu", x), i64(0, 4, 6, 5)))
    n.save(shuffled, flat, padded, mean, last, five, high, *blocks, fewer, sums)


for number in (11, 13, 18):
    split(f"split_opset{number}", number)
slices()
for number in (9, 10, 11, 13, 18):
    resizes(f"resize_opset{number}", number)
moved()
