"""Weights to and from PyTorch: ResNet-18 with torchvision's names and 1000 classes, stored as timm
stores it (half precision, counters of batches), begins a run of octavo-train; what that run writes
loads into PyTorch's module, and both give the same probabilities.

usage: torchvision_weights_test.py OCTAVO_TRAIN OCTAVO_CONVERT OCTAVO_RUN
Needs python3-torch; ends with 77, "skipped", without it.
"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

here = pathlib.Path(__file__).parent
sys.path[:0] = [str(here), str(here.parent.parent / "benchmarks" / "peers")]
sys.dont_write_bytecode = True
import safetensors_file

try:
    import numpy as np
    import torch
    from resnet_pytorch import ResNet
except ImportError as reason:
    print("skipped:", reason)
    sys.exit(77)

TYPES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64"}


def as_tensor(t):
    if t.dtype == torch.bfloat16:
        data = t.view(torch.int16).numpy().tobytes()
    else:
        data = t.numpy().tobytes()
    return TYPES[t.dtype], list(t.shape), data


def stored_as_timm(net):
    """All three floating-point types, in turns, and the int64 counters."""
    result = {}
    kinds = [torch.float32, torch.float16, torch.bfloat16]
    for i, (name, t) in enumerate(net.state_dict().items()):
        result[name] = as_tensor(t.contiguous().to(kinds[i % 3]) if t.is_floating_point() else t)
    return result


def load(path, net):
    """strict: every parameter and statistic of the module must be in the file, and no others."""
    tensors, _ = safetensors_file.read(path)
    state = {}
    for name, (kind, shape, data) in tensors.items():
        assert kind == "F32", (name, kind)
        state[name] = torch.from_numpy(np.frombuffer(data, "<f4").reshape(shape).copy())
    own = net.state_dict()
    for name, t in own.items():
        if name.endswith("num_batches_tracked"):
            state[name] = t
    net.load_state_dict(state, strict=True)


def write_png(path, rgb):
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    height, width, _ = rgb.shape
    rows = b"".join(b"\0" + rgb[y].tobytes() for y in range(height))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" +
                     chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
                     chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def run(*command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: exit code {done.returncode}\n{done.stderr}"
    return done.stdout


def check_fine_tuning(folder, train):
    """Returns the output folder of a run that began with the file."""
    file, out = folder / "timm.safetensors", folder / "out"
    safetensors_file.write(file, stored_as_timm(ResNet("resnet18", 1000)), {"format": "pt"})
    text = run(train, "resnet18", "--data", "shapes10", "--limit", 96, "--test-limit", 32, "--batch",
               32, "--epochs", 1, "--threads", 1, "--init", file, "--output", out)
    assert "100 of 102 tensors taken" in text, text
    for line in ("fc.weight: file has [1000, 512], network wants [10, 512]: starts at random",
                 "fc.bias: file has [1000], network wants [10]: starts at random"):
        assert line in text, text
    assert text.count("starts at random") == 2, text
    return out


def check_values_taken(folder, train):
    """With a rate of almost nothing the weights stay what the file says, to the last bit."""
    net, file, out = ResNet("resnet18", 10), folder / "ten.safetensors", folder / "still"
    stored = stored_as_timm(net)
    safetensors_file.write(file, stored)
    run(train, "resnet18", "--data", "shapes10", "--limit", 32, "--test-limit", 32, "--batch", 32,
        "--epochs", 1, "--threads", 1, "--lr", 1e-9, "--weight-decay", 0, "--momentum", 0, "--init",
        file, "--output", out)
    tensors, _ = safetensors_file.read(out / "weights.safetensors")
    kinds = {"F16": torch.float16, "BF16": torch.bfloat16, "F32": torch.float32}
    checked = set()
    for name, (kind, shape, data) in stored.items():
        if kind == "I64" or "running" in name:
            continue
        dtype = kinds[kind]
        values = torch.frombuffer(bytearray(data), dtype=dtype).reshape(shape).float().numpy()
        found = np.frombuffer(tensors[name][2], "<f4").reshape(shape)
        assert np.abs(values - found).max() < 1e-6, name
        checked.add(kind)
    assert checked == set(kinds), checked


def check_same_answers(folder, out, convert, octavo_run):
    net = ResNet("resnet18", 10)
    load(out / "weights.safetensors", net)
    net.eval()
    data = json.loads((out / "run.json").read_text())["data"]
    model = folder / "float.octavo"
    # Without options: mean, std and labels travel in the file.
    run(convert, out / "model.onnx", "--mode", "float", "--output", model)
    random = np.random.default_rng(7)
    mean, std = np.array(data["mean"]), np.array(data["std"])
    labels = (out / "labels.txt").read_text().split("\n")
    for i in range(5):
        rgb = random.integers(0, 256, (32, 32, 3), dtype=np.uint8)
        write_png(folder / f"{i}.png", rgb)
        answer = json.loads(run(octavo_run, model, folder / f"{i}.png", "--top", 10, "--json"))
        found = {c["label"]: c["probability"] for c in answer["images"][0]["top"]}
        assert len(found) == 10, answer
        x = torch.from_numpy(((rgb / 255.0 - mean) / std).astype(np.float32).transpose(2, 0, 1)[None])
        with torch.no_grad():
            expected = net(x).double().log_softmax(1)[0]
        for k in range(10):
            # Logits up to a constant.
            assert abs(np.log(found[labels[k]]) - expected[k].item()) < 1e-4, (
                i, k, found[labels[k]], expected[k].exp().item())


def main():
    train, convert, octavo_run = sys.argv[1:]
    torch.manual_seed(1)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        check_values_taken(folder, train)
        out = check_fine_tuning(folder, train)
        check_same_answers(folder, out, convert, octavo_run)


if __name__ == "__main__":
    main()
