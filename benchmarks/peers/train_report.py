"""The tables of benchmarks/peers/train, as Markdown."""

# Octavo's speed by that of PyTorch's best, as issue and README promise: float32 against float32,
# bfloat16 against all.
FLOAT_GOAL = 1.2
HALF_GOALS = {"resnet20": 1.8}
HALF_GOAL = 1.3


def table(headings, rows):
    lines = ["| " + " | ".join(headings) + " |",
             "| --- |" + " ---: |" * (len(headings) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def number(value):
    return "-" if value is None else f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def against(ratio, goal):
    """`ratio` as compare_blocks gives it, with the name of what was fastest; None: not measured."""
    if ratio is None:
        return "-"
    return "{:.2f}x ({:.2f} to {:.2f}) {}, goal {}: {}".format(
        ratio["ratio"], ratio["low"], ratio["high"], ratio["peer"], goal,
        "met" if ratio["ratio"] >= goal else "missed")


def percent(value):
    return "-" if value is None else f"{100 * value:.0f} %"


def speeds(results):
    titles = [v["title"] for v in results["variants"]]
    rows = [[n["network"]] + [number(n["images_per_second"].get(v["key"]))
                              for v in results["variants"]] for n in results["networks"]]
    return table(["network"] + titles, rows)


def ratios(results):
    rows = []
    for n in results["networks"]:
        rows.append([n["network"], against(n["float32_ratio"], FLOAT_GOAL),
                     against(n["bfloat16_ratio"], HALF_GOALS.get(n["network"], HALF_GOAL)),
                     percent(n["outside_convolutions"].get("octavo_float32")),
                     percent(n["outside_convolutions"].get("octavo_bfloat16"))])
    return table(["network", "float32 against PyTorch's better float32",
                  "bfloat16 against the best of PyTorch's four",
                  "outside convolutions, float32", "bfloat16"], rows)


def memory(results):
    titles = [v["title"] for v in results["variants"]]
    rows = [[m["network"]] + [number(m["peak_bytes"][v["key"]] / 1e6)
                              if v["key"] in m["peak_bytes"] else "-"
                              for v in results["variants"]] for m in results["memory"]]
    return table(["network"] + titles, rows)


def markdown(results):
    parts = [f"""{results['date']}: {results['cpu']}, {results['cpus']} CPUs, {results['threads']} \
threads; load average {results['load_before']:.2f} before, {results['load_after']:.2f} after.
{'; '.join(results['versions'])}; Python {results['python']}.
Command: `{results['command']}`
"""]
    for name, value in results["environment"].items():
        parts.append(f"Set in the environment: `{name}={value}`\n")
    parts += [f"Warning: {text}\n" for text in results["warnings"]]
    parts.append(f"### Images per second, batch {results['batch']}: forward, backward, update\n")
    parts.append(speeds(results))
    parts.append(f"""Medians of {results['rounds']} blocks of about {results['block_seconds']:g} s, in turns.
PyTorch's bfloat16 is `torch.autocast("cpu", dtype=torch.bfloat16)`.
""")
    parts.append("### Octavo against PyTorch\n")
    parts.append(ratios(results))
    parts.append("""In brackets a 95 % confidence interval, by bootstrap over the rounds. Outside convolutions: \
all of a step but the forward and backward passes of convolutions.
""")
    if results["memory"]:
        parts.append(f"### Peak memory of training, batch {results['batch']}, MB\n")
        parts.append(memory(results))
        idle = ", ".join("{} {:.0f} MB".format(name, size / 1e6)
                         for name, size in results["idle_bytes"].items())
        parts.append(f"Fresh processes after {results['memory_steps']} steps; before the network is "
                     f"made: {idle}.\n")
    return "\n".join(parts)
