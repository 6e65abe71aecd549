"""The table of benchmarks/quantization/run, as Markdown, and what the issue asks of it."""
import pathlib
import sys
import textwrap

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))

from train_report import table  # noqa: E402
from train_statistics import median  # noqa: E402

TITLES = {"resnet8": "ResNet-8", "resnet20": "ResNet-20", "resnet18": "ResNet-18, 7×7 stem",
          "resnet18-cifar": "ResNet-18, 3×3 stem", "mobilenetv2": "MobileNetV2"}
# Points that may be lost against float.
STATIC_GOAL = 0.3
STATIC_GOALS = {"mobilenetv2": 0.8}
QAT_GOAL = 0.1
# PyTorch's float network and Octavo's are the same one within so many points.
SAME_POINTS = 0.05
# More CPUs than the one that measures, in use by others.
BUSY_CPUS = 0.2
HEADINGS = ("network", "tool", "mode", "accuracy", "points", "bytes", "ratio", "median ms", "speed")


def of_mode(network, tool, mode):
    """The variant, or None."""
    found = [v for v in network["variants"] if (v["tool"], v["mode"]) == (tool, mode)]
    return found[0] if found else None


def goal(network, variant):
    """Points that this variant may lose; None: no goal."""
    if variant["tool"] != "octavo":
        return None
    return {"static": STATIC_GOALS.get(network["network"], STATIC_GOAL),
            "qat": QAT_GOAL}.get(variant["mode"])


def points(network, variant):
    """Accuracy gained over float of the same tool, in points."""
    return variant["accuracy"] - of_mode(network, variant["tool"], "float")["accuracy"]


def ratio(network, variant):
    """How many times smaller than float of the same tool."""
    return of_mode(network, variant["tool"], "float")["bytes"] / variant["bytes"]


def latency(variant):
    """Median milliseconds; None where it was not measured."""
    return median(variant["block_ms"]) if variant.get("block_ms") else None


def speed(network, variant):
    """How many times quicker than float of the same tool."""
    first, second = latency(of_mode(network, variant["tool"], "float")), latency(variant)
    return first / second if first and second else None


def met(network, variant):
    """Points are of 10,000 images: the comparison must not hang on the last bit."""
    return points(network, variant) >= -goal(network, variant) - 1e-9


def signed(value):
    return f"{value:+.2f}".replace("-", "−")


def points_cell(network, variant):
    if variant["mode"] == "float":
        return ""
    text = signed(points(network, variant))
    if goal(network, variant) is None:
        return text
    return f"{text} (goal −{goal(network, variant):g}: " \
           f"{'met' if met(network, variant) else 'missed'})"


def row(network, variant):
    took, quicker = latency(variant), speed(network, variant)
    return [TITLES.get(network["network"], network["network"]),
            {"octavo": "Octavo", "pytorch": "PyTorch"}[variant["tool"]], variant["mode"],
            f"{variant['accuracy']:.2f} %", points_cell(network, variant), f"{variant['bytes']:,}",
            f"{ratio(network, variant):.2f}", "-" if took is None else f"{took:.3f}",
            "-" if quicker is None else f"{quicker:.2f}x"]


def warnings(results):
    found = []
    for n in results["networks"]:
        ours, theirs = of_mode(n, "octavo", "float"), of_mode(n, "pytorch", "float")
        # With a limit the two take different images.
        if theirs and n["limit"] == 0 and \
                abs(ours["accuracy"] - theirs["accuracy"]) > SAME_POINTS + 1e-9:
            found.append(f"{n['name']}: PyTorch's float network has {theirs['accuracy']:.2f} %, "
                         f"Octavo's {ours['accuracy']:.2f} %: they are not the same network")
        if not of_mode(n, "octavo", "qat"):
            found.append(f"{n['name']}: no QAT run beside it (qat-{n['name']})")
        if n.get("busy_cpus", 0) > BUSY_CPUS:
            found.append(f"{n['name']}: latency measured on a busy machine: others used "
                         f"{n['busy_cpus']:.1f} of {results['cpus']} CPUs")
    return found + results.get("notes", [])


def paragraph(text):
    return textwrap.fill(" ".join(text.split()), 120) + "\n"


def pytorch_text(results):
    variants = [v for n in results["networks"] for v in n["variants"] if v["tool"] == "pytorch"]
    if not variants:
        return ""
    first = variants[0]
    return paragraph(f"""PyTorch {first['version']} with its engine {first['engine']} and that engine's
default settings; eager and FX are calibrated on as many training images. Its dynamic quantization
knows linear layers alone: convolutions stay float32. It fuses no ReLU6 into convolutions. Its file
is `torch.jit.save` of the network traced and frozen; it is timed after
`torch.jit.optimize_for_inference`, on a normalised float32 image.""")


def octavo_text(results):
    return paragraph(f"""Accuracy on {results['networks'][0]['images']:,} test images of CIFAR-10; points,
ratio of file sizes and speed are against float of the same tool. {results['calib_count']} training
images calibrate. Latency: one image, one thread, all rows of a network in turns, median of
{results['rounds']} blocks.""")


def markdown(results):
    lines = [f"{results['date']}: {results['cpu']}, {results['cpus']} CPUs; "
             f"Octavo {results['octavo']}.\nCommand: `{results['command']}`\n"]
    lines += [f"Warning: {text}\n" for text in warnings(results)]
    rows = [row(n, v) for n in results["networks"] for v in n["variants"]]
    lines.append(table(HEADINGS, rows).replace("| --- | ---: | ---: |", "| --- | --- | --- |", 1))
    lines += [octavo_text(results), pytorch_text(results)]
    return "\n".join(line for line in lines if line)
