#!/usr/bin/env python3
"""Writes pytorch_values.h: training steps of three networks as PyTorch takes them, and three of its
SGD on two numbers, one with weight decay and one without.

Needs python3-torch (tried with 1.13). Run it from anywhere: it writes beside itself. Weights and
images come from a formula that pytorch_test.cc computes too, so that no data has to be stored.
"""
import pathlib
import sys

for folder in "peers", "quantization":
    sys.path.insert(0, str(pathlib.Path(__file__).parent.parent.parent / "benchmarks" / folder))
sys.dont_write_bytecode = True

import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

from mobilenet_pytorch import MobileNetV2
from resnet_pytorch import ResNet

BATCH, CLASSES = 16, 10


def numbers(stream, count):
    """Numbers in [-1, 1), the same as Numbers() in pytorch_test.cc."""
    k = np.arange(count, dtype=np.uint64)
    bits = (k * 2654435761 + stream * 40503 + 12345) & 0xFFFFFFFF
    bits = ((bits ^ (bits >> np.uint64(15))) * 2246822519) & 0xFFFFFFFF
    bits ^= bits >> np.uint64(13)
    return (bits.astype(np.float64) / 2**31 - 1.0).astype(np.float32)


class AirbenchBlock(nn.Module):
    def __init__(self, inputs, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, channels, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels, momentum=0.4)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels, momentum=0.4)

    def forward(self, x):
        x = F.gelu(self.norm1(F.max_pool2d(self.conv1(x), 2)))
        return F.gelu(self.norm2(self.conv2(x)))


class Airbench94(nn.Module):
    def __init__(self):
        super().__init__()
        self.whiten = nn.Conv2d(3, 24, 2)
        self.block1 = AirbenchBlock(24, 64)
        self.block2 = AirbenchBlock(64, 256)
        self.block3 = AirbenchBlock(256, 256)
        self.head = nn.Linear(256, CLASSES, bias=False)
        for name, p in self.named_parameters():
            p.requires_grad = name != "whiten.weight" and not (
                "norm" in name and name.endswith("weight"))

    def forward(self, x):
        x = self.block3(self.block2(self.block1(F.gelu(self.whiten(x)))))
        return self.head(F.max_pool2d(x, 3).flatten(1)) / 9


def is_norm(net, name):
    return isinstance(net.get_submodule(name.rpartition(".")[0]), nn.BatchNorm2d)


def set_weights(net):
    """Tensors are numbered in the order of their names, those that are not trained too."""
    for stream, (name, p) in enumerate(sorted(net.named_parameters())):
        scale = 0.1 if p.dim() == 1 else (3.0 / (p.numel() // p.shape[0])) ** 0.5
        shift = 1.0 if is_norm(net, name) and name.endswith("weight") else 0.0
        values = np.float32(shift) + np.float32(scale) * numbers(stream, p.numel())
        p.data = torch.from_numpy(values.reshape(p.shape))


def sgd_steps(nesterov):
    """The two numbers after each step; optimizer_test.cc has the same gradients."""
    decayed = nn.Parameter(torch.tensor([0.5]))
    spared = nn.Parameter(torch.tensor([-1.25]))
    optimizer = torch.optim.SGD(
        [{"params": [decayed], "weight_decay": 0.1}, {"params": [spared], "weight_decay": 0.0}],
        lr=0.25, momentum=0.9, nesterov=nesterov)
    rows = []
    for gradient in (1.0, -0.5, 0.25):
        decayed.grad = torch.tensor([gradient])
        spared.grad = torch.tensor([gradient])
        optimizer.step()
        rows.append("{%.8f, %.8f}" % (decayed.item(), spared.item()))
    return "{" + ", ".join(rows) + "}"


def make_groups(net, rate, shift_rate):
    """Batch norms and biases do not decay; the shifts have a rate of their own."""
    trained = [(name, p) for name, p in net.named_parameters() if p.requires_grad]
    shifts = [p for name, p in trained if is_norm(net, name) and name.endswith("bias")]
    decayed = [p for _, p in trained if p.dim() > 1]
    others = [p for name, p in trained
              if p.dim() == 1 and not (is_norm(net, name) and name.endswith("bias"))]
    return [{"params": decayed, "weight_decay": 5e-4}, {"params": others},
            {"params": shifts, "lr": rate * shift_rate}]


def train(net, size, steps, rate, shift_rate):
    """The losses of all steps, and the logits of the first image after two."""
    set_weights(net)
    optimizer = torch.optim.SGD([g for g in make_groups(net, rate, shift_rate) if g["params"]],
                                lr=rate, momentum=0.9, nesterov=True)
    labels = torch.arange(BATCH) % CLASSES
    losses = []
    for step in range(steps):
        image = torch.from_numpy(
            numbers(1000 + step % 4, BATCH * 3 * size * size).reshape(BATCH, 3, size, size))
        loss = F.cross_entropy(net(image), labels, label_smoothing=0.1)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step == 1:  # later, rounding has grown too much to tell it from a mistake
            net.eval()
            with torch.no_grad():
                logits = net(image)[0].tolist()
            net.train()
    return losses, logits


def main():
    torch.set_num_threads(2)
    text = ["// Written by make_pytorch_values.py with PyTorch " + torch.__version__ + "."]
    # MobileNetV2 multiplies rounding so much that float32 and float64 part after two steps.
    for name, net, size, steps, rate, shift_rate in [("Resnet8", ResNet("resnet8", CLASSES), 16, 20, 0.05, 1),
                                                     ("Mobilenetv2", MobileNetV2(CLASSES, width=0.25), 32, 2, 0.005, 1),
                                                     ("Airbench94", Airbench94(), 32, 20, 0.05, 64)]:
        losses, logits = train(net, size, steps, rate, shift_rate)
        text.append("static const double k%sLosses[] = {%s};"
                    % (name, ", ".join("%.7f" % x for x in losses)))
        text.append("static const double k%sLogits[] = {%s};"
                    % (name, ", ".join("%.6f" % x for x in logits)))
    text.append("static const double kSgdPlain[3][2] = " + sgd_steps(False) + ";")
    text.append("static const double kSgdNesterov[3][2] = " + sgd_steps(True) + ";")
    pathlib.Path(__file__).with_name("pytorch_values.h").write_text("\n".join(text) + "\n")


if __name__ == "__main__":
    main()
