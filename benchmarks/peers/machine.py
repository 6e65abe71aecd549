"""What the tables say about the machine."""
import pathlib
import platform


def describe_cpu():
    """Its name, and whether it computes in bfloat16."""
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or "unknown", True
    names = [line.split(":", 1)[1].strip() for line in text.splitlines() if "model name" in line]
    return names[0] if names else "unknown", "avx512_bf16" in text
