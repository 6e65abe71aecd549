"""Reads the safetensors files of octavo-train without a package: eight bytes of length, a JSON
header, then the numbers (the format's description is at github.com/huggingface/safetensors)."""
import json
import struct

# Readers refuse longer headers.
MAX_HEADER = 100 << 20


class SafetensorsError(ValueError):
    """Where, expected, found."""


def read_header(file, path):
    start = file.read(8)
    length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
    if not 2 <= length <= MAX_HEADER:
        raise SafetensorsError(f"{path}: expected a header of 2 to {MAX_HEADER} bytes, found "
                               f"{length}; is it a safetensors file?")
    try:
        header = json.loads(file.read(length).decode("utf-8"))
    except ValueError as error:
        raise SafetensorsError(f"{path}: expected a header in JSON, found: {error}") from error
    if not isinstance(header, dict):
        raise SafetensorsError(f"{path}: expected an object as header, found "
                               f"{type(header).__name__}")
    return header


def describe(header, name, available, path):
    """Shape, begin and end of one tensor, checked."""
    try:
        entry = header[name]
        kind, shape = entry["dtype"], [int(side) for side in entry["shape"]]
        begin, end = (int(place) for place in entry["data_offsets"])
    except (KeyError, TypeError, ValueError) as error:
        raise SafetensorsError(f"{path}: {name}: expected dtype, shape and data_offsets, found: "
                               f"{error!r}") from error
    if kind != "F32":
        raise SafetensorsError(f"{path}: {name}: expected F32, found {kind}")
    count = 1
    for side in shape:
        count *= side
    if not 0 <= begin <= end <= available or end - begin != 4 * count:
        raise SafetensorsError(f"{path}: {name}: expected {4 * count} bytes of {available}, found "
                               f"{begin} to {end}; the file may be cut off")
    return shape, begin, end


def read(path):
    """{name: (shape, little-endian float32 as bytes)}."""
    try:
        with open(path, "rb") as file:
            header = read_header(file, path)
            data = file.read()
    except OSError as error:
        raise SafetensorsError(f"{path}: {error.strerror}") from error
    tensors = {}
    for name in header:
        if name != "__metadata__":
            shape, begin, end = describe(header, name, len(data), path)
            tensors[name] = (shape, data[begin:end])
    return tensors
