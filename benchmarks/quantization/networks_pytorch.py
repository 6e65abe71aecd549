"""The trained networks in PyTorch, from a run folder of octavo-train: float, and in the form that
eager quantization asks for."""
import json
import pathlib
import sys

import torch
from torch import nn
from torch.ao.nn.quantized import FloatFunctional

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))

import mobilenet_pytorch as mobilenet  # noqa: E402
import resnet_pytorch as resnet  # noqa: E402
import safetensors_reader  # noqa: E402


class QuantizableBlock(resnet.Block):
    """As in torchvision.models.quantization: the sum has an observer of its own."""

    def __init__(self, inputs, channels, stride):
        super().__init__(inputs, channels, stride)
        self.add_relu = FloatFunctional()

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.add_relu.add_relu(y, x if self.downsample is None else self.downsample(x))


class QuantizableInvertedResidual(mobilenet.InvertedResidual):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.add = FloatFunctional()

    def forward(self, x):
        return self.add.add(x, self.conv(x)) if self.adds else self.conv(x)


def make(name, classes, quantizable=False):
    """The network without its weights; None if PyTorch's side has none of that name."""
    if name == "mobilenetv2":
        block = QuantizableInvertedResidual if quantizable else mobilenet.InvertedResidual
        return mobilenet.MobileNetV2(classes, block)
    if name in resnet.NETWORKS:
        return resnet.ResNet(name, classes, QuantizableBlock if quantizable else resnet.Block)
    return None


class Run:
    """A run folder: network, weights, mean and std."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        self.settings = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        self.network = self.settings["settings"]["network"]
        self.classes = self.settings["data"]["classes"]
        self.size = self.settings["data"]["size"]
        self.mean = torch.tensor(self.settings["data"]["mean"]).view(1, 3, 1, 1)
        self.std = torch.tensor(self.settings["data"]["std"]).view(1, 3, 1, 1)
        self.weights = {
            name: torch.frombuffer(bytearray(data), dtype=torch.float32).view(shape)
            for name, (shape, data) in
            safetensors_reader.read(folder / "weights.safetensors").items()}
        self.check()

    def check(self):
        width = float(self.settings["settings"].get("width", 1))
        if make(self.network, 2) is None or width != 1:
            raise ValueError(f"expected a network of resnet_pytorch.py or mobilenetv2 of width 1, "
                             f"found {self.network} of width {width:g}")

    def net(self, quantizable=False):
        """In inference mode, with the run's weights."""
        net = make(self.network, self.classes, quantizable)
        wrong = net.load_state_dict(self.weights, strict=False)
        missing = [n for n in wrong.missing_keys if not n.endswith(".num_batches_tracked")]
        if missing or wrong.unexpected_keys:
            raise ValueError(f"weights.safetensors: expected {missing[:3]}, found "
                             f"{wrong.unexpected_keys[:3]}")
        return net.eval()

    def normalise(self, pixels):
        return (pixels.float() / 255 - self.mean) / self.std


def fusions(net):
    """Lists of modules that become one: convolution, batch norm and the ReLU that follows. ReLU6
    stays alone, since PyTorch fuses none."""
    children = {}
    for name, module in net.named_modules():
        parent, _, own = name.rpartition(".")
        children.setdefault(parent, []).append((own, name, module))
    found = []
    for parts in children.values():
        for (_, first, conv), (_, second, norm), *more in zip(parts, parts[1:], parts[2:] + [None]):
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                relu = [more[0][1]] if more[0] and isinstance(more[0][2], nn.ReLU) else []
                found.append([first, second] + relu)
    return found
