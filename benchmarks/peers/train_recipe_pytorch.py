#!/usr/bin/python3
"""Trains a network on CIFAR-10 in PyTorch by the same recipe as octavo-train, to compare accuracy.

The options are octavo-train's, and their defaults its `--recipe fast` for small ResNets; --like takes
all of them from the run.json of a run of octavo-train instead, and refuses what it does not know.
Computes in bfloat16 (torch.autocast) with channels-last, evaluates in float32. Needs python3-torch.
"""
import argparse
import json
import math
import pathlib
import sys
import time

sys.dont_write_bytecode = True

# `fast` for small ResNets in train/recipes.c.
FAST = {"epochs": 10, "batch": 128, "seed": 1, "lr": 0.3, "schedule": "one-cycle", "warmup": 0.25,
        "momentum": 0.9, "nesterov": "yes", "weight_decay": 5e-4, "decay_all": "no",
        "label_smoothing": 0.0, "translate": 3, "flip": "alternating", "ema": 0.0, "lookahead": 0,
        "lookahead_share": 0.5, "lookahead_power": 0.0, "limit": 0, "test_limit": 0}
# Of run.json: what does not decide what is learnt, and what must have this value here.
IGNORED = {"network", "recipe", "threads", "precision", "data_sha256", "onednn", "val_share", "tta"}
UNSUPPORTED_UNLESS = {"cutout": "0", "init": "random", "mean": "computed", "std": "computed"}

# As in train/schedule.c.
SCHEDULES = {
    "cosine": lambda progress, warmup: 0.5 * (1 + math.cos(math.pi * progress)),
    "one-cycle": lambda progress, warmup: (0.04 + 0.96 * progress / warmup if progress < warmup
                                           else (1 - progress) / (1 - warmup)),
    "triangular": lambda progress, warmup: (
        0.2 + 0.8 * progress / warmup if progress < warmup
        else 1 - 0.93 * (progress - warmup) / (1 - warmup)),
    "step": lambda progress, warmup: 1.0 if progress < 0.5 else 0.1 if progress < 0.75 else 0.01,
    "constant": lambda progress, warmup: 1.0,
}


def recipe_of_settings(settings):
    """The defaults of the options from the "settings" of a run.json."""
    recipe = {}
    for key, value in settings.items():
        if key in FAST:
            recipe[key] = type(FAST[key])(value)
        elif key not in IGNORED and UNSUPPORTED_UNLESS.get(key) != value:
            sys.exit(f"train_recipe_pytorch.py: --like: '{key}' is {value}, which this script does "
                     "not do; the runs would not be the same recipe")
    return recipe


def recipe_of(path):
    try:
        settings = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))["settings"]
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"train_recipe_pytorch.py: {path}: expected the run.json of octavo-train, "
                 f"found: {error}")
    return recipe_of_settings(settings)


def parse(arguments):
    first = argparse.ArgumentParser(add_help=False)
    first.add_argument("--like")
    like = first.parse_known_args(arguments)[0].like
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    yes_no = ("no", "yes")
    add = parser.add_argument
    add("network", choices=("resnet8", "resnet20", "resnet18", "resnet18-cifar"))
    add("--data", required=True, metavar="DIR", help="CIFAR-10's binary batches")
    add("--like", metavar="FILE", help="take the recipe from this run.json of octavo-train")
    add("--json", metavar="FILE", help="write settings and epochs there after each epoch")
    add("--epochs", type=int, metavar="N")
    add("--batch", type=int, metavar="N")
    add("--seed", type=int, metavar="N")
    add("--limit", type=int, metavar="N", help="training images; 0 is all")
    add("--test-limit", type=int, metavar="N", help="test images; 0 is all")
    add("--threads", type=int, default=2, metavar="N")
    add("--precision", choices=("float32", "bfloat16"), default="bfloat16")
    add("--lr", type=float, metavar="X", help="the peak one")
    add("--schedule", choices=tuple(SCHEDULES))
    add("--warmup", type=float, metavar="X", help="share of the steps in which the rate rises")
    add("--momentum", type=float, metavar="X")
    add("--nesterov", choices=yes_no)
    add("--weight-decay", type=float, metavar="X", help="of weights alone")
    add("--decay-all", choices=yes_no, help="of batch norm and biases too")
    add("--label-smoothing", type=float, metavar="X")
    add("--ema", type=float, metavar="X", help="share that the average keeps in each step")
    add("--lookahead", type=int, metavar="K", help="steps from meeting to meeting")
    add("--lookahead-share", type=float, metavar="X")
    add("--lookahead-power", type=float, metavar="X")
    add("--translate", type=int, metavar="N")
    add("--flip", choices=("none", "random", "alternating"))
    parser.set_defaults(**FAST)
    if like is not None:
        parser.set_defaults(**recipe_of(like))
    return parser.parse_args(arguments)


# ---- Data ----------------------------------------------------------------------------------------


def read_batches(folder, names, limit):
    """Images [n, 3, 32, 32] and labels [n] of files of 1 + 3072 bytes an image; with a limit so many
    of each class, as they come."""
    import torch

    records = []
    for name in names:
        path = pathlib.Path(folder) / name
        try:
            data = path.read_bytes()
        except OSError as error:
            sys.exit(f"train_recipe_pytorch.py: {path}: {error.strerror}; expected CIFAR-10's "
                     "binary version")
        if not data or len(data) % 3073:
            sys.exit(f"train_recipe_pytorch.py: {path}: expected a multiple of 3073 bytes, found "
                     f"{len(data)}")
        records.append(torch.frombuffer(bytearray(data), dtype=torch.uint8).view(-1, 3073))
    all_records = torch.cat(records)
    labels = all_records[:, 0].long()
    if limit:
        each = -(-limit // 10)
        chosen = torch.cat([torch.nonzero(labels == c)[:each, 0] for c in range(10)])
        chosen = chosen.sort().values[:limit]
        all_records, labels = all_records[chosen], labels[chosen]
    return all_records[:, 1:].reshape(-1, 3, 32, 32).contiguous(), labels


class Images:
    """The set on which is trained, and how it is changed: as train/augment.c."""

    def __init__(self, pixels, labels, options):
        import torch
        import torch.nn.functional as F

        self.options, self.labels, self.count = options, labels, len(labels)
        real = pixels.view(self.count, 3, -1)
        # Over all pixels of a channel, exact in integers up to the division.
        sums = real.long().sum((0, 2)).double()
        squares = real.long().square().sum((0, 2)).double()
        number = self.count * real.shape[2]
        self.mean = (sums / number / 255).float()
        self.deviation = (squares / number / 65025 - (sums / number / 255) ** 2).sqrt().float()
        self.size, by = pixels.shape[2], options.translate
        self.padded = pixels
        if by:
            self.padded = torch.cat([F.pad(part.float(), (by,) * 4, mode="reflect").byte()
                                     for part in pixels.split(1000)])
        self.random = torch.Generator().manual_seed(options.seed)
        self.first_flip = torch.randint(2, (self.count,), generator=self.random)

    def normalise(self, pixels):
        """Channels last: [n, h, w, 3] bytes to [n, 3, h, w] with that memory format."""
        return ((pixels.float() / 255 - self.mean) / self.deviation).permute(0, 3, 1, 2)

    def batches(self, epoch):
        """All but what fills no batch, in random order, each image shifted and flipped by its own
        luck."""
        import torch

        order = torch.randperm(self.count, generator=self.random)
        side = torch.arange(self.size)
        for index in order[:self.count // self.options.batch * self.options.batch].split(
                self.options.batch):
            shift = torch.randint(2 * self.options.translate + 1, (2, len(index), 1),
                                  generator=self.random)
            flip = {"none": torch.zeros_like(index),
                    "random": torch.randint(2, (len(index),), generator=self.random),
                    "alternating": (self.first_flip[index] + epoch) % 2}[self.options.flip]
            rows = shift[0] + side
            columns = shift[1] + torch.where(flip.bool()[:, None], self.size - 1 - side, side)
            pixels = self.padded[index[:, None, None], :, rows[:, :, None], columns[:, None, :]]
            yield self.normalise(pixels), self.labels[index]


# ---- Training ------------------------------------------------------------------------------------


def make_optimizer(net, options):
    import torch

    weights = [p for p in net.parameters() if p.dim() > 1]
    others = [p for p in net.parameters() if p.dim() == 1]
    decay = options.weight_decay
    return torch.optim.SGD(
        [{"params": weights, "weight_decay": decay},
         {"params": others, "weight_decay": decay if options.decay_all == "yes" else 0.0}],
        lr=options.lr, momentum=options.momentum, nesterov=options.nesterov == "yes")


class Averaging:
    """Weights and running statistics that are evaluated in place of the trained ones: as
    train/averaging.h."""

    def __init__(self, net, options):
        self.options = options
        self.active = options.ema > 0 or options.lookahead > 0
        self.values = [t for t in list(net.parameters()) + list(net.buffers())
                       if t.is_floating_point()]
        self.averages = [t.detach().clone() for t in self.values] if self.active else []

    def follow(self, share):
        for average, value in zip(self.averages, self.values):
            average.lerp_(value.detach(), share)

    def step(self, done, total):
        """After optimizer step `done`, from 1, of `total`."""
        options = self.options
        if options.ema > 0:
            self.follow(1 - min(options.ema, (1 + done) / (10 + done)))
        elif options.lookahead > 0 and done % options.lookahead == 0:
            self.follow(1 - (1 - options.lookahead_share)
                        * (done / total) ** options.lookahead_power)
            for average, value in zip(self.averages, self.values):
                value.detach().copy_(average)

    def swap(self):
        """Exchanges both; a second call undoes it."""
        for average, value in zip(self.averages, self.values):
            kept = value.detach().clone()
            value.detach().copy_(average)
            average.copy_(kept)


def train_epoch(net, optimizer, averaging, images, epoch, options):
    """Returns mean loss, accuracy and images per second."""
    import torch
    import torch.nn.functional as F

    net.train()
    steps = images.count // options.batch
    loss_sum, correct, begun = 0.0, 0, time.perf_counter()
    for step, (batch, labels) in enumerate(images.batches(epoch)):
        progress = (epoch * steps + step) / (options.epochs * steps)
        for group in optimizer.param_groups:
            group["lr"] = options.lr * SCHEDULES[options.schedule](progress, options.warmup)
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=options.precision == "bfloat16"):
            logits = net(batch)
        loss = F.cross_entropy(logits.float(), labels, label_smoothing=options.label_smoothing)
        loss.backward()
        optimizer.step()
        averaging.step(epoch * steps + step + 1, options.epochs * steps)
        loss_sum += loss.item() * len(labels)
        correct += (logits.argmax(1) == labels).sum().item()
    seen = steps * options.batch
    return loss_sum / seen, correct / seen, seen / (time.perf_counter() - begun)


def evaluate(net, images, pixels, labels):
    """Mean loss and accuracy over the test images."""
    import torch
    import torch.nn.functional as F

    net.eval()
    loss_sum, correct = 0.0, 0
    with torch.no_grad():
        for part, truth in zip(pixels.split(500), labels.split(500)):
            logits = net(images.normalise(part.permute(0, 2, 3, 1)))
            loss_sum += F.cross_entropy(logits, truth, reduction="sum").item()
            correct += (logits.argmax(1) == truth).sum().item()
    return loss_sum / len(labels), correct / len(labels)


def save(options, rows):
    import torch

    text = json.dumps({"pytorch": torch.__version__, "settings": vars(options), "epochs": rows},
                      indent=2)
    pathlib.Path(options.json).write_text(text + "\n", encoding="utf-8")


def main():
    options = parse(sys.argv[1:])
    try:
        import torch
    except ImportError as error:
        sys.exit(f"train_recipe_pytorch.py: {error}; expected PyTorch (package python3-torch), "
                 f"found none in {sys.executable}")
    import resnet_pytorch

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    images = Images(*read_batches(options.data, [f"data_batch_{i}.bin" for i in range(1, 6)],
                                  options.limit), options)
    if images.count < options.batch:
        sys.exit(f"train_recipe_pytorch.py: expected at least one batch of {options.batch} images, "
                 f"found {images.count}")
    pixels, labels = read_batches(options.data, ["test_batch.bin"], options.test_limit)
    net = resnet_pytorch.ResNet(options.network).to(memory_format=torch.channels_last)
    optimizer, averaging = make_optimizer(net, options), Averaging(net, options)
    print(f"{options.network}: {sum(p.numel() for p in net.parameters())} parameters; "
          f"{images.count} training and {len(labels)} test images; {options.precision}, "
          f"{options.threads} threads; PyTorch {torch.__version__}", flush=True)
    rows, begun = [], time.perf_counter()
    for epoch in range(options.epochs):
        loss, accuracy, speed = train_epoch(net, optimizer, averaging, images, epoch,
                                            options)
        if not math.isfinite(loss):
            sys.exit("train_recipe_pytorch.py: the loss is no number any more; try a lower --lr")
        averaging.swap()
        test_loss, test_accuracy = evaluate(net, images, pixels, labels)
        averaging.swap()
        rows.append({"epoch": epoch + 1, "train_loss": loss, "train_accuracy": accuracy,
                     "test_loss": test_loss, "test_accuracy": test_accuracy,
                     "images_per_second": speed, "seconds": time.perf_counter() - begun})
        print(f"epoch {epoch + 1}/{options.epochs}  loss {loss:.4f}  accuracy {100 * accuracy:.2f} "
              f"%  test loss {test_loss:.4f}  test accuracy {100 * test_accuracy:.2f} %  "
              f"{speed:.0f} images/s", flush=True)
        if options.json:
            save(options, rows)


if __name__ == "__main__":
    main()
