"""benchmarks/quantization: the table for numbers that are known, the reader of weights, refusals, and
the script with stand-ins for Octavo's programs and without PyTorch.

    python3 quantization_test.py REPOSITORY
"""
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
ROOT = pathlib.Path(sys.argv[1])
FOLDER = ROOT / "benchmarks" / "quantization"
sys.path.insert(0, str(FOLDER))
sys.path.insert(0, str(ROOT / "benchmarks" / "peers"))

import quantization_report as report  # noqa: E402
import safetensors_reader  # noqa: E402

# Writes files of known sizes: 1000 bytes in float, 400 dynamic, 300 static-eager, 250 static,
# 200 QAT, and keeps what it was called with.
CONVERT = """#!{python}
import pathlib, sys
with open({log!r}, "a") as log:
    log.write(" ".join(sys.argv[1:]) + "\\n")
value = lambda name: sys.argv[sys.argv.index(name) + 1]
if "--write-plan" in sys.argv:
    pathlib.Path(value("--write-plan")).write_text("quantize\\n")
else:
    sizes = {{"float": 1000, "dynamic": 400, "static-eager": 300, "static": 250}}
    size = sizes[value("--mode")] if "--mode" in sys.argv else 200
    pathlib.Path(value("-o")).write_bytes(bytes(size))
"""
# 80 % in float, 79.5 % else.
EVAL = """#!{python}
import json, pathlib, sys
value = lambda name: sys.argv[sys.argv.index(name) + 1]
models = [{{"file": f, "accuracy": 80.0 if "float" in f else 79.5, "labelled": 10000,
           "bytes": pathlib.Path(f).stat().st_size}} for f in sys.argv if f.endswith(".octavo")]
pathlib.Path(value("--json")).write_text(json.dumps({{"version": "0.0.1", "models": models}}))
"""
# 6 ms in float, 1.5 ms else.
BENCH = """#!{python}
import json, sys
print(json.dumps({{"open_ms": 1}}), flush=True)
for line in sys.stdin:
    print(json.dumps([6.0 if "float" in sys.argv[-1] else 1.5] * int(line)), flush=True)
"""


def run(*arguments):
    return subprocess.run([str(a) for a in arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True, check=False)


def variant(tool, mode, accuracy, size, blocks=()):
    return {"tool": tool, "mode": mode, "accuracy": accuracy, "bytes": size,
            "block_ms": list(blocks), "version": "1.2", "engine": "onednn"}


def network(name, *variants, **more):
    return {"name": name, "network": name, "variants": list(variants), "limit": 0,
            "images": 10000, **more}


class Report(unittest.TestCase):
    def setUp(self):
        self.float = variant("octavo", "float", 80.0, 4000, [8.0, 6.0, 7.0])
        self.static = variant("octavo", "static", 79.75, 1000, [2.0, 1.0, 9.0])
        self.theirs = variant("pytorch", "float", 80.05, 6000, [10.0])
        self.network = network("resnet8", self.float, self.static, self.theirs,
                               variant("pytorch", "fx", 80.15, 2000, [4.0]))

    def test_arithmetic(self):
        self.assertAlmostEqual(report.points(self.network, self.static), -0.25)
        self.assertEqual(report.ratio(self.network, self.static), 4)
        self.assertEqual(report.latency(self.static), 2)
        self.assertEqual(report.speed(self.network, self.static), 3.5)

    def test_rows(self):
        rows = [report.row(self.network, v) for v in self.network["variants"]]
        self.assertEqual(rows[1], ["ResNet-8", "Octavo", "static", "79.75 %",
                                   "−0.25 (goal −0.3: met)", "1,000", "4.00", "2.000", "3.50x"])
        self.assertEqual(rows[3], ["ResNet-8", "PyTorch", "fx", "80.15 %", "+0.10", "2,000", "3.00",
                                   "4.000", "2.50x"])
        self.assertEqual(rows[0][4], "")

    def test_without_latency(self):
        self.float["block_ms"] = self.static["block_ms"] = []
        self.assertEqual(report.row(self.network, self.static)[-2:], ["-", "-"])

    def test_goals(self):
        for name, mode, lost, expected in (
                ("resnet8", "static", 0.30, True), ("resnet8", "static", 0.31, False),
                ("mobilenetv2", "static", 0.80, True), ("mobilenetv2", "static", 0.81, False),
                ("mobilenetv2", "qat", 0.10, True), ("resnet8", "qat", 0.11, False)):
            changed = variant("octavo", mode, 80.0 - lost, 1000)
            self.assertEqual(report.met(network(name, self.float, changed), changed), expected,
                             (name, mode, lost))
        self.assertIsNone(report.goal(self.network, variant("octavo", "dynamic", 1, 1)))
        self.assertIsNone(report.goal(self.network, variant("pytorch", "static", 1, 1)))

    def test_warnings(self):
        def text():
            return "\n".join(report.warnings({"networks": [self.network], "cpus": 2}))
        self.assertNotIn("not the same network", text())
        self.assertIn("qat-resnet8", text())
        self.theirs["accuracy"] = 79.94
        self.assertIn("79.94 %, Octavo's 80.00 %: they are not the same network", text())
        self.network["limit"] = 100
        self.assertNotIn("not the same network", text())
        self.network["busy_cpus"] = 0.1
        self.assertNotIn("busy", text())
        self.network["busy_cpus"] = 1.2
        self.assertIn("others used 1.2 of 2 CPUs", text())


class Reader(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name) / "w.safetensors"
        self.header = {"__metadata__": {"format": "pt"},
                       "b": {"dtype": "F32", "shape": [2, 1], "data_offsets": [4, 12]},
                       "a": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]}}

    def write(self, header=None, numbers=(1.5, -2.0, 0.25)):
        text = json.dumps(self.header).encode() if header is None else header
        self.path.write_bytes(struct.pack("<Q", len(text)) + text
                              + struct.pack(f"<{len(numbers)}f", *numbers))

    def refuse(self, part):
        with self.assertRaises(safetensors_reader.SafetensorsError) as caught:
            safetensors_reader.read(self.path)
        self.assertIn(part, str(caught.exception))
        self.assertIn(str(self.path), str(caught.exception))

    def test_reads(self):
        self.write()
        self.assertEqual(safetensors_reader.read(self.path),
                         {"a": ([], struct.pack("<f", 1.5)),
                          "b": ([2, 1], struct.pack("<2f", -2, 0.25))})

    def test_refuses(self):
        self.refuse("No such file")
        self.path.write_bytes(b"short")
        self.refuse("header of 2 to")
        self.path.write_bytes(struct.pack("<Q", 1 << 60) + b"{}")
        self.refuse("header of 2 to")
        self.write(b"no json at all")
        self.refuse("JSON")
        self.write(b"[1, 2]")
        self.refuse("object")
        self.write(numbers=(1.5, -2.0))
        self.refuse("b: expected 8 bytes of 8, found 4 to 12")
        for key, value, part in (("dtype", "F16", "expected F32, found F16"),
                                 ("shape", [3], "expected 12 bytes"),
                                 ("shape", None, "shape"), ("data_offsets", [0], "data_offsets"),
                                 ("data_offsets", [-4, 4], "found -4 to 4")):
            old = self.header["b"][key]
            self.header["b"][key] = value
            self.write()
            self.refuse(part)
            self.header["b"][key] = old


class Script(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)
        self.log = self.path / "convert.log"
        for name in ("bin", "data", "net"):
            (self.path / name).mkdir()
        for name, text in (("convert", CONVERT), ("eval", EVAL), ("bench", BENCH)):
            self.program(f"bin/octavo-{name}",
                         text.format(python=sys.executable, log=str(self.log)))
        self.program("no-torch", "#!/bin/sh\nexit 1\n")
        (self.path / "data" / "test_batch.bin").write_bytes(b"")
        for name in ("model.onnx", "weights.safetensors"):
            (self.path / "net" / name).write_bytes(b"1")
        (self.path / "net" / "run.json").write_text(json.dumps(
            {"settings": {"network": "mobilenetv2"}, "data": {"size": 32}}))

    def program(self, name, text):
        (self.path / name).write_text(text)
        (self.path / name).chmod(0o755)

    def quantize(self, *more, nets=("net",)):
        return run(FOLDER / "run", *(self.path / net for net in nets), "--data",
                   self.path / "data", "--out", self.path / "out", "--bin", self.path / "bin",
                   "--python", self.path / "no-torch", "--rounds", 2, "--block-seconds", 0.01, *more)

    def test_usage(self):
        result = run(FOLDER / "run", "--help")
        self.assertEqual(result.returncode, 0)
        self.assertIn("usage: benchmarks/quantization/run", result.stdout)
        for wrong in ("--no-such-option", "--rounds=0", "--calib-count=-1"):
            self.assertEqual(self.quantize(wrong).returncode, 2, wrong)
        self.assertEqual(self.quantize("--only-latency", "--no-latency").returncode, 2)
        self.assertEqual(self.quantize("--only-latency", "--keep-pytorch").returncode, 2)
        result = self.quantize(nets=("net", "data/../net"))
        self.assertEqual(result.returncode, 2)
        self.assertIn("different names", result.stderr)

    def test_what_is_missing_is_named(self):
        result = self.quantize(nets=("none",))
        self.assertEqual(result.returncode, 1)
        self.assertIn(str(self.path / "none" / "model.onnx"), result.stderr)
        for name, hint in (("net/weights.safetensors", "octavo-train"),
                           ("data/test_batch.bin", "get-cifar10"), ("bin/octavo-eval", "ninja")):
            (self.path / name).rename(self.path / "away")
            result = self.quantize()
            self.assertEqual(result.returncode, 1, name)
            self.assertIn(pathlib.Path(name).name, result.stderr)
            self.assertIn(hint, result.stderr)
            (self.path / "away").rename(self.path / name)
        (self.path / "net" / "run.json").write_text("{}")
        self.assertIn("run.json: expected settings", self.quantize().stderr)

    def test_table(self):
        result = self.quantize()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("| MobileNetV2 | Octavo | float | 80.00 % |  | 1,000 | 1.00 | 6.000 | 1.00x |",
                      result.stdout)
        self.assertIn("| MobileNetV2 | Octavo | dynamic | 79.50 % | −0.50 | 400 | 2.50 | 1.500 | "
                      "4.00x |", result.stdout)
        self.assertIn("| static | 79.50 % | −0.50 (goal −0.8: met) | 250 | 4.00 |", result.stdout)
        self.assertNotIn("| qat |", result.stdout)
        self.assertNotIn("| PyTorch |", result.stdout)
        self.assertIn("PyTorch is left out", result.stdout)
        self.assertEqual((self.path / "out" / "quantization.md").read_text(), result.stdout)
        written = json.loads((self.path / "out" / "quantization.json").read_text())
        self.assertEqual(written["networks"][0]["variants"][0]["block_ms"], [6, 6])
        calls = self.log.read_text().splitlines()
        eager = [c for c in calls if "--mode static-eager" in c]
        self.assertEqual(len(eager), 1)
        self.assertIn(f"--calib {self.path / 'data'} --calib-count 512 --plan", eager[0])

    def test_qat(self):
        (self.path / "qat-net").mkdir()
        (self.path / "qat-net" / "model.onnx").write_bytes(b"1")
        result = self.quantize("--no-latency")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("| qat | 79.50 % | −0.50 (goal −0.1: missed) | 200 | 5.00 | - | - |",
                      result.stdout)
        self.assertIn(str(self.path / "qat-net" / "model.onnx"), self.log.read_text())

    def test_only_latency(self):
        result = self.quantize("--only-latency")
        self.assertEqual(result.returncode, 1)
        self.assertIn("without --only-latency", result.stderr)
        self.assertEqual(self.quantize("--no-latency").returncode, 0)
        before = self.log.read_text()
        result = self.quantize("--only-latency")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("| static | 79.50 % | −0.50 (goal −0.8: met) | 250 | 4.00 | 1.500 | 4.00x |",
                      result.stdout)
        self.assertEqual(self.log.read_text(), before)

    def test_keep_pytorch(self):
        self.assertEqual(self.quantize("--keep-pytorch").returncode, 1)
        self.assertEqual(self.quantize("--no-latency").returncode, 0)
        path = self.path / "out" / "net" / "network.json"
        made = json.loads(path.read_text())
        made["variants"][0]["accuracy"] = 1
        made["variants"] += [variant("pytorch", "float", 81.0, 900)]
        path.write_text(json.dumps(made))
        result = self.quantize("--keep-pytorch", "--no-latency")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("| PyTorch | float | 81.00 % |", result.stdout)
        self.assertIn("| Octavo | float | 80.00 % |", result.stdout)

    def test_a_program_that_fails_is_a_failure(self):
        self.program("bin/octavo-eval", "#!/bin/sh\necho 'eval: the reason' >&2\nexit 1\n")
        result = self.quantize()
        self.assertEqual(result.returncode, 1)
        self.assertIn("eval: the reason", result.stderr)
        self.assertFalse((self.path / "out" / "quantization.md").exists())


if __name__ == "__main__":
    os.environ.pop("PYTHONPATH", None)
    unittest.main(argv=sys.argv[:1], verbosity=2)
