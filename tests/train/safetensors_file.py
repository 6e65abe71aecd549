"""safetensors in plain Python, by the format's description alone: what the trainer's own reader and
writer are held against. Tensors are (type, shape, bytes)."""
import json
import struct


def read(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    metadata = header.pop("__metadata__", {})
    tensors, end = {}, 0
    for name, t in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin = t["data_offsets"][0]
        assert begin == end, f"{name}: begins at {begin}, the one before ends at {end}"
        end = t["data_offsets"][1]
        tensors[name] = (t["dtype"], t["shape"], data[begin:end])
    assert end == len(data), f"{len(data)} bytes of tensors, {end} described"
    assert (8 + length) % 8 == 0, "the tensors are not aligned"
    return tensors, metadata


def write(path, tensors, metadata=None):
    header, end = {}, 0
    if metadata is not None:
        header["__metadata__"] = metadata
    for name, (kind, shape, data) in tensors.items():
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [end, end + len(data)]}
        end += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, _, data in tensors.values():
            file.write(data)
