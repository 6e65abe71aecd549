"""Small networks as PyTorch's exporter writes them (python3-torch of Debian 12, PyTorch 1.13).

    /usr/bin/python3 make_torch.py [FOLDER]
"""
import sys
import warnings

import torch
from torch import nn
import torch.nn.functional as F

warnings.filterwarnings("ignore")
torch.manual_seed(7)
FOLDER = sys.argv[1] if len(sys.argv) > 1 else "."


def conv_bn(i, o, kernel=3, stride=1, groups=1, act=nn.ReLU):
    layers = [nn.Conv2d(i, o, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(o)]
    return nn.Sequential(*layers, *([act()] if act else []))


class BasicBlock(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.conv1 = conv_bn(i, o, 3, stride)
        self.conv2 = conv_bn(o, o, act=None)
        self.down = conv_bn(i, o, 1, stride, act=None) if stride != 1 or i != o else nn.Identity()

    def forward(self, x):
        return F.relu(self.conv2(self.conv1(x)) + self.down(x))


class ResNet(nn.Module):
    """ImageNet stem, view(x.size(0), -1) before the classifier."""

    def __init__(self):
        super().__init__()
        self.stem = conv_bn(3, 8, 7, 2)
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.blocks = nn.Sequential(BasicBlock(8, 8, 1), BasicBlock(8, 12, 2))
        self.gap = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(12, 5)

    def forward(self, x):
        x = self.gap(self.blocks(self.pool(self.stem(x))))
        return self.fc(x.view(x.size(0), -1))


class InvertedResidual(nn.Module):
    def __init__(self, i, o, stride, expand):
        super().__init__()
        hidden = i * expand
        self.body = nn.Sequential(
            conv_bn(i, hidden, 1, act=nn.ReLU6),
            conv_bn(hidden, hidden, 3, stride, hidden, act=nn.ReLU6),
            nn.Conv2d(hidden, o, 1, bias=False), nn.BatchNorm2d(o))
        self.add = stride == 1 and i == o

    def forward(self, x):
        return x + self.body(x) if self.add else self.body(x)


class MobileNetV2(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            conv_bn(3, 8, 3, 2, act=nn.ReLU6), InvertedResidual(8, 8, 1, 3), InvertedResidual(8, 12, 2, 3),
            InvertedResidual(12, 12, 1, 3), conv_bn(12, 24, 1, act=nn.ReLU6))
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(24, 6))

    def forward(self, x):
        return self.classifier(self.features(x).mean([2, 3]))


class Fire(nn.Module):
    def __init__(self, i, squeeze, expand):
        super().__init__()
        self.squeeze = nn.Conv2d(i, squeeze, 1)
        self.expand1 = nn.Conv2d(squeeze, expand, 1)
        self.expand3 = nn.Conv2d(squeeze, expand, 3, padding=1)

    def forward(self, x):
        x = F.relu(self.squeeze(x))
        return torch.cat([F.relu(self.expand1(x)), F.relu(self.expand3(x))], 1)


class SqueezeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3, 2), nn.ReLU(), nn.MaxPool2d(3, 2, ceil_mode=True), Fire(8, 4, 6), Fire(12, 4, 6),
            nn.MaxPool2d(3, 2, ceil_mode=True), Fire(12, 4, 8))
        self.classifier = nn.Sequential(nn.Dropout(), nn.Conv2d(16, 7, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1))

    def forward(self, x):
        return torch.flatten(self.classifier(self.features(x)), 1)


class VGG(nn.Module):
    """Fully connected over channels x height x width, in that order."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 8, 3, padding=1),
            nn.ReLU(), nn.MaxPool2d(2))
        self.classifier = nn.Sequential(
            nn.Linear(8 * 4 * 3, 20), nn.BatchNorm1d(20), nn.ReLU(), nn.Dropout(), nn.Linear(20, 5))

    def forward(self, x):
        return F.softmax(self.classifier(torch.flatten(self.features(x), 1)), dim=1)


class DenseNet(nn.Module):
    """Norm, ReLU, convolution over concatenations: batch norm that no convolution before can take."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.layers = nn.ModuleList(
            nn.Sequential(nn.BatchNorm2d(8 + 4 * k), nn.ReLU(), nn.Conv2d(8 + 4 * k, 8, 1, bias=False),
                          nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 4, 3, padding=1, bias=False)) for k in range(3))
        self.transition = nn.Sequential(nn.BatchNorm2d(20), nn.ReLU(), nn.Conv2d(20, 10, 1, bias=False), nn.AvgPool2d(2))
        self.norm = nn.BatchNorm2d(10)
        self.fc = nn.Linear(10, 4)

    def forward(self, x):
        x = self.stem(x)
        for layer in self.layers:
            x = torch.cat([x, layer(x)], 1)
        x = F.relu(self.norm(self.transition(x)))
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))


class Mixed(nn.Module):
    """Preprocessing in the network, grouped and dilated convolutions, pools of every rounding, two outputs."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor([0.5, 0.4, 0.3]).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor([0.2, 0.3, 0.25]).view(1, 3, 1, 1))
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1)
        self.grouped = nn.Conv2d(8, 12, 3, padding=2, dilation=2, groups=4)
        self.even = nn.Conv2d(12, 6, (2, 4), stride=(1, 2), padding=(1, 0))
        self.scale = nn.Parameter(torch.tensor(0.7))
        self.fc = nn.Linear(6, 3, bias=False)

    def forward(self, x):
        x = self.conv1((x - self.mean) / self.std)
        x = F.relu6(x) * self.scale
        x = F.avg_pool2d(x, 3, 2, padding=1, ceil_mode=True, count_include_pad=True)
        x = F.pad(F.relu(self.grouped(x)), (1, 0, 2, 1))
        x = F.max_pool2d(x, (3, 2), (2, 1))
        x = self.even(x)
        middle = F.avg_pool2d(x, 2, 1, padding=1, count_include_pad=False)
        x = middle.view(1, 6, -1).mean(2)
        return self.fc(torch.clamp(x, -0.5, 0.5)), middle


def shuffle(x, groups):
    """torchvision's channel_shuffle."""
    n, c, h, w = x.size()
    return torch.transpose(x.view(n, groups, c // groups, h, w), 1, 2).contiguous().view(n, -1, h, w)


class ShuffleUnit(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        half = o // 2
        self.stride = stride
        self.side = nn.Sequential(
            nn.Conv2d(i, i, 3, stride, 1, groups=i, bias=False), nn.BatchNorm2d(i), conv_bn(i, half, 1)) if stride > 1 else None
        inner = i if stride > 1 else half
        self.body = nn.Sequential(
            conv_bn(inner, half, 1), nn.Conv2d(half, half, 3, stride, 1, groups=half, bias=False), nn.BatchNorm2d(half),
            conv_bn(half, half, 1))

    def forward(self, x):
        if self.stride == 1:
            kept, used = x.chunk(2, dim=1)
            return shuffle(torch.cat((kept, self.body(used)), dim=1), 2)
        return shuffle(torch.cat((self.side(x), self.body(x)), dim=1), 2)


class ShuffleNetV2(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = conv_bn(3, 8, 3, 2)
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.stage = nn.Sequential(ShuffleUnit(8, 12, 2), ShuffleUnit(12, 12, 1), ShuffleUnit(12, 12, 1))
        self.conv5 = conv_bn(12, 20, 1)
        self.fc = nn.Linear(20, 6)

    def forward(self, x):
        return self.fc(self.conv5(self.stage(self.pool(self.conv1(x)))).mean([2, 3]))


class Inception(nn.Module):
    """GoogLeNet: channels taken apart and scaled (transform_input), branches side by side."""

    def __init__(self):
        super().__init__()
        self.conv1 = conv_bn(3, 8, 7, 2)
        self.branches = nn.ModuleList([
            conv_bn(8, 4, 1), nn.Sequential(conv_bn(8, 4, 1), conv_bn(4, 6, 3)), nn.Sequential(conv_bn(8, 3, 1), conv_bn(3, 4, 3)),
            nn.Sequential(nn.MaxPool2d(3, 1, 1, ceil_mode=True), conv_bn(8, 4, 1))])
        self.fc = nn.Linear(18, 5)

    def forward(self, x):
        parts = [torch.unsqueeze(x[:, k], 1) * (0.2 + 0.1 * k) / 0.5 + (0.4 - 0.1 * k - 0.5) / 0.5 for k in range(3)]
        x = F.max_pool2d(self.conv1(torch.cat(parts, 1)), 3, 2, ceil_mode=True)
        x = torch.cat([branch(x) for branch in self.branches], 1)
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))


class Upscale(nn.Module):
    """Resizes of every kind that PyTorch exports, pixel shuffles, parts of images."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)

    def forward(self, x):
        x = F.relu(self.conv(x))
        y = F.interpolate(x, scale_factor=2, mode="nearest")
        y = y + F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        y = y + F.interpolate(x, size=(14, 20), mode="bilinear", align_corners=True)
        y = y + F.pixel_shuffle(F.pad(torch.cat([x] * 4, 1), (0, 0, 0, 0)), 2)
        small = F.interpolate(y, size=(5, 9), mode="bilinear", align_corners=False)
        part = y[:, 1:-2, ::3, 4:]
        return y, small, part, F.pixel_unshuffle(y, 2), part.mean(1), part.mean(2, keepdim=True), part.flatten(1)


def randomize(net):
    """Batch norms that do something: statistics and factors away from 0 and 1."""
    for m in net.modules():
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            m.running_mean.uniform_(-0.5, 0.5)
            m.running_var.uniform_(0.3, 1.5)
            nn.init.uniform_(m.weight, -1.5, 1.5)
            nn.init.uniform_(m.bias, -0.5, 0.5)
    return net


def export(name, net, shape, opset=13, folded=True, dynamic=True):
    net = randomize(net).eval()
    torch.onnx.export(
        net, torch.randn(1, *shape), f"{FOLDER}/{name}.onnx", opset_version=opset,
        training=torch.onnx.TrainingMode.EVAL if folded else torch.onnx.TrainingMode.PRESERVE,
        do_constant_folding=folded, input_names=["input"],
        dynamic_axes={"input": {0: "batch"}} if dynamic else None)


export("resnet", ResNet(), (3, 32, 32))
export("resnet_unfolded", ResNet(), (3, 32, 32), opset=9, folded=False)
export("mobilenet_v2", MobileNetV2(), (3, 16, 16))
export("mobilenet_v2_opset9", MobileNetV2(), (3, 16, 16), opset=9, folded=False)
export("squeezenet", SqueezeNet(), (3, 32, 31), opset=11)
export("vgg", VGG(), (3, 16, 12), opset=17)
export("densenet", DenseNet(), (3, 8, 8), opset=12)
export("mixed", Mixed(), (3, 17, 19), opset=16, dynamic=False)
export("shufflenet", ShuffleNetV2(), (3, 32, 32))
export("shufflenet_opset12", ShuffleNetV2(), (3, 32, 32), opset=12, folded=False)
export("inception", Inception(), (3, 24, 24))
export("upscale", Upscale(), (3, 7, 10))
export("upscale_opset16", Upscale(), (3, 7, 10), opset=16, dynamic=False)
