"""The MobileNetV2 of train/mobilenet.c in PyTorch: torchvision's layers and names, the strides for
images of up to 64 x 64 (the first convolution and the stage of 24 channels keep the size)."""
import torch
from torch import nn

# expansion, channels, blocks, stride of each stage
STAGES = ((1, 16, 1, 1), (6, 24, 2, 1), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
          (6, 320, 1, 1))


def convolution_norm(inputs, channels, kernel=3, stride=1, groups=1):
    return nn.Sequential(
        nn.Conv2d(inputs, channels, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(channels), nn.ReLU6(inplace=True))


class InvertedResidual(nn.Module):
    def __init__(self, inputs, channels, stride, expansion):
        super().__init__()
        hidden = inputs * expansion
        parts = [convolution_norm(inputs, hidden, 1)] if expansion != 1 else []
        parts += [convolution_norm(hidden, hidden, 3, stride, hidden),
                  nn.Conv2d(hidden, channels, 1, bias=False), nn.BatchNorm2d(channels)]
        self.conv = nn.Sequential(*parts)
        self.adds = stride == 1 and inputs == channels

    def forward(self, x):
        return x + self.conv(x) if self.adds else self.conv(x)


def scaled(channels, width):
    """torchvision's: multiples of 8, not more than a tenth below."""
    result = max(8, int(channels * width + 4) // 8 * 8)
    return result if result >= 0.9 * channels * width else result + 8


class MobileNetV2(nn.Module):
    def __init__(self, classes=10, block=InvertedResidual, width=1.0):
        super().__init__()
        channels = scaled(32, width)
        features = [convolution_norm(3, channels)]
        for expansion, outputs, blocks, stride in STAGES:
            for i in range(blocks):
                inputs, channels = channels, scaled(outputs, width)
                features.append(block(inputs, channels, stride if i == 0 else 1, expansion))
        features.append(convolution_norm(channels, 1280, 1))
        self.features = nn.Sequential(*features)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        # Where torchvision has the linear layer, behind dropout, which does nothing here.
        self.classifier = nn.Sequential(nn.Identity(), nn.Linear(1280, classes))

    def forward(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))
