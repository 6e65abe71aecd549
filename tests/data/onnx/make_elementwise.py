"""Networks of functions, products and broadcasts: PyTorch's exporter, and node by node what it does not write
(python3-torch and python3-onnx of Debian 12).

    /usr/bin/python3 make_elementwise.py [FOLDER]
"""
import sys
import warnings

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
import torch.nn.functional as F

warnings.filterwarnings("ignore")
torch.manual_seed(11)
FOLDER = sys.argv[1] if len(sys.argv) > 1 else "."
RANDOM = np.random.RandomState(11)


class Excite(nn.Module):
    """Squeeze and excitation: two 1 x 1 convolutions, or the two linear layers of the paper."""

    def __init__(self, channels, squeezed, gate, linear=False):
        super().__init__()
        self.linear = linear
        make = nn.Linear if linear else lambda i, o: nn.Conv2d(i, o, 1)
        self.fc1, self.fc2, self.gate = make(channels, squeezed), make(squeezed, channels), gate

    def forward(self, x):
        s = F.adaptive_avg_pool2d(x, 1)
        if self.linear:
            s = s.flatten(1)
        s = self.gate(self.fc2(F.relu(self.fc1(s))))
        return x * (s.view(s.size(0), -1, 1, 1) if self.linear else s)


class Block(nn.Module):
    """Expand, depthwise, excite, project, as in MobileNetV3 and EfficientNet."""

    def __init__(self, channels, act, gate, linear=False):
        super().__init__()
        hidden = channels * 2
        self.body = nn.Sequential(
            nn.Conv2d(channels, hidden, 1, bias=False), nn.BatchNorm2d(hidden), act(),
            nn.Conv2d(hidden, hidden, 3, 1, 1, groups=hidden, bias=False), nn.BatchNorm2d(hidden), act(),
            Excite(hidden, 4, gate, linear), nn.Conv2d(hidden, channels, 1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        return x + self.body(x)


class Net(nn.Module):
    def __init__(self, act, gate, linear=False):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), act())
        self.block = Block(8, act, gate, linear)
        self.head = nn.Sequential(nn.Conv2d(8, 12, 1), act())
        self.fc = nn.Linear(12, 5)

    def forward(self, x):
        return self.fc(self.head(self.block(self.stem(x))).mean([2, 3]))


class ConvNext(nn.Module):
    """Layer scale on a branch that ends in a convolution, and on one that nothing can take."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 4, 4)
        self.depthwise = nn.Conv2d(8, 8, 7, padding=3, groups=8)
        self.up, self.down = nn.Conv2d(8, 16, 1), nn.Conv2d(16, 8, 1)
        self.gamma = nn.Parameter(torch.rand(8, 1, 1) + 0.5)
        self.delta = nn.Parameter(torch.rand(8, 1, 1) + 0.5)
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        x = self.stem(x)
        x = x + self.down(F.gelu(self.up(self.depthwise(x)))) * self.gamma
        x = x + F.gelu(x, approximate="tanh") * self.delta
        return self.fc(x.mean([2, 3]))


class Functions(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3)
        self.prelu = nn.PReLU()

    def forward(self, x):
        x = self.conv(x) * 3
        return torch.cat([F.leaky_relu(x, 0.2), F.elu(x, 0.7), torch.tanh(x), torch.sigmoid(x), self.prelu(x),
                          F.hardsigmoid(x), torch.erf(x), torch.sigmoid(x) - torch.tanh(x)], 1)


def export(name, net, shape, opset):
    for m in net.modules():
        if isinstance(m, nn.BatchNorm2d):
            m.running_mean.uniform_(-0.5, 0.5)
            m.running_var.uniform_(0.3, 1.5)
            nn.init.uniform_(m.weight, -1.5, 1.5)
    torch.onnx.export(net.eval(), torch.randn(1, *shape), f"{FOLDER}/{name}.onnx", opset_version=opset,
                      input_names=["input"], dynamic_axes={"input": {0: "batch"}})


export("mobilenet_v3", Net(nn.Hardswish, nn.Hardsigmoid()), (3, 16, 16), 14)
export("mobilenet_v3_opset9", Net(nn.Hardswish, nn.Hardsigmoid()), (3, 16, 16), 9)
export("efficientnet", Net(nn.SiLU, nn.Sigmoid()), (3, 16, 16), 13)
export("excite_linear", Net(nn.ReLU, nn.Sigmoid(), linear=True), (3, 16, 16), 13)
export("convnext", ConvNext(), (3, 16, 16), 17)
export("functions", Functions(), (3, 6, 7), 16)


class Graph:
    def __init__(self, name, shape, opset):
        self.name, self.opset, self.nodes, self.constants = name, opset, [], []
        self.input = helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N"] + shape)

    def const(self, value):
        self.constants.append(numpy_helper.from_array(np.asarray(value, np.float32), f"const_{len(self.constants)}"))
        return self.constants[-1].name

    def op(self, kind, *inputs, **attributes):
        out = f"{kind}_{len(self.nodes)}"
        inputs = [i if isinstance(i, str) else self.const(i) for i in inputs]
        self.nodes.append(helper.make_node(kind, inputs, [out], name="net/" + out, **attributes))
        return out

    def save(self, *outputs):
        graph = helper.make_graph(self.nodes, self.name, [self.input],
                                  [helper.make_tensor_value_info(o, TensorProto.FLOAT, None) for o in outputs],
                                  self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)])
        model.ir_version = 8
        onnx.save(model, f"{FOLDER}/{self.name}.onnx")


def pieces():
    """Hard-swish, SiLU and GELU as products in every order."""
    g = Graph("pieces", [3, 5, 6], 13)
    x = g.op("Conv", "input", RANDOM.uniform(-1, 1, (4, 3, 1, 1)))
    clip = lambda v: g.op("Clip", g.op("Add", v, 3.0), 0.0, 6.0)
    x = g.op("Div", g.op("Mul", x, clip(x)), 6.0)
    x = g.op("Mul", g.op("Mul", clip(x), 1 / 6), x)
    x = g.op("Mul", g.op("Div", x, 6.0), clip(x))
    x = g.op("Mul", g.op("Sigmoid", x), x)
    one_plus = lambda v: g.op("Add", g.op("Erf", v), 1.0)
    x = g.op("Mul", g.op("Mul", x, 0.5), one_plus(g.op("Mul", x, np.sqrt(0.5))))
    x = g.op("Mul", x, g.op("Mul", 0.5, one_plus(g.op("Div", x, np.sqrt(2)))))
    cube = g.op("Mul", g.op("Mul", g.op("Mul", x, x), x), 0.044715)
    tanh = g.op("Add", g.op("Tanh", g.op("Mul", g.op("Add", cube, x), np.sqrt(2 / np.pi))), 1.0)
    x = g.op("Mul", 0.5, g.op("Mul", x, tanh))
    gate = g.op("Div", clip(x), 6.0)
    close = g.op("Mul", x, g.op("Clip", g.op("Add", x, 3.0), 0.0, 5.0))  # none of them
    g.save(g.op("Concat", x, gate, close, axis=1))


def broadcasts():
    """Activations of different shape added, subtracted and multiplied."""
    g = Graph("broadcasts", [3, 5, 6], 13)
    x = g.op("Conv", "input", RANDOM.uniform(-1, 1, (4, 3, 1, 1)))
    channel = g.op("GlobalAveragePool", x)
    mask = g.op("Tanh", g.op("Conv", "input", RANDOM.uniform(-1, 1, (1, 3, 1, 1))))
    number = g.op("GlobalAveragePool", mask)
    x = g.op("Sub", x, channel)
    x = g.op("Mul", mask, x)
    x = g.op("Add", number, x)
    x = g.op("Relu", g.op("Sub", channel, x))
    both = g.op("Add", mask, channel)
    x = g.op("Mul", x, both)
    row = g.op("Flatten", g.op("GlobalMaxPool", x))
    rows = g.op("Sub", g.op("Flatten", x), g.op("Flatten", number))
    g.save(x, g.op("Mul", row, g.op("Flatten", number)), g.op("Gemm", rows, RANDOM.uniform(-1, 1, (120, 3))))


def gelu():
    g = Graph("gelu", [3, 5, 6], 20)
    x = g.op("Gelu", g.op("Conv", "input", RANDOM.uniform(-1, 1, (4, 3, 1, 1))))
    g.save(g.op("Gelu", x, approximate="tanh"))


pieces()
broadcasts()
gelu()
