"""Networks that are quantized already, as ONNX Runtime's quantizer and PyTorch's exporter write them
(python3-onnx and python3-torch of Debian 12), and ones that must be refused, one fault each.

    /usr/bin/python3 make_quantized.py [FOLDER]
"""
import copy
import os
import sys
import warnings

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

warnings.filterwarnings("ignore")
FOLDER = sys.argv[1] if len(sys.argv) > 1 else "."
BAD = os.path.join(FOLDER, "bad")
os.makedirs(BAD, exist_ok=True)
rng = np.random.default_rng(11)


class Model:
    """Nodes and constants, with the operators of quantization in short."""

    def __init__(self, opset=13, kind=np.uint8):
        self.nodes, self.constants, self.opset, self.kind = [], [], opset, kind

    def constant(self, name, array):
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def node(self, op, inputs, output, domain="", **attributes):
        self.nodes.append(helper.make_node(op, inputs, [output], name=output + "_" + op.lower(), domain=domain, **attributes))
        return output

    def scale(self, name, scale, zero_point=0, kind=None):
        kind = kind or self.kind
        return [self.constant(name + "_scale", np.asarray(scale, np.float32)),
                self.constant(name + "_zero_point", np.asarray(zero_point, kind))]

    def quantize(self, x, scale, zero_point):
        """QuantizeLinear and DequantizeLinear: a new value."""
        s = self.scale(x, scale, zero_point)
        self.node("QuantizeLinear", [x] + s, x + "_q")
        return self.node("DequantizeLinear", [x + "_q"] + s, x + "_dq")

    def weights(self, name, shape, axis=0, kind=np.int8, zero_point=0, limit=127):
        """Integers behind DequantizeLinear; `axis` None: one scale."""
        count = 1 if axis is None else shape[axis]
        scales = (rng.uniform(0.5, 1.5, count) / np.sqrt(np.prod(shape[1:])) / 60).astype(np.float32)
        q = rng.integers(-limit, limit + 1, shape) + (128 if kind == np.uint8 else 0)
        s = self.scale(name, scales[0] if axis is None else scales, zero_point if axis is None else [zero_point] * count, kind)
        more = {} if axis is None else {"axis": axis}
        self.node("DequantizeLinear", [self.constant(name + "_q", q.astype(kind))] + s, name, **more)
        return name, scales

    def bias(self, name, input_scale, scales):
        s = np.float32(input_scale) * scales
        q = rng.integers(-4000, 4000, len(scales)).astype(np.int32)
        more = {"axis": 0} if len(scales) > 1 else {}
        zero = self.scale(name, s if len(s) > 1 else s[0], [0] * len(s) if len(s) > 1 else 0, np.int32)
        return self.node("DequantizeLinear", [self.constant(name + "_q", q)] + zero, name, **more)

    def save(self, path, outputs, shape=("N", 3, 8, 8), kind=TensorProto.FLOAT, microsoft=False):
        values = [helper.make_tensor_value_info(o, t, None) for o, t in outputs]
        graph = helper.make_graph(self.nodes, "g", [helper.make_tensor_value_info("input", kind, shape)], values, self.constants)
        opsets = [helper.make_opsetid("", self.opset)] + ([helper.make_opsetid("com.microsoft", 1)] if microsoft else [])
        model = helper.make_model(graph, opset_imports=opsets)
        model.ir_version = 8 if self.opset > 12 else 5
        onnx.save(model, os.path.join(FOLDER, path))


FLOAT, UINT8 = TensorProto.FLOAT, TensorProto.UINT8


# ---- Between QuantizeLinear and DequantizeLinear ----

def qdq(path, opset, kind, per_channel=True):
    """A stem, a pool that inherits, a residual block, a concatenation of different scales, a classifier."""
    m = Model(opset, kind)
    low = 128 if kind == np.int8 else 0
    axis = 0 if per_channel else None
    x = m.quantize("input", 0.016, 120 - low)
    w, s = m.weights("stem.weight", (8, 3, 3, 3), axis)
    y = m.node("Conv", [x, w, m.bias("stem.bias", 0.016, s)] if per_channel else [x, w], "stem", pads=[1, 1, 1, 1])
    y = m.node("Relu", [y], "stem_relu")
    x = m.quantize(y, 0.013, 0 - low)
    x = m.node("MaxPool", [x], "pool", kernel_shape=[2, 2], strides=[2, 2])
    w, s = m.weights("conv1.weight", (8, 8, 3, 3), axis)
    y = m.node("Conv", [x, w], "conv1", pads=[1, 1, 1, 1])
    a = m.quantize(y, 0.011, 130 - low)
    y = m.node("Relu", [m.node("Add", [x, a], "add")], "add_relu")
    x = m.quantize(y, 0.015, 0 - low)
    w, s = m.weights("conv2.weight", (4, 8, 1, 1), axis)
    # The ReLU is in the zero point alone.
    b = m.quantize(m.node("Conv", [x, w], "conv2"), 0.007, 0 - low)
    # Another scale for the same values than the convolution before read.
    c = m.node("Concat", [x, b], "concat", axis=1)
    x = m.quantize(c, 0.0152, 3 - low)
    x = m.quantize(m.node("GlobalAveragePool", [x], "mean"), 0.006, 5 - low)
    x = m.node("Flatten", [x], "flatten", axis=1)
    w, s = m.weights("fc.weight", (12, 5), 1 if per_channel else None)
    bias = m.bias("fc.bias", 0.006, s) if per_channel else m.constant("fc.bias", rng.normal(0, 0.1, 5).astype(np.float32))
    y = m.node("Gemm", [x, w, bias], "fc")
    m.quantize(y, 0.03, 128 - low)
    m.save(path, [("fc_dq", FLOAT)])


qdq("qdq_uint8.onnx", 13, np.uint8)
qdq("qdq_int8.onnx", 19, np.int8)
qdq("qdq_opset10.onnx", 10, np.uint8, per_channel=False)


def qdq_mixed():
    """Weights whose zero point is not 0, and a layer whose result is not quantized: float32."""
    m = Model()
    x = m.quantize("input", 0.016, 120)
    w, _ = m.weights("plain.weight", (4, 3, 1, 1))
    x = m.quantize(m.node("Conv", [x, w], "plain"), 0.01, 128)
    w, _ = m.weights("shifted.weight", (4, 4, 1, 1), None, np.uint8, 120)
    x = m.quantize(m.node("Conv", [x, w], "shifted"), 0.008, 128)
    w, _ = m.weights("unsigned.weight", (6, 4, 3, 3), None, np.uint8, 128)
    x = m.quantize(m.node("Conv", [x, w], "unsigned"), 0.009, 128)
    w, _ = m.weights("last.weight", (2, 6, 6, 6), None)
    m.node("Conv", [x, w], "last")
    m.save("qdq_mixed.onnx", [("last", FLOAT)])


qdq_mixed()


def qdq_weights():
    """Weights as float32 in front of both nodes, as fake quantization is exported; MatMul and Add."""
    m = Model(kind=np.int8)
    x = m.quantize("input", 0.016, -5)
    scales = m.scale("conv.weight", rng.uniform(0.007, 0.009, 6), [0] * 6)
    w = m.constant("conv.weight", rng.normal(0, 0.2, (6, 3, 3, 3)).astype(np.float32))
    m.node("QuantizeLinear", [w] + scales, "w_q", axis=0)
    m.node("DequantizeLinear", ["w_q"] + scales, "w_dq", axis=0)
    x = m.node("Relu", [m.node("Conv", [x, "w_dq"], "conv")], "relu")
    x = m.quantize(x, 0.01, -128)
    x = m.node("Reshape", [x, m.constant("shape", np.array([0, -1], np.int64))], "reshape")
    w, _ = m.weights("fc.weight", (216, 7), 1)
    y = m.node("Add", [m.node("MatMul", [x, w], "fc"), m.constant("fc.bias", rng.normal(0, 0.1, 7).astype(np.float32))], "sum")
    m.quantize(y, 0.02, 3)
    m.save("qdq_weights.onnx", [("sum_dq", FLOAT)])


qdq_weights()


# ---- Operators on integers ----

def integer_weights(m, name, shape, kind, count):
    q = rng.integers(-63, 64, shape) + (128 if kind == np.uint8 else 0)
    scales = (rng.uniform(0.5, 1.5, count) / np.sqrt(np.prod(shape[1:])) / 40).astype(np.float32)
    zero = np.full(count, 128 if kind == np.uint8 else 0, kind)
    return [m.constant(name, q.astype(kind))] + m.scale(name, scales if count > 1 else scales[0], zero if count > 1 else zero[0], kind)


def qoperator():
    m = Model()
    ms = "com.microsoft"
    scale = {}

    def result(name, s, z):
        scale[name] = m.scale(name, s, z)
        return scale[name]

    def read(name):
        return [name] + scale[name]

    m.node("QuantizeLinear", ["input"] + result("x", 0.016, 120), "x")
    w = integer_weights(m, "conv1.weight", (8, 3, 3, 3), np.uint8, 1)
    bias = m.constant("conv1.bias", rng.integers(-3000, 3000, 8).astype(np.int32))
    m.node("QLinearConv", read("x") + w + result("conv1", 0.012, 0) + [bias], "conv1", pads=[1, 1, 1, 1])
    scale["pool"] = scale["conv1"]
    m.node("MaxPool", ["conv1"], "pool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    w = integer_weights(m, "depthwise.weight", (8, 1, 3, 3), np.int8, 8)
    m.node("QLinearConv", read("pool") + w + result("depthwise", 0.011, 118), "depthwise", pads=[1, 1, 1, 1], group=8)
    m.node("QLinearAdd", read("pool") + read("depthwise") + result("add", 0.014, 60), "add", ms)
    m.node("QLinearAveragePool", read("add") + result("average", 0.012, 50), "average", ms, kernel_shape=[2, 2], strides=[1, 1])
    w = integer_weights(m, "point.weight", (5, 8, 1, 1), np.int8, 5)
    m.node("QLinearConv", read("average") + w + result("point", 0.009, 128), "point")
    m.node("QLinearConcat", result("concat", 0.013, 70) + read("average") + read("point"), "concat", ms, axis=1)
    m.node("QLinearGlobalAveragePool", read("concat") + result("mean", 0.008, 64), "mean", ms)
    scale["flat"] = scale["mean"]
    m.node("Flatten", ["mean"], "flat", axis=1)
    w = integer_weights(m, "hidden.weight", (13, 6), np.int8, 6)
    m.node("QGemm", read("flat") + w + [m.constant("hidden.bias", rng.integers(-2000, 2000, 6).astype(np.int32))] +
           result("hidden", 0.006, 100), "hidden", ms, transB=0)
    w = integer_weights(m, "last.weight", (6, 4), np.int8, 1)
    m.node("QLinearMatMul", read("hidden") + w + result("last", 0.004, 120), "last")
    m.node("DequantizeLinear", read("last"), "y")
    m.save("qoperator.onnx", [("y", FLOAT)], microsoft=True)


qoperator()


def lone_quantize():
    m = Model()
    m.node("QuantizeLinear", ["input"] + m.scale("y", 0.02, 100), "y")
    m.save("lone_quantize.onnx", [("y", UINT8)])


lone_quantize()


# ---- Faults ----

def bad(name, change):
    m = Model()
    x = m.quantize("input", 0.016, 120)
    w, s = m.weights("conv.weight", (4, 3, 1, 1))
    m.quantize(m.node("Conv", [x, w, m.bias("conv.bias", 0.016, s)], "conv"), 0.01, 128)
    change(m)
    values = [helper.make_tensor_value_info("conv_dq", FLOAT, None)]
    graph = helper.make_graph(m.nodes, "g", [helper.make_tensor_value_info("input", FLOAT, ("N", 3, 4, 4))], values, m.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.save(model, os.path.join(BAD, name + ".onnx"))


def replace(name, array):
    def change(m):
        at = [c.name for c in m.constants].index(name)
        m.constants[at] = numpy_helper.from_array(np.asarray(array), name)
    return change


def set_axis(axis):
    def change(m):
        for node in m.nodes:
            for attribute in node.attribute:
                if node.output[0] == "conv.weight" and attribute.name == "axis":
                    attribute.i = axis
    return change


f32 = np.float32
bad("quantize_scale_zero", replace("input_scale", f32(0)))
bad("quantize_scale_negative", replace("conv_scale", f32(-0.01)))
bad("quantize_scale_nan", replace("conv.weight_scale", np.array([0.1, np.nan, 0.1, 0.1], f32)))
bad("quantize_scale_infinite", replace("conv.weight_scale", np.array([0.1, 0.1, 0.1, np.inf], f32)))
bad("quantize_scale_denormal", replace("input_scale", f32(1e-40)))
bad("quantize_scale_count", replace("conv.weight_scale", np.full(3, 0.1, f32)))
bad("quantize_scale_rank", replace("conv.weight_scale", np.full((2, 2), 0.1, f32)))
bad("quantize_scale_integer", replace("input_scale", np.int32(1)))
bad("quantize_zero_point_type", replace("conv.weight_zero_point", np.zeros(4, np.uint8)))
bad("quantize_zero_point_count", replace("conv.weight_zero_point", np.zeros(3, np.int8)))
bad("quantize_axis", set_axis(4))
bad("quantize_activation_per_channel", lambda m: (replace("input_scale", np.full(3, 0.1, f32))(m),
                                                  replace("input_zero_point", np.full(3, 120, np.uint8))(m)))


# ---- Batch normalization ----

def qdq_batch_norm():
    """Quantized weights with batch normalization behind them, as in training."""
    m = Model(kind=np.int8)
    x = m.quantize("input", 0.016, -5)
    for name, shape, axis in (("first", (6, 3, 3, 3), 0), ("second", (5, 6, 1, 1), None)):
        w, _ = m.weights(name + ".weight", shape, axis)
        y = m.node("Conv", [x, w], name)
        count = shape[0]
        values = rng.uniform(0.5, 1.5, count) * np.where(np.arange(count) % 3 == 1, -1, 1), rng.normal(0, 0.3, count), \
            rng.normal(0, 0.2, count), rng.uniform(0.5, 1.5, count)
        parameters = [m.constant(f"{name}.bn{i}", v.astype(np.float32)) for i, v in enumerate(values)]
        y = m.node("Relu", [m.node("BatchNormalization", [y] + parameters, name + "_bn")], name + "_relu")
        x = m.quantize(y, 0.015, -128)
    m.save("qdq_batch_norm.onnx", [("second_relu_dq", FLOAT)])


qdq_batch_norm()


# ---- PyTorch ----

def from_torch():
    import torch
    from torch import nn
    from torch.ao.quantization import get_default_qconfig_mapping
    from torch.ao.quantization.quantize_fx import convert_fx, prepare_fx

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU())
            self.pool = nn.MaxPool2d(2)
            self.block = nn.Sequential(nn.Conv2d(8, 16, 1), nn.BatchNorm2d(16), nn.ReLU6(),
                                       nn.Conv2d(16, 16, 3, 1, 1, groups=16), nn.BatchNorm2d(16), nn.ReLU(),
                                       nn.Conv2d(16, 8, 1), nn.BatchNorm2d(8))
            self.gap = nn.AdaptiveAvgPool2d(1)
            self.fc = nn.Linear(8, 5)

        def forward(self, x):
            x = self.pool(self.stem(x))
            y = torch.relu(x + self.block(x))
            return self.fc(torch.flatten(self.gap(y), 1))

    torch.backends.quantized.engine = "qnnpack"
    for qconfig, name in (("qnnpack", "per_tensor"), ("fbgemm", "per_channel")):
        torch.manual_seed(3)
        net = Net().eval()
        for part in net.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.running_mean.uniform_(-0.2, 0.2)
                part.running_var.uniform_(0.5, 1.5)
        images = torch.rand(32, 3, 16, 16) * 4 - 2
        prepared = prepare_fx(copy.deepcopy(net), get_default_qconfig_mapping(qconfig), (images,))
        with torch.no_grad():
            prepared(images)
        torch.onnx.export(convert_fx(prepared), images[:1], os.path.join(FOLDER, f"torch_{name}.onnx"), opset_version=13,
                          input_names=["input"], output_names=["logits"])


from_torch()
