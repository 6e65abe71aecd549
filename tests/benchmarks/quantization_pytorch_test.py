"""benchmarks/quantization with PyTorch and Octavo's own programs. Without PyTorch the exit code is 77:
skipped.

    python3 quantization_pytorch_test.py REPOSITORY BIN
"""
import collections
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
ROOT, BIN = (pathlib.Path(argument) for argument in sys.argv[1:3])
FOLDER = ROOT / "benchmarks" / "quantization"
sys.path.insert(0, str(FOLDER))

try:
    import torch
except ImportError:
    print(f"skipped: {sys.executable} has no PyTorch (package python3-torch)")
    sys.exit(77)

import networks_pytorch  # noqa: E402
import quantize_pytorch  # noqa: E402

torch.set_num_threads(1)
torch.manual_seed(1)


def run(*arguments):
    return subprocess.run([str(a) for a in arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True, check=False)


def write_batches(folder):
    """Ten classes told by brightness, in CIFAR-10's form."""
    chance = random.Random(1)
    folder.mkdir()
    (folder / "batches.meta.txt").write_text("".join(f"grey {i}\n" for i in range(10)))
    for name in [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]:
        records = [bytes([i % 10]) + bytes(25 * (i % 10) + chance.randrange(25)
                                           for _ in range(3072)) for i in range(100)]
        (folder / f"{name}.bin").write_bytes(b"".join(records))


def train(network, data, out, *more):
    result = run(BIN / "octavo-train", network, "--data", data, "--threads", 1, "--precision",
                 "float32", "-o", out, *more)
    assert result.returncode == 0, result.stderr


class PyTorch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.folder.name)
        write_batches(cls.path / "data")
        train("resnet8", cls.path / "data", cls.path / "resnet8", "--epochs", 6, "--batch", 20)
        train("mobilenetv2", "shapes10", cls.path / "mobilenetv2", "--epochs", 1, "--batch", 1,
              "--limit", 1, "--test-limit", 1)
        cls.runs = {name: networks_pytorch.Run(cls.path / name)
                    for name in ("resnet8", "mobilenetv2")}
        cls.engine = quantize_pytorch.choose_engine("auto")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_names_and_shapes_are_those_of_octavo_train(self):
        for name, found in self.runs.items():
            found.net()
            found.net(quantizable=True)
            del found.weights[sorted(found.weights)[0]]
            with self.assertRaises(ValueError, msg=name):
                found.net()
            self.runs[name] = networks_pytorch.Run(self.path / name)

    def test_strides(self):
        # 32 halved three times: stages of 32, 64 and 160 channels.
        sides = []
        net = self.runs["mobilenetv2"].net()
        net.avgpool.register_forward_hook(lambda _, x, __: sides.append(x[0].shape[2]))
        net(torch.zeros(1, 3, 32, 32))
        self.assertEqual(sides, [4])

    def test_networks_it_does_not_have(self):
        path = self.path / "other"
        path.mkdir()
        settings = json.loads((self.path / "mobilenetv2" / "run.json").read_text())
        (path / "weights.safetensors").write_bytes(
            (self.path / "mobilenetv2" / "weights.safetensors").read_bytes())
        for key, value in (("width", "0.5"), ("network", "vgg11")):
            settings["settings"][key] = value
            (path / "run.json").write_text(json.dumps(settings))
            with self.assertRaises(ValueError) as caught:
                networks_pytorch.Run(path)
            self.assertIn(value, str(caught.exception))

    def test_fusions(self):
        expected = [["conv1", "bn1", "relu"]]
        for layer in ("layer1.0.", "layer2.0.", "layer3.0."):
            expected += [[layer + "conv1", layer + "bn1", layer + "relu"],
                         [layer + "conv2", layer + "bn2"]]
            if layer != "layer1.0.":
                expected.append([layer + "downsample.0", layer + "downsample.1"])
        found = networks_pytorch.fusions(self.runs["resnet8"].net())
        self.assertEqual(sorted(found), sorted(expected))
        found = networks_pytorch.fusions(self.runs["mobilenetv2"].net())
        self.assertEqual([len(f) for f in found], [2] * 52)

    def kinds(self, network, mode):
        """How often each operator is in the traced network."""
        images = torch.randn(4, 3, 32, 32)
        with torch.no_grad():
            net = quantize_pytorch.MODES[mode](self.runs[network], images, self.engine)
            traced = torch.jit.trace(net, images[:1], check_trace=False)
        return collections.Counter(n.kind() for n in traced.inlined_graph.nodes())

    def test_static_is_int8_throughout(self):
        for mode in ("eager", "fx"):
            found = self.kinds("resnet8", mode)
            self.assertEqual((found["quantized::conv2d_relu"], found["quantized::conv2d"],
                              found["quantized::add_relu"]), (4, 5, 3), mode)
            # 17 blocks of 3, the first without its widening, and the two at the ends.
            more = self.kinds("mobilenetv2", mode)
            self.assertEqual((more["quantized::conv2d"], more["quantized::add"]), (52, 10), mode)
            for kinds in (found, more):
                self.assertEqual((kinds["aten::quantize_per_tensor"], kinds["aten::dequantize"],
                                  kinds["quantized::linear"]), (1, 1, 1), mode)

    def test_dynamic_is_the_linear_layer_alone(self):
        found = self.kinds("resnet8", "dynamic")
        self.assertEqual((found["aten::_convolution"], found["quantized::linear_dynamic"]), (9, 1))

    def test_whole_table(self):
        out = self.path / "out"
        result = run(FOLDER / "run", self.path / "resnet8", "--data", self.path / "data", "--out",
                     out, "--bin", BIN, "--python", sys.executable, "--rounds", 2,
                     "--block-seconds", 0.01, "--calib-count", 50)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn("not the same network", result.stdout)
        variants = json.loads((out / "quantization.json").read_text())["networks"][0]["variants"]
        self.assertEqual([(v["tool"], v["mode"]) for v in variants],
                         [("octavo", m) for m in ("float", "dynamic", "static-eager", "static")]
                         + [("pytorch", m) for m in ("float", "dynamic", "eager", "fx")])
        for v in variants:
            self.assertEqual(v["bytes"], (out / "resnet8" / v["file"]).stat().st_size)
            self.assertEqual((v["images"], len(v["block_ms"])), (100, 2))
            self.assertGreater(v["accuracy"], 50, v)

    def test_a_failure_says_where(self):
        make = (sys.executable, FOLDER / "quantize_pytorch.py", "make", self.path / "resnet8",
                "--out", self.path)
        result = run(*make, "--data", self.path / "none")
        self.assertEqual(result.returncode, 1)
        self.assertIn(str(self.path / "none"), result.stderr)
        with self.assertRaises(ValueError) as caught:
            quantize_pytorch.choose_engine("none-such")
        self.assertIn("none-such", str(caught.exception))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
