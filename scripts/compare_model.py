"""MiniLM on ONNX Runtime, as a graph made here from its safetensors, against the same texts read
by this project: run by scripts/compare-model, which says what for."""

import json
import logging
import sys
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file
from tokenizers import Tokenizer

FOLDER, THREADS = Path(sys.argv[1]), int(sys.argv[2])
PRECISION, OUT = sys.argv[3], Path(sys.argv[4])
BATCH = 32


class Graph:
    """Nodes and weights, in the order in which they are added."""

    def __init__(self, weights):
        self.weights, self.nodes, self.constants = weights, [], {}

    def const(self, name, value):
        self.constants[name] = numpy_helper.from_array(np.asarray(value), name)
        return name

    def weight(self, name, transposed=False):
        value = self.weights[name]
        return self.const(name, np.ascontiguousarray(value.T) if transposed else value)

    def op(self, kind, *inputs, **attributes):
        out = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [out], **attributes))
        return out

    def linear(self, x, name):
        product = self.op("MatMul", x, self.weight(f"{name}.weight", transposed=True))
        return self.op("Add", product, self.weight(f"{name}.bias"))

    def norm(self, x, name, epsilon):
        scale, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.op("LayerNormalization", x, scale, bias, axis=-1, epsilon=epsilon)


def encoder(config, weights):
    """The graph from ids and mask to the mean of the last layer, at length 1."""
    g = Graph(weights)
    hidden, heads = config["hidden_size"], config["num_attention_heads"]
    epsilon, each = config["layer_norm_eps"], hidden // heads
    words = g.op("Gather", g.weight("embeddings.word_embeddings.weight"), "ids")
    length = g.op("Gather", g.op("Shape", "ids"), g.const("one", np.int64(1)))
    places = g.op("Range", g.const("zero", np.int64(0)), length, "one")
    places = g.op("Gather", g.weight("embeddings.position_embeddings.weight"), places)
    kind = g.const("kind", weights["embeddings.token_type_embeddings.weight"][0])
    x = g.op("Add", g.op("Add", words, places), kind)
    x = g.norm(x, "embeddings.LayerNorm", epsilon)
    hides = g.op("Sub", g.const("shown", np.float32(1)), "mask")
    hides = g.op("Mul", hides, g.const("least", np.float32(-1e9)))
    hides = g.op("Unsqueeze", hides, g.const("axes", np.array([1, 2], dtype=np.int64)))
    split = g.const("split", np.array([0, 0, heads, each], dtype=np.int64))
    joined = g.const("joined", np.array([0, 0, hidden], dtype=np.int64))
    scale = g.const("scale", np.float32(each**-0.5))
    for layer in range(config["num_hidden_layers"]):
        at = f"encoder.layer.{layer}"
        part = {}
        for name in ("query", "key", "value"):
            rows = g.op("Reshape", g.linear(x, f"{at}.attention.self.{name}"), split)
            turned = [0, 2, 3, 1] if name == "key" else [0, 2, 1, 3]
            part[name] = g.op("Transpose", rows, perm=turned)
        scores = g.op("Mul", g.op("MatMul", part["query"], part["key"]), scale)
        shares = g.op("Softmax", g.op("Add", scores, hides), axis=-1)
        seen = g.op("Transpose", g.op("MatMul", shares, part["value"]), perm=[0, 2, 1, 3])
        seen = g.linear(g.op("Reshape", seen, joined), f"{at}.attention.output.dense")
        x = g.norm(g.op("Add", x, seen), f"{at}.attention.output.LayerNorm", epsilon)
        wide = g.op("Gelu", g.linear(x, f"{at}.intermediate.dense"))
        wide = g.linear(wide, f"{at}.output.dense")
        x = g.norm(g.op("Add", x, wide), f"{at}.output.LayerNorm", epsilon)
    mask = g.op("Unsqueeze", "mask", g.const("last", np.array([2], dtype=np.int64)))
    sums = g.op("ReduceSum", g.op("Mul", x, mask), "one_axis", keepdims=0)
    g.const("one_axis", np.array([1], dtype=np.int64))
    means = g.op("Div", sums, g.op("ReduceSum", mask, "one_axis", keepdims=0))
    g.nodes.append(helper.make_node("LpNormalization", [means], ["vectors"], axis=-1, p=2))
    graph = helper.make_graph(
        g.nodes,
        "encoder",
        [
            helper.make_tensor_value_info("ids", TensorProto.INT64, ["texts", "pieces"]),
            helper.make_tensor_value_info("mask", TensorProto.FLOAT, ["texts", "pieces"]),
        ],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", hidden])],
        list(g.constants.values()),
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def in_eight_bits(model):
    """The same graph as ONNX Runtime's tool quantises it: as here, the weights of linear layers,
    with a scale for each output. With one for a whole matrix the vectors are far off."""
    logging.getLogger().setLevel(logging.ERROR)  # it advises to prepare the graph first
    quantised = OUT / "quantised.onnx"
    quantize_dynamic(
        model,
        quantised,
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        weight_type=QuantType.QInt8,
    )
    return quantised.read_bytes()


def read(precision):
    """The vectors that were made here."""
    return [json.loads(line) for line in (OUT / precision).read_text().splitlines()]


def cosines(some, others):
    """Of vectors of length 1, in words."""
    each = [float(np.dot(a, b)) for a, b in zip(some, others, strict=True)]
    return f"at least {min(each):.6f}, on average {np.mean(each):.6f}"


def main():
    config = json.loads((FOLDER / "config.json").read_text())
    weights = load_file(FOLDER / "model.safetensors")
    weights = {name.removeprefix("bert."): value for name, value in weights.items()}
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    model = encoder(config, weights)
    model = in_eight_bits(model) if PRECISION == "int8" else model.SerializeToString()
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))
    longest = json.loads((FOLDER / "sentence_bert_config.json").read_text())["max_seq_length"]
    tokenizer.enable_truncation(longest)
    tokenizer.enable_padding()
    texts = [line.rstrip("\n") for line in sys.stdin]

    start = time.perf_counter()
    # Texts of like length together, as sentence-transformers has them.
    order = sorted(range(len(texts)), key=lambda at: -len(texts[at]))
    vectors = [None] * len(texts)
    for begin in range(0, len(order), BATCH):
        batch = order[begin : begin + BATCH]
        coded = tokenizer.encode_batch([texts[at] for at in batch])
        ids = np.array([code.ids for code in coded], dtype=np.int64)
        mask = np.array([code.attention_mask for code in coded], dtype=np.float32)
        for at, row in zip(batch, session.run(None, {"ids": ids, "mask": mask})[0]):
            vectors[at] = row
    seconds = time.perf_counter() - start

    rate = len(texts) / seconds
    print(f"ONNX Runtime {onnxruntime.__version__}, {PRECISION}: {rate:.0f} texts/s")
    ours = read("f32")
    print(f"cosine of its vectors with ours in f32: {cosines(vectors, ours)}")
    if PRECISION != "f32":
        print(f"cosine of ours in {PRECISION} with ours in f32: {cosines(read(PRECISION), ours)}")


main()
