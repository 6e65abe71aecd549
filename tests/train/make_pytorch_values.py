#!/usr/bin/env python3
"""Writes pytorch_values.h: twenty training steps of ResNet-8 as PyTorch takes them, and three of
its SGD on two numbers, one with weight decay and one without.

Needs python3-torch (tried with 1.13). Run it from anywhere: it writes beside itself. Weights and
images come from a formula that pytorch_test.cc computes too, so that no data has to be stored.
"""
import pathlib

import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

STEPS, BATCH, SIZE, CLASSES = 20, 16, 16, 10


def numbers(stream, count):
    """Numbers in [-1, 1), the same as Numbers() in pytorch_test.cc."""
    k = np.arange(count, dtype=np.uint64)
    bits = (k * 2654435761 + stream * 40503 + 12345) & 0xFFFFFFFF
    bits = ((bits ^ (bits >> np.uint64(15))) * 2246822519) & 0xFFFFFFFF
    bits ^= bits >> np.uint64(13)
    return (bits.astype(np.float64) / 2**31 - 1.0).astype(np.float32)


class Block(nn.Module):
    def __init__(self, inputs, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1 or inputs != channels:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet8(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(Block(16, 16, 1))
        self.layer2 = nn.Sequential(Block(16, 32, 2))
        self.layer3 = nn.Sequential(Block(32, 64, 2))
        self.fc = nn.Linear(64, CLASSES)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(x.mean((2, 3)))


def set_weights(net):
    """Tensors are numbered in the order of their names."""
    for stream, (_, p) in enumerate(sorted(net.named_parameters())):
        values = numbers(stream, p.numel())
        if p.dim() == 1:
            scale, shift = (0.1, 0.0)
        else:
            scale, shift = ((3.0 / (p.numel() // p.shape[0])) ** 0.5, 0.0)
        if "bn" in _ or "downsample.1" in _:
            shift = 1.0 if _.endswith("weight") else 0.0
        values = np.float32(shift) + np.float32(scale) * values
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


def main():
    torch.set_num_threads(2)
    net = ResNet8()
    set_weights(net)
    decayed = [p for p in net.parameters() if p.dim() > 1]
    spared = [p for p in net.parameters() if p.dim() == 1]
    optimizer = torch.optim.SGD(
        [{"params": decayed, "weight_decay": 5e-4}, {"params": spared, "weight_decay": 0.0}],
        lr=0.05, momentum=0.9, nesterov=True)
    labels = torch.arange(BATCH) % CLASSES
    losses = []
    for step in range(STEPS):
        image = torch.from_numpy(
            numbers(1000 + step % 4, BATCH * 3 * SIZE * SIZE).reshape(BATCH, 3, SIZE, SIZE))
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
    text = ["// Written by make_pytorch_values.py with PyTorch " + torch.__version__ + ".",
            "static const double kLosses[] = {" + ", ".join("%.7f" % x for x in losses) + "};",
            "static const double kLogits[] = {" + ", ".join("%.6f" % x for x in logits) + "};",
            "static const double kSgdPlain[3][2] = " + sgd_steps(False) + ";",
            "static const double kSgdNesterov[3][2] = " + sgd_steps(True) + ";", ""]
    pathlib.Path(__file__).with_name("pytorch_values.h").write_text("\n".join(text))


if __name__ == "__main__":
    main()
