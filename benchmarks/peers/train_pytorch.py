#!/usr/bin/python3
"""Takes training steps in PyTorch when told to, for benchmarks/peers/train.

Prints a line of JSON when the network is made and has taken one step, then for each line with a
number N on standard input takes N steps and prints their milliseconds as a line of JSON: the
protocol of octavo-train-bench --stdin. A step is forward, cross-entropy, backward and SGD with
momentum 0.9 and weight decay 5e-4 on the same random images. Needs python3-torch.
"""
import argparse
import json
import sys
import time

sys.dont_write_bytecode = True


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("network", help="one of those in resnet_pytorch.py")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32",
                        help="bfloat16 is torch.autocast")
    parser.add_argument("--layout", choices=("contiguous", "channels-last"), default="contiguous")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args(arguments)


def memory(key):
    """A line of the system's account of this process, in bytes; 0 where there is none."""
    try:
        with open("/proc/self/status", encoding="ascii") as lines:
            for line in lines:
                if line.startswith(key + ":"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def make_step(options):
    """Returns a function that takes one step and returns its milliseconds and its loss."""
    import torch
    import torch.nn.functional as F

    import resnet_pytorch

    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    net = resnet_pytorch.ResNet(options.network)
    images = torch.randn(options.batch, 3, options.size, options.size)
    labels = torch.randint(10, (options.batch,))
    if options.layout == "channels-last":
        net = net.to(memory_format=torch.channels_last)
        images = images.contiguous(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
    half = options.precision == "bfloat16"

    def step():
        begun = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
            loss = F.cross_entropy(net(images), labels)
        loss.backward()
        optimizer.step()
        return (time.perf_counter() - begun) * 1e3, loss.item()

    return step


def versions():
    import torch

    config = torch.__config__.show()
    onednn = [line.split("DNN v")[1].split(" ")[0] for line in config.splitlines() if "DNN v" in line]
    return "PyTorch {}, oneDNN {}".format(torch.__version__, onednn[0] if onednn else "none")


def main():
    options = parse(sys.argv[1:])
    try:
        version = versions()
    except ImportError as error:
        sys.exit(f"train_pytorch.py: {error}; expected PyTorch (package python3-torch), found none "
                 f"in {sys.executable}")
    idle = memory("VmRSS")
    begun = time.perf_counter()
    step = make_step(options)
    create_ms = (time.perf_counter() - begun) * 1e3
    first_ms, _ = step()
    print(json.dumps({"create_ms": create_ms, "first_ms": first_ms, "idle_bytes": idle,
                      "precision": options.precision, "threads": options.threads,
                      "versions": version}), flush=True)
    for line in sys.stdin:
        steps = [step() for _ in range(int(line))]
        print(json.dumps({"milliseconds": [s[0] for s in steps],
                          "loss": steps[-1][1] if steps else None,
                          "peak_bytes": memory("VmHWM")}), flush=True)


if __name__ == "__main__":
    main()
