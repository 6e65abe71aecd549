#!/usr/bin/python3
"""PyTorch's own quantization of a run of octavo-train, for benchmarks/quantization/run.

    quantize_pytorch.py make RUN --data DIR --out DIR   float, dynamic, eager, FX: a line of JSON each
    quantize_pytorch.py time FILE                       runs a file that make wrote when told to

make calibrates with training images, the same number of each class, by the default settings of
PyTorch's quantized engine, writes each network traced and frozen by torch.jit, and measures the
accuracy of what it wrote. time speaks the protocol of octavo-bench --stdin: a line of JSON when it
is ready, then for each line N the milliseconds of N runs on one image of noise. Needs
python3-torch.
"""
import argparse
import json
import pathlib
import sys
import time
import warnings

sys.dont_write_bytecode = True

# x86 is fbgemm and oneDNN together. Debian builds PyTorch without fbgemm.
ENGINES = ("x86", "fbgemm", "onednn", "qnnpack")
BATCH = 100
WARMUP = 20


def parse(arguments):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make", help="quantize and measure accuracy")
    make.add_argument("run", metavar="RUN", help="folder with run.json and weights.safetensors")
    make.add_argument("--data", required=True, metavar="DIR", help="CIFAR-10's binary batches")
    make.add_argument("--out", required=True, metavar="DIR", help="folder for the files")
    make.add_argument("--calib-count", type=int, default=512, metavar="N", help="(%(default)s)")
    make.add_argument("--limit", type=int, default=0, metavar="N", help="test images; 0 is all")
    timing = commands.add_parser("time", help="measure latency")
    timing.add_argument("file", metavar="FILE")
    timing.add_argument("--size", type=int, default=32, metavar="N", help="of the image (32)")
    for part in (make, timing):
        part.add_argument("--engine", choices=("auto",) + ENGINES, default="auto")
        part.add_argument("--threads", type=int, default=1, metavar="N", help="(%(default)s)")
    return parser.parse_args(arguments)


def choose_engine(wanted):
    import torch

    there = torch.backends.quantized.supported_engines
    found = [e for e in ENGINES if e in there and wanted in ("auto", e)]
    if not found:
        raise ValueError(f"--engine {wanted}: this PyTorch has {', '.join(there)} alone")
    torch.backends.quantized.engine = found[0]
    return found[0]


# ---- The four ways -------------------------------------------------------------------------------


def make_float(run, _images, _engine):
    return run.net()


def make_dynamic(run, _images, _engine):
    """PyTorch has dynamic quantization of linear and recurrent layers: convolutions stay float."""
    import torch

    return torch.ao.quantization.quantize_dynamic(run.net(), {torch.nn.Linear}, dtype=torch.qint8)


def make_eager(run, images, engine):
    import networks_pytorch
    from torch.ao import quantization

    net = run.net(quantizable=True)
    quantization.fuse_modules(net, networks_pytorch.fusions(net), inplace=True)
    net = quantization.QuantWrapper(net)
    net.qconfig = quantization.get_default_qconfig(engine)
    quantization.prepare(net, inplace=True)
    calibrate(net, images)
    return quantization.convert(net, inplace=True)


def make_fx(run, images, engine):
    from torch.ao import quantization
    from torch.ao.quantization import quantize_fx

    mapping = quantization.get_default_qconfig_mapping(engine)
    net = quantize_fx.prepare_fx(run.net(), mapping, (images[:1],))
    calibrate(net, images)
    return quantize_fx.convert_fx(net)


MODES = {"float": make_float, "dynamic": make_dynamic, "eager": make_eager, "fx": make_fx}


def calibrate(net, images):
    for part in images.split(64):
        net(part)


# ---- What comes of them --------------------------------------------------------------------------


def save(net, image, path):
    import torch

    traced = torch.jit.trace(net, image, check_trace=False)
    torch.jit.save(torch.jit.freeze(traced.eval()), str(path))


def load(path):
    """Float convolutions given to oneDNN with their weights laid out once. Without, those of one
    small image are left to PyTorch's own code, up to 20 times slower."""
    import torch

    return torch.jit.optimize_for_inference(torch.jit.load(str(path)).eval())


def state_bytes(net):
    import io

    import torch

    buffer = io.BytesIO()
    torch.save(net.state_dict(), buffer)
    return len(buffer.getvalue())


def count_correct(net, run, pixels, labels):
    correct = 0
    for part, truth in zip(pixels.split(BATCH), labels.split(BATCH)):
        correct += (net(run.normalise(part)).argmax(1) == truth).sum().item()
    return correct


def make(options):
    import networks_pytorch
    import torch
    from train_recipe_pytorch import read_batches

    run = networks_pytorch.Run(options.run)
    engine = choose_engine(options.engine)
    training, _ = read_batches(options.data, [f"data_batch_{i}.bin" for i in range(1, 6)],
                               options.calib_count)
    images = run.normalise(training)
    pixels, labels = read_batches(options.data, ["test_batch.bin"], options.limit)
    for mode, make_mode in MODES.items():
        net = make_mode(run, images, engine)
        path = pathlib.Path(options.out) / f"pytorch-{mode}.pt"
        save(net, images[:1], path)
        correct = count_correct(load(path), run, pixels, labels)
        print(json.dumps({"mode": mode, "file": path.name, "bytes": path.stat().st_size,
                          "state_dict_bytes": state_bytes(net), "correct": correct,
                          "images": len(labels), "accuracy": 100 * correct / len(labels),
                          "engine": engine, "version": torch.__version__}), flush=True)


def serve(options):
    import torch

    engine = choose_engine(options.engine)
    begun = time.perf_counter()
    net = load(options.file)
    loaded = time.perf_counter()
    image = torch.randn(1, 3, options.size, options.size,
                        generator=torch.Generator().manual_seed(1))
    # The first runs compile.
    for _ in range(WARMUP):
        net(image)
    print(json.dumps({"engine": engine, "open_ms": (loaded - begun) * 1e3}), flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            begun = time.perf_counter()
            net(image)
            times.append((time.perf_counter() - begun) * 1e3)
        print(json.dumps(times), flush=True)


def main():
    options = parse(sys.argv[1:])
    try:
        import torch
    except ImportError as error:
        sys.exit(f"quantize_pytorch.py: {error}; expected PyTorch (package python3-torch), found "
                 f"none in {sys.executable}")
    # What later versions deprecate; and that scales are constants in a trace, which is meant.
    warnings.filterwarnings("ignore")
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    try:
        with torch.no_grad():
            make(options) if options.command == "make" else serve(options)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        sys.exit(f"quantize_pytorch.py: {getattr(options, 'run', None) or options.file}: {error}")


if __name__ == "__main__":
    main()
