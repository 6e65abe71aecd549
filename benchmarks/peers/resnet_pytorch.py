"""The residual networks of train/resnet.c in PyTorch: the same layers, names and first weights."""
import torch
from torch import nn

# channels, blocks and stride of each stage
WIDE = ((64, 2, 1), (128, 2, 2), (256, 2, 2), (512, 2, 2))
NETWORKS = {
    # stem channels, 7x7 stem with max pooling, stages
    "resnet8": (16, False, ((16, 1, 1), (32, 1, 2), (64, 1, 2))),
    "resnet20": (16, False, ((16, 3, 1), (32, 3, 2), (64, 3, 2))),
    "resnet18": (64, True, WIDE),
    "resnet18-cifar": (64, False, WIDE),
}


class Block(nn.Module):
    """As torchvision's BasicBlock, ReLU in place too."""

    def __init__(self, inputs, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1 or inputs != channels:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        y += x if self.downsample is None else self.downsample(x)
        return self.relu(y)


class ResNet(nn.Module):
    def __init__(self, name, classes=10, block=Block):
        super().__init__()
        channels, large_stem, stages = NETWORKS[name]
        if large_stem:
            self.conv1 = nn.Conv2d(3, channels, 7, 2, 3, bias=False)
        else:
            self.conv1 = nn.Conv2d(3, channels, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1) if large_stem else nn.Identity()
        self.stages = len(stages)
        for number, (width, blocks, stride) in enumerate(stages, 1):
            layer = nn.Sequential()
            for i in range(blocks):
                layer.append(block(channels, width, stride if i == 0 else 1))
                channels = width
            setattr(self, f"layer{number}", layer)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(channels, classes)
        self.initialize()

    def initialize(self):
        """As initialize() in train/optimizer.c. PyTorch's own start of a linear layer is the same:
        even in +-1/sqrt(inputs)."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for number in range(1, self.stages + 1):
            x = getattr(self, f"layer{number}")(x)
        return self.fc(torch.flatten(self.avgpool(x), 1))
