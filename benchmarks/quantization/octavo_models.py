"""The models that octavo-convert makes of a run folder, and their accuracy."""
import json
import pathlib
import subprocess

CALIBRATED = ("static-eager", "static")
MODES = ("float", "dynamic", "static-eager", "static")


class ToolError(Exception):
    """A program failed; what it said."""


def execute(command):
    """Its standard output. What it prints to standard error is the reason if it fails."""
    try:
        result = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, universal_newlines=True, check=False)
    except OSError as error:
        raise ToolError(f"{command[0]}: {error.strerror}") from error
    if result.returncode != 0:
        said = result.stderr.strip().splitlines() or ["it said nothing"]
        raise ToolError(f"{pathlib.Path(command[0]).name} failed with {result.returncode}: "
                        + "\n".join(said[-5:]))
    return result.stdout


def convert(options, network, output, *more):
    execute([options.bin / "octavo-convert", network, "--threads", options.threads, "--quiet", "-o",
             output, *more])
    return output


def make(options, run, qat, out):
    """{mode: file}; `qat` is a run folder, or None."""
    network, plan = run / "model.onnx", out / "eager.plan"
    execute([options.bin / "octavo-convert", network, "--write-plan", plan, "--quiet"])
    files = {}
    for mode in MODES:
        more = ["--mode", mode]
        if mode in CALIBRATED:
            more += ["--calib", options.data, "--calib-count", options.calib_count]
        if mode == "static-eager":
            more += ["--plan", plan]
        files[mode] = convert(options, network, out / f"octavo-{mode}.octavo", *more)
    if qat is not None:
        # It holds its scales.
        files["qat"] = convert(options, qat / "model.onnx", out / "octavo-qat.octavo")
    return files


def evaluate(options, files, out):
    """The variants as quantization_report.py takes them."""
    report = out / "octavo-eval.json"
    execute([options.bin / "octavo-eval", "--data", options.data, "--limit", options.limit,
             "--threads", options.threads, "--json", report, *files.values()])
    measured = json.loads(report.read_text(encoding="utf-8"))
    return [{"tool": "octavo", "mode": mode, "file": path.name, "accuracy": found["accuracy"],
             "bytes": found["bytes"], "images": found["labelled"], "version": measured["version"]}
            for (mode, path), found in zip(files.items(), measured["models"])]
