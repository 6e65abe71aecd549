"""benchmarks/peers/train and what it is made of: tables for programs whose times are known, and that
the PyTorch side is the same network and recipe as octavo-train's.

    python3 train_peers_test.py REPOSITORY OCTAVO_TRAIN TORCH_PYTHON

TORCH_PYTHON runs the part that needs PyTorch; without PyTorch that part is skipped.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
ROOT, OCTAVO_TRAIN, TORCH_PYTHON = sys.argv[1:4]
PEERS = pathlib.Path(ROOT) / "benchmarks" / "peers"
sys.path.insert(0, str(PEERS))

# Answers each number N with N steps; milliseconds by precision and layout.
STAND_IN = """#!{python}
import json, sys
times = {times}
arguments = sys.argv[1:]
value = lambda name: arguments[arguments.index(name) + 1] if name in arguments else ""
key = value("--precision") + value("--layout")
print(json.dumps({{"idle_bytes": 1000000, "versions": "{name} 1", "first_ms": 1}}), flush=True)
for line in sys.stdin:
    print(json.dumps({{"milliseconds": [times[key]] * int(line), "peak_bytes": times[key] * 10**7,
                      {more}"loss": 1}}), flush=True)
"""


def run(*arguments):
    return subprocess.run([str(a) for a in arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True, check=False)


class Statistics(unittest.TestCase):
    def test_percentiles(self):
        from train_statistics import median, percentile
        self.assertEqual(median([5, 1, 3]), 3)
        self.assertEqual(median([4, 1, 3, 2]), 2.5)
        self.assertEqual(percentile([10, 20, 30, 40, 50], 25), 20)
        self.assertAlmostEqual(percentile([10, 20], 5), 10.5)
        self.assertAlmostEqual(percentile([0, 10, 100], 40), 8)
        self.assertEqual(percentile([7], 95), 7)

    def test_ratio_of_steady_blocks_is_sure(self):
        from train_statistics import compare_blocks
        self.assertEqual(compare_blocks([6.0] * 5, [4.0] * 5),
                         {"ratio": 1.5, "low": 1.5, "high": 1.5})

    def test_ratio_of_uneven_blocks_is_not(self):
        from train_statistics import compare_blocks
        first, second = [2.0, 3.0, 4.0, 5.0, 6.0], [2.0] * 5
        result = compare_blocks(first, second)
        self.assertEqual(result, compare_blocks(first, second))
        self.assertEqual(result["ratio"], 2)
        self.assertTrue(1 <= result["low"] < 2 < result["high"] <= 3, result)

    def test_pairs_stay_together(self):
        from train_statistics import compare_blocks
        # The machine slows down by half: the ratio of each pair stays 2. An odd number of pairs, so
        # that every median is a block itself.
        result = compare_blocks([2.0, 2.0, 2.0, 4.0, 4.0], [1.0, 1.0, 1.0, 2.0, 2.0])
        self.assertEqual(result, {"ratio": 2, "low": 2, "high": 2})


class Train(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)
        self.stand_in("octavo", {"float32": 10, "bfloat16": 5}, '"outside_convolutions": 0.25, ')
        self.stand_in("pytorch", {"float32contiguous": 14, "float32channels-last": 13,
                                  "bfloat16contiguous": 11, "bfloat16channels-last": 8})

    def stand_in(self, name, times, more=""):
        file = self.path / name
        file.write_text(STAND_IN.format(python=sys.executable, times=times, name=name, more=more))
        file.chmod(0o755)

    def train(self, *more):
        return run(PEERS / "train", "--bench", self.path / "octavo", "--python",
                   self.path / "pytorch", "--out", self.path / "out", "--rounds", "2",
                   "--block-seconds", "0.05", *more)

    def test_usage(self):
        result = run(PEERS / "train", "--help")
        self.assertEqual(result.returncode, 0)
        self.assertIn("usage: benchmarks/peers/train", result.stdout)
        for wrong in ("--no-such-option", "--networks=nonet", "--rounds=-1", "--block-seconds=-1"):
            result = run(PEERS / "train", wrong)
            self.assertEqual(result.returncode, 2, wrong)
            self.assertIn(wrong.split("=")[0 if "=" not in wrong else -1].lstrip("-1"),
                          result.stderr)

    def test_tables(self):
        result = self.train("--networks", "resnet20,resnet18")
        self.assertEqual(result.returncode, 0, result.stderr)
        has_half = "avx512_bf16" in pathlib.Path("/proc/cpuinfo").read_text()
        half = "25600" if has_half else "-"
        row = f"| 12800 | {half} | 9143 | 9846 | 11636 | 16000 |"
        self.assertIn("| resnet20 " + row, result.stdout)
        self.assertIn("| resnet18 " + row, result.stdout)
        ratio = "| {} | 1.30x (1.30 to 1.30) float32, channels-last, goal 1.2: met | {} | 25 % |"
        fast = "1.60x (1.60 to 1.60) bfloat16, channels-last, goal {}: {}"
        self.assertIn(ratio.format("resnet20", fast.format(1.8, "missed") if has_half else "-"),
                      result.stdout)
        self.assertIn(ratio.format("resnet18", fast.format(1.3, "met") if has_half else "-"),
                      result.stdout)
        memory = "50.0" if has_half else "-"
        self.assertIn(f"| resnet18 | 100 | {memory} | 140 | 130 | 110 | 80.0 |", result.stdout)
        self.assertEqual((self.path / "out" / "train.md").read_text(), result.stdout)
        written = json.loads((self.path / "out" / "train.json").read_text())
        self.assertEqual(written["networks"][0]["step_ms"]["pytorch_float32"], [14, 14])
        self.assertEqual(written["networks"][0]["steps_per_block"]["octavo_float32"], 5)
        self.assertEqual(written["versions"], ["octavo 1", "pytorch 1"])

    def test_quick(self):
        result = self.train("--quick")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn("resnet18", result.stdout)
        self.assertNotIn("memory", result.stdout)

    def test_a_worker_that_dies_is_a_failure(self):
        (self.path / "pytorch").write_text(f"#!{sys.executable}\nraise SystemExit(1)\n")
        result = self.train("--quick")
        self.assertEqual(result.returncode, 1)
        self.assertIn("ended without an answer", result.stderr)
        self.assertFalse((self.path / "out" / "train.md").exists())

    def test_an_absent_program_is_a_failure(self):
        result = run(PEERS / "train", "--bench", self.path / "none")
        self.assertEqual(result.returncode, 1)
        self.assertIn("ninja", result.stderr)


class Recipe(unittest.TestCase):
    """The options of train_recipe_pytorch.py, which need no PyTorch."""

    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            result = run(OCTAVO_TRAIN, "resnet8", "--data", "shapes10", "--size", "8", "--limit",
                         "128", "--test-limit", "10", "--recipe", "fast", "--threads", "1",
                         "--output", folder)
            assert result.returncode == 0, result.stderr
            text = (pathlib.Path(folder) / "run.json").read_text()
        cls.run_json = json.loads(text)

    def parse(self, settings, *more):
        import train_recipe_pytorch
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "run.json"
            path.write_text(json.dumps({"settings": settings}))
            return train_recipe_pytorch.parse(
                ["resnet8", "--data", "x", "--like", str(path), *more])

    def test_the_defaults_are_the_fast_recipe(self):
        import train_recipe_pytorch
        expected = dict(train_recipe_pytorch.FAST, limit=128, test_limit=10)
        self.assertEqual(train_recipe_pytorch.recipe_of_settings(self.run_json["settings"]),
                         expected)

    def test_like_takes_over_and_options_go_on_top(self):
        settings = dict(self.run_json["settings"], epochs="7", lr="0.5", flip="random")
        options = self.parse(settings, "--lr", "0.25")
        self.assertEqual((options.epochs, options.lr, options.flip), (7, 0.25, "random"))

    def test_like_refuses_what_it_does_not_do(self):
        for key, value in (("cutout", "8"), ("no_such_setting", "1"), ("init", "w.safetensors"),
                           ("mean", "0.5,0.5,0.5")):
            with self.assertRaises(SystemExit) as caught:
                self.parse(dict(self.run_json["settings"], **{key: value}))
            self.assertIn(key, str(caught.exception))

    def test_schedules(self):
        import train_recipe_pytorch
        one_cycle = train_recipe_pytorch.SCHEDULES["one-cycle"]
        for progress, factor in ((0, 0.04), (0.125, 0.52), (0.25, 1), (0.625, 0.5)):
            self.assertAlmostEqual(one_cycle(progress, 0.25), factor)
        self.assertAlmostEqual(train_recipe_pytorch.SCHEDULES["cosine"](0.5, 0), 0.5)
        triangular = train_recipe_pytorch.SCHEDULES["triangular"]
        for progress, factor in ((0, 0.2), (0.125, 0.6), (0.25, 1), (0.625, 0.535), (1, 0.07)):
            self.assertAlmostEqual(triangular(progress, 0.25), factor)


class PyTorch(unittest.TestCase):
    """Run by TORCH_PYTHON in a process of its own."""

    def test_all(self):
        if not pathlib.Path(TORCH_PYTHON).exists():
            self.skipTest(f"{TORCH_PYTHON}: no Python there")
        if run(TORCH_PYTHON, "-c", "import torch").returncode != 0:
            self.skipTest(f"{TORCH_PYTHON} has no PyTorch")
        result = run(TORCH_PYTHON, pathlib.Path(__file__).with_name("train_pytorch_test.py"),
                     ROOT, OCTAVO_TRAIN)
        self.assertEqual(result.returncode, 0, result.stderr)


if __name__ == "__main__":
    os.environ.pop("PYTHONPATH", None)
    unittest.main(argv=sys.argv[:1], verbosity=2)
