"""What the machine can do at best: multiply-adds and bytes a second, on so many threads."""

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from benchmarks.clock import timed

SIZE = 1024
COPIED_BYTES = 1 << 28
TRIES = 9


class Probe:
    """The process was started with `threads` for numpy's own."""

    def __init__(self, threads: int) -> None:
        self._threads = threads

    def numpy_float32(self) -> float:
        """Multiply-adds a second of numpy's matrix product."""
        left, right = np.ones((2, SIZE, SIZE), dtype=np.float32)
        return _best(SIZE**3, lambda: left @ right)

    def onnxruntime_float32(self) -> float:
        """The same of onnxruntime's, with one factor constant."""
        return self._product("MatMul", np.ones((SIZE, SIZE), np.float32), np.ones((SIZE, SIZE), np.float32))

    def onnxruntime_int8(self) -> float:
        """The same of uint8 times int8, summed in int32."""
        return self._product("MatMulInteger", np.ones((SIZE, SIZE), np.uint8), np.ones((SIZE, SIZE), np.int8))

    def copy(self) -> float:
        """Bytes a second, read and written, of a copy that no cache holds; each thread copies a part."""
        from concurrent.futures import ThreadPoolExecutor

        source = np.ones(COPIED_BYTES, dtype=np.uint8)
        target = np.empty_like(source)
        parts = list(zip(np.array_split(target, self._threads), np.array_split(source, self._threads), strict=True))
        with ThreadPoolExecutor(self._threads) as pool:
            return _best(2 * COPIED_BYTES, lambda: list(pool.map(lambda pair: np.copyto(*pair), parts)))

    def _product(self, kind: str, left: NDArray[np.generic], right: NDArray[np.generic]) -> float:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = self._threads, 1
        session = onnxruntime.InferenceSession(_graph(kind, left, right), options, providers=["CPUExecutionProvider"])
        return _best(SIZE**3, lambda: session.run(["product"], {"left": left}))


def _graph(kind: str, left: NDArray[np.generic], right: NDArray[np.generic]) -> bytes:
    given = helper.make_tensor_value_info("left", helper.np_dtype_to_tensor_dtype(left.dtype), left.shape)
    result = TensorProto.INT32 if kind == "MatMulInteger" else TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node(kind, ["left", "right"], ["product"])],
        "product",
        [given],
        [helper.make_tensor_value_info("product", result, (SIZE, SIZE))],
        [numpy_helper.from_array(right, "right")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def _best(amount: float, work: object) -> float:
    assert callable(work)
    work()
    return amount / min(timed(work)[0] for _ in range(TRIES))
