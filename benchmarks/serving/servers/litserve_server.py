"""LitServe: a LitAPI with batching. https://lightning.ai/docs/litserve/features/batching

python -m benchmarks.serving.servers.litserve_server PORT
"""

import sys
from typing import Any

import litserve
import numpy as np
from numpy.typing import NDArray

from benchmarks.serving.servers.session import LENGTH, MOST_REQUESTS, WAIT_S, Session

Array = NDArray[np.float32]


class Windows(litserve.LitAPI):  # type: ignore[misc]
    """Standardised windows in, the four outputs out."""

    def setup(self, device: str) -> None:
        """Loads the graph."""
        self._session = Session()

    def decode_request(self, request: dict[str, Any]) -> Array:
        """The windows of one request."""
        return np.asarray(request["windows"], dtype=np.float32).reshape(-1, 1, LENGTH)

    def batch(self, inputs: list[Array]) -> list[Array]:
        """As they are: requests differ in how many windows they hold."""
        return inputs

    def predict(self, several: list[Array]) -> list[dict[str, Array]]:
        """Reads what was gathered."""
        return self._session.run_together(several)

    def unbatch(self, output: list[dict[str, Array]]) -> list[dict[str, Array]]:
        """One a request already."""
        return output

    def encode_response(self, output: dict[str, Array]) -> dict[str, Any]:
        """As numbers."""
        return {name: values.tolist() for name, values in output.items()}


if __name__ == "__main__":
    api = Windows(max_batch_size=MOST_REQUESTS, batch_timeout=WAIT_S)
    server = litserve.LitServer(api, accelerator="cpu")
    server.run(host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", generate_client_file=False)
