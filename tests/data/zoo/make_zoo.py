"""Small versions of torchvision's networks, as PyTorch's exporter writes them (python3-torch and
python3-torchvision of Debian 12: PyTorch 1.13, torchvision 0.14).

    /usr/bin/python3 make_zoo.py [--full] [FOLDER [NAME...]]

The networks are torchvision's own code with fewer channels and blocks. Weights are random, and batch
norm has the statistics that random images gave it, changed at random. --full: the networks in their
real sizes, for trying the converter by hand.
"""
import contextlib
import functools
import os
import sys
import warnings

import torch
from torch import nn
from torchvision import models
from torchvision.models import densenet, efficientnet, mnasnet, mobilenetv2, mobilenetv3, regnet
from torchvision.models import resnet, shufflenetv2, squeezenet, vgg
from torchvision.models.googlenet import GoogLeNet
from torchvision.ops import SqueezeExcitation

warnings.filterwarnings("ignore")
CLASSES = 10


@contextlib.contextmanager
def narrow(factor):
    """Layers made meanwhile have that many times fewer channels, for what no constructor can shrink.

    Not the 3 channels of the image and the classes.
    """

    def scaled(channels):
        return channels if channels in (1, 3, CLASSES) else max(1, round(channels / factor))

    def conv(old, self, i, o, *args, groups=1, **more):
        old(self, scaled(i), scaled(o), *args, groups=scaled(groups), **more)

    def norm(old, self, features, *args, **more):
        old(self, scaled(features), *args, **more)

    def linear(old, self, i, o, *args, **more):
        old(self, scaled(i), scaled(o), *args, **more)

    kinds = [(nn.Conv2d, conv), (nn.BatchNorm2d, norm), (nn.Linear, linear)]
    originals = [kind.__init__ for kind, _ in kinds]
    try:
        for (kind, replacement), original in zip(kinds, originals):
            kind.__init__ = functools.partialmethod(functools.partial(_call, replacement, original))
        yield
    finally:
        for (kind, _), original in zip(kinds, originals):
            kind.__init__ = original


def _call(replacement, original, self, *args, **more):
    replacement(original, self, *args, **more)


# ---- The networks --------------------------------------------------------------------------------


def mobilenet_v2():
    setting = [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 1, 2], [6, 64, 1, 2]]
    with narrow(8):
        return mobilenetv2.MobileNetV2(num_classes=CLASSES, inverted_residual_setting=setting)


def mobilenet_v3(arch, factor, blocks):
    setting, last = mobilenetv3._mobilenet_v3_conf(arch)
    with narrow(factor):
        return mobilenetv3.MobileNetV3([setting[i] for i in blocks], last, num_classes=CLASSES)


def shufflenet_v2():
    return shufflenetv2.ShuffleNetV2([2, 3, 2], [8, 16, 32, 48, 64], num_classes=CLASSES)


def densenet_small():
    return densenet.DenseNet(8, (2, 3, 2, 2), 16, bn_size=2, num_classes=CLASSES)


def efficientnet_b0():
    conf = functools.partial(efficientnet.MBConvConfig, width_mult=1.0, depth_mult=1.0)
    setting = [conf(1, 3, 1, 32, 16, 1), conf(6, 3, 2, 16, 24, 2), conf(6, 5, 2, 24, 40, 1),
               conf(6, 3, 2, 40, 80, 1), conf(6, 5, 1, 80, 112, 1)]
    with narrow(8):
        return efficientnet.EfficientNet(setting, dropout=0.2, num_classes=CLASSES)


def efficientnet_lite():
    """As the Lite variants: ReLU6 in place of SiLU, no squeeze-and-excitation."""
    net = efficientnet_b0()
    for module in list(net.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, SqueezeExcitation):
                setattr(module, name, nn.Identity())
            elif isinstance(child, nn.SiLU):
                setattr(module, name, nn.ReLU6())
    return net


def regnet_small(se_ratio):
    params = regnet.BlockParams.from_init_params(depth=5, w_0=16, w_a=8.0, w_m=2.0, group_width=8, se_ratio=se_ratio)
    norm = functools.partial(nn.BatchNorm2d, eps=1e-05, momentum=0.1)
    return regnet.RegNet(params, num_classes=CLASSES, stem_width=8, norm_layer=norm)


def googlenet_small():
    with narrow(16):
        return GoogLeNet(CLASSES, aux_logits=False, init_weights=False)


def mnasnet_small():
    with narrow(10):
        return mnasnet.MNASNet(0.5, num_classes=CLASSES)


def squeezenet_small(version):
    with narrow(8):
        return squeezenet.SqueezeNet(version, num_classes=CLASSES)


def resnet_small(block, first, factor=16, **more):
    with narrow(factor):
        return resnet.ResNet(block, [first, 1, 1, 1], num_classes=CLASSES, **more)


def vgg_small(batch_norm):
    features = vgg.make_layers([8, "M", 16, 16, "M", 8, "M"], batch_norm)
    with narrow(64):
        return vgg.VGG(features, num_classes=CLASSES)


# Name: how it is made, and the size of its images.
ZOO = {
    "densenet": (densenet_small, 32),
    "efficientnet_b0": (efficientnet_b0, 64),
    "efficientnet_lite": (efficientnet_lite, 64),
    "googlenet": (googlenet_small, 64),
    "mnasnet": (mnasnet_small, 64),
    "mobilenet_v2": (mobilenet_v2, 32),
    "mobilenet_v3_large": (lambda: mobilenet_v3("mobilenet_v3_large", 8, [0, 1, 3, 4, 6, 7, 10]), 64),
    "mobilenet_v3_small": (lambda: mobilenet_v3("mobilenet_v3_small", 8, [0, 1, 2, 3, 4, 6, 8]), 64),
    "regnet_x": (lambda: regnet_small(None), 64),
    "regnet_y": (lambda: regnet_small(0.25), 64),
    "resnet_basic": (lambda: resnet_small(resnet.BasicBlock, 2), 64),
    "resnet_bottleneck": (lambda: resnet_small(resnet.Bottleneck, 1, 20), 64),
    "resnext": (lambda: resnet_small(resnet.Bottleneck, 1, groups=32, width_per_group=2), 64),
    "shufflenet_v2": (shufflenet_v2, 64),
    "squeezenet_1_0": (lambda: squeezenet_small("1_0"), 64),
    "squeezenet_1_1": (lambda: squeezenet_small("1_1"), 64),
    # Its pool before the classifier, to 7x7, is an ONNX operator for multiples of 7 alone.
    "vgg": (lambda: vgg_small(False), 56),
    "vgg_bn": (lambda: vgg_small(True), 56),
}
# Exported with their batch norms, which the exporter would else fold into convolutions.
UNFOLDED = {"mnasnet", "regnet_x", "resnet_bottleneck"}

FULL = ["alexnet", "convnext_tiny", "densenet121", "efficientnet_b0", "efficientnet_v2_s", "googlenet", "inception_v3",
        "mnasnet0_5", "mnasnet1_0", "mobilenet_v2", "mobilenet_v3_large", "mobilenet_v3_small", "regnet_x_400mf",
        "regnet_y_400mf", "resnet18", "resnet50", "resnext50_32x4d", "shufflenet_v2_x0_5", "shufflenet_v2_x1_0",
        "squeezenet1_0", "squeezenet1_1", "vgg11", "vgg16_bn", "wide_resnet50_2"]


# ---- Weights and export --------------------------------------------------------------------------


def settle(net, size):
    """Gives batch norms the statistics of random images, then changes them, so that no layer dies and none is trivial."""
    norms = [m for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = None  # the average of all passes
        norm.reset_running_stats()
        nn.init.uniform_(norm.weight, 0.5, 1.5)
        nn.init.normal_(norm.bias, 0.5, 0.25)
    net.train()
    with torch.no_grad():
        for _ in range(4):
            net(torch.randn(16, 3, size, size))
        for norm in norms:
            norm.running_mean += 0.1 * norm.running_var.sqrt() * torch.randn_like(norm.running_mean)
            norm.running_var *= 0.75 + 0.5 * torch.rand_like(norm.running_var)
        for module in net.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)) and module.bias is not None:
                nn.init.normal_(module.bias, 0, 0.1)
    return net.eval()


def export(net, size, path, folded=True):
    mode = torch.onnx.TrainingMode.EVAL if folded else torch.onnx.TrainingMode.PRESERVE
    torch.onnx.export(net, torch.randn(1, 3, size, size), path, opset_version=13, training=mode,
                      input_names=["input"], output_names=["output"])
    print(path, os.path.getsize(path))


def export_full(folder, names):
    for name in names or FULL:
        more = {"init_weights": False, "aux_logits": True} if name in ("googlenet", "inception_v3") else {}
        net = models.get_model(name, weights=None, **more)
        export(net.eval(), 299 if name == "inception_v3" else 224, f"{folder}/{name}.onnx")


def main(arguments):
    full = "--full" in arguments
    folder, *names = [a for a in arguments if a != "--full"] or ["."]
    if full:
        return export_full(folder, names)
    for name, (make, size) in ZOO.items():
        if names and name not in names:
            continue
        torch.manual_seed(7)
        export(settle(make(), size), size, f"{folder}/{name}.onnx", name not in UNFOLDED)


if __name__ == "__main__":
    main(sys.argv[1:])
