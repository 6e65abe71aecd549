"""The scripts of benchmarks/peers that need PyTorch; started by train_peers_test.py.

    python3 train_pytorch_test.py REPOSITORY OCTAVO_TRAIN
"""
import argparse
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

import torch

sys.dont_write_bytecode = True
ROOT, OCTAVO_TRAIN = sys.argv[1:3]
PEERS = pathlib.Path(ROOT) / "benchmarks" / "peers"
sys.path.insert(0, str(PEERS))

import resnet_pytorch  # noqa: E402
import train_recipe_pytorch as recipe  # noqa: E402

torch.set_num_threads(1)


def run(script, *arguments, **more):
    return subprocess.run([sys.executable, str(PEERS / script), *map(str, arguments)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True,
                          check=False, **more)


class Networks(unittest.TestCase):
    def test_names_and_shapes_are_those_of_octavo_train(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([OCTAVO_TRAIN, "resnet20", "--data", "shapes10", "--limit", "1",
                            "--test-limit", "1", "--batch", "1", "--epochs", "1", "--threads", "1",
                            "--precision", "float32", "--output", folder], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            data = (pathlib.Path(folder) / "weights.safetensors").read_bytes()
        header = json.loads(data[8:8 + struct.unpack("<Q", data[:8])[0]])
        theirs = {name: tensor["shape"] for name, tensor in header.items()
                  if name != "__metadata__"}
        ours = {name: list(tensor.shape)
                for name, tensor in resnet_pytorch.ResNet("resnet20").state_dict().items()
                if not name.endswith("num_batches_tracked")}
        self.assertEqual(ours, theirs)

    def test_parameters_are_those_of_octavo_train(self):
        listed = subprocess.run([OCTAVO_TRAIN, "--list"], check=True, stdout=subprocess.PIPE,
                                universal_newlines=True).stdout
        rows = [[cell.strip() for cell in line.split("|")] for line in listed.splitlines()]
        theirs = {row[1]: int(row[3]) for row in rows if row[1] in resnet_pytorch.NETWORKS}
        ours = {name: sum(p.numel() for p in resnet_pytorch.ResNet(name).parameters())
                for name in resnet_pytorch.NETWORKS}
        self.assertEqual(ours, theirs)

    def test_strides(self):
        images = torch.zeros(1, 3, 32, 32)
        for network, side in (("resnet20", 8), ("resnet18", 1), ("resnet18-cifar", 4)):
            net = resnet_pytorch.ResNet(network).eval()
            sides = []
            net.avgpool.register_forward_hook(lambda _, x, __: sides.append(x[0].shape[2]))
            net(images)
            self.assertEqual(sides, [side], network)


class Images(unittest.TestCase):
    def setUp(self):
        self.pixels = torch.randint(256, (12, 3, 6, 6), dtype=torch.uint8,
                                    generator=torch.Generator().manual_seed(1))
        self.labels = torch.arange(12)

    def images(self, **options):
        settings = {"translate": 0, "flip": "none", "batch": 4, "seed": 1}
        return recipe.Images(self.pixels, self.labels,
                             argparse.Namespace(**{**settings, **options}))

    def whole_epoch(self, images, epoch=0):
        """Pixels as bytes [label, 3, h, w]."""
        found = {}
        for batch, labels in images.batches(epoch):
            raw = batch.permute(0, 2, 3, 1) * images.deviation + images.mean
            for image, label in zip(raw.permute(0, 3, 1, 2), labels.tolist()):
                found[label] = (image * 255).round().byte()
        return found

    def test_mean_and_deviation(self):
        images = self.images()
        part = self.pixels.double().div(255).transpose(0, 1).reshape(3, -1)
        for found, expected in ((images.mean, part.mean(1)),
                                (images.deviation, part.std(1, unbiased=False))):
            self.assertLess((found.double() - expected).abs().max(), 1e-6)

    def test_without_changes_the_images_stay(self):
        found = self.whole_epoch(self.images())
        self.assertEqual(sorted(found), list(range(12)))
        for label, image in found.items():
            self.assertTrue(torch.equal(image, self.pixels[label]))

    def test_shifts_reflect_and_differ_by_image(self):
        found = self.whole_epoch(self.images(translate=2))
        reflect = [2, 1, 0, 1, 2, 3, 4, 5, 4, 3]  # of column -2 to 7
        shifts = set()
        for label, image in found.items():
            matches = []
            for down in range(5):
                for right in range(5):
                    rows = torch.tensor(reflect[down:down + 6])
                    columns = torch.tensor(reflect[right:right + 6])
                    if torch.equal(image, self.pixels[label][:, rows][:, :, columns]):
                        matches.append((down, right))
            self.assertEqual(len(matches), 1, label)
            shifts.add(matches[0])
        self.assertGreater(len(shifts), 4)

    def test_alternating_flip(self):
        images = self.images(flip="alternating")
        first, second, third = (self.whole_epoch(images, epoch) for epoch in range(3))
        flipped = 0
        for label in range(12):
            self.assertTrue(torch.equal(first[label].flip(2), second[label]))
            self.assertTrue(torch.equal(first[label], third[label]))
            flipped += not torch.equal(first[label], self.pixels[label])
        self.assertIn(flipped, range(1, 12))

    def test_what_fills_no_batch_is_left_out(self):
        self.assertEqual(len(self.whole_epoch(self.images(batch=5))), 10)


class Averaging(unittest.TestCase):
    """One weight, one running statistic; values from the formulas in train/averaging.h."""

    def make(self, **options):
        settings = {"ema": 0.0, "lookahead": 0, "lookahead_share": 0.5, "lookahead_power": 0.0}
        net = torch.nn.BatchNorm1d(1)
        for value in (net.weight, net.running_mean):
            value.detach().fill_(1)
        return net, recipe.Averaging(net, argparse.Namespace(**{**settings, **options}))

    def move(self, net, value):
        for tensor in (net.weight, net.running_mean):
            tensor.detach().fill_(value)

    def both(self, net, averaging):
        averaging.swap()
        values = [net.weight.item(), net.running_mean.item()]
        averaging.swap()
        return values

    def test_ema_follows(self):
        net, averaging = self.make(ema=0.5)
        self.move(net, 3)
        averaging.step(1, 10)  # keeps min(0.5, 2/11)
        first = 1 + 9 / 11 * 2
        for found in self.both(net, averaging):
            self.assertAlmostEqual(found, first, places=5)
        averaging.step(1000, 1000)  # keeps a half
        for found in self.both(net, averaging):
            self.assertAlmostEqual(found, (first + 3) / 2, places=5)
        self.assertEqual(net.weight.item(), 3)

    def test_lookahead_meets(self):
        net, averaging = self.make(lookahead=2, lookahead_share=0.25, lookahead_power=1.0)
        self.move(net, 5)
        averaging.step(1, 8)
        self.assertEqual(self.both(net, averaging), [1, 1])
        averaging.step(2, 8)  # share 1 - 0.75 / 4
        expected = 1 + (1 - 0.75 / 4) * 4
        self.assertEqual([net.weight.item(), net.running_mean.item()], [expected] * 2)
        self.assertEqual(self.both(net, averaging), [expected] * 2)

    def test_none_changes_nothing(self):
        net, averaging = self.make()
        self.move(net, 2)
        averaging.step(1, 2)
        self.assertEqual(self.both(net, averaging), [2, 2])


class Programs(unittest.TestCase):
    def test_the_worker_answers(self):
        for precision, layout in (("float32", "contiguous"), ("bfloat16", "channels-last")):
            result = run("train_pytorch.py", "resnet8", "--batch", 2, "--threads", 1, "--precision",
                         precision, "--layout", layout, input="2\n")
            self.assertEqual(result.returncode, 0, result.stderr)
            started, answer = map(json.loads, result.stdout.splitlines())
            self.assertIn("PyTorch", started["versions"])
            self.assertEqual(len(answer["milliseconds"]), 2)
            self.assertGreater(answer["peak_bytes"], started["idle_bytes"])

    def test_the_recipe_learns(self):
        # Ten classes told by brightness.
        with tempfile.TemporaryDirectory() as folder:
            for name in [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]:
                records = b"".join(bytes([i % 10]) + bytes([25 * (i % 10)]) * 3072
                                   for i in range(40))
                (pathlib.Path(folder) / (name + ".bin")).write_bytes(records)
            options = ["resnet8", "--data", folder, "--batch", 20, "--epochs", 4, "--lr", "0.05",
                       "--threads", 1, "--precision", "float32"]
            report = pathlib.Path(folder) / "out.json"
            result = run("train_recipe_pytorch.py", *options, "--json", report)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(result.stdout.count("epoch "), 4)
            rows = json.loads(report.read_text())["epochs"]
            self.assertEqual(len(rows), 4)
            self.assertGreater(rows[-1]["test_accuracy"], 0.5)
            self.assertIn("200 training and 40 test images", result.stdout)
            (pathlib.Path(folder) / "test_batch.bin").write_bytes(b"short")
            result = run("train_recipe_pytorch.py", *options)
            self.assertEqual(result.returncode, 1)
            self.assertIn("3073", result.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
