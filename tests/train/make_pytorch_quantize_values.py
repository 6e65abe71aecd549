#!/usr/bin/env python3
"""Writes pytorch_quantize_values.h: what PyTorch's fake quantization makes of some numbers, and
which of their gradients pass.

Needs python3-torch (tried with 1.13). Run it from anywhere: it writes beside itself. The numbers
come from the formula in make_pytorch_values.py, which qat_grid_test.cc computes too. PyTorch
rounds x · (1 / scale) to the nearest integer, halves to the even one, and adds the zero point after
it, as the trainer does; so ties need not be avoided, and the numbers have some.
"""
import pathlib
import sys

import torch

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))

from make_pytorch_values import numbers

COUNT, ROWS = 48, 3
# Scale and zero point: of a range around 0, of ReLU's output, of one that is all negative.
TENSORS = ((0.01171875, 5), (0.0078125, -128), (0.02, 127))


def literal(values):
    return "{" + ", ".join("%.9g" % x for x in values) + "}"


def inputs():
    x = torch.from_numpy(2 * numbers(1, COUNT))
    # Ties of the second grid, whose scale is a power of two.
    x[:4] = torch.tensor([0.5, 1.5, 2.5, 254.5]) * TENSORS[1][0]
    return x


def main():
    text = ["// Written by make_pytorch_quantize_values.py with PyTorch " + torch.__version__ + "."]
    outputs, gradients = [], []
    for scale, zero_point in TENSORS:
        x = inputs().requires_grad_()
        y = torch.fake_quantize_per_tensor_affine(x, scale, zero_point, -128, 127)
        y.sum().backward()
        outputs.append(literal(y.tolist()))
        gradients.append(literal(x.grad.tolist()))
    text.append("static const double kTensorScales[] = " + literal([s for s, _ in TENSORS]) + ";")
    text.append("static const int kTensorZeroPoints[] = " + literal([z for _, z in TENSORS]) + ";")
    text.append("static const double kTensorOutputs[][%d] = {%s};" % (COUNT, ",\n    ".join(outputs)))
    text.append("static const double kTensorPassed[][%d] = {%s};" % (COUNT, ",\n    ".join(gradients)))
    w = torch.from_numpy(numbers(2, COUNT)).reshape(ROWS, -1) * torch.tensor([[1.0], [1e-3], [40.0]])
    scales = w.abs().amax(1) / 127
    y = torch.fake_quantize_per_channel_affine(w, scales, torch.zeros(ROWS, dtype=torch.int32), 0, -127, 127)
    text.append("static const double kRowOutputs[%d] = %s;" % (COUNT, literal(y.flatten().tolist())))
    path = pathlib.Path(__file__).with_name("pytorch_quantize_values.h")
    path.write_text("\n".join(text) + "\n")


if __name__ == "__main__":
    main()
