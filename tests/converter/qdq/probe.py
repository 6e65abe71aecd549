"""Makes of an exported QDQ model the ones that compare.js runs (python3-onnx of Debian 12).

    /usr/bin/python3 probe.py MODEL.onnx DESCRIPTION.json OUT

OUT.all.onnx takes the input as integers and gives the integers of every layer. OUT.each.onnx takes the integers of
every tensor besides, so that each layer computes from those of Octavo. OUT.json names the values of both.
"""
import copy
import json
import sys

import onnx
from onnx import TensorProto, helper

model = onnx.load(sys.argv[1])
tensors = [t for t in json.load(open(sys.argv[2]))["tensors"] if t["type"] == "int8"]
nodes = list(model.graph.node)
quantizers = {n.output[0]: n for n in nodes if n.op_type == "QuantizeLinear"}


def integers_of(tensor):
    """The value with a tensor's integers: named after it, or dequantized to it."""
    for name in (tensor + "_quantized", tensor):
        if name in quantizers:
            return name
    raise SystemExit(f"{tensor}: no QuantizeLinear writes it")


values = [integers_of(t["tensor"]) for t in tensors]
value_info = {v: helper.make_tensor_value_info(v, TensorProto.INT8, t["shape"]) for v, t in zip(values, tensors)}


def save(name, drop, change, inputs, outputs):
    new = copy.deepcopy(model)
    kept = [copy.deepcopy(n) for n in nodes if not (n.op_type == "QuantizeLinear" and n.output[0] in drop)]
    for node in kept:
        change(node)
    del new.graph.node[:], new.graph.input[:], new.graph.output[:]
    new.graph.node.extend(kept)
    new.graph.input.extend(inputs)
    new.graph.output.extend(outputs)
    onnx.checker.check_model(new)
    onnx.save(new, name)


def read_given(node):
    for i, value in enumerate(node.input):
        if value in value_info:
            node.input[i] = value + "_given"


given = [helper.make_tensor_value_info(v + "_given", TensorProto.INT8, t["shape"]) for v, t in zip(values, tensors)]
layers = [value_info[v] for v in values[1:]]
save(sys.argv[3] + ".all.onnx", values[:1], lambda node: None, [value_info[values[0]]], layers)
save(sys.argv[3] + ".each.onnx", values[:1], read_given, given, layers)
with open(sys.argv[3] + ".json", "w") as file:
    json.dump(values, file)
