"""BentoML: a service with a batchable API. https://docs.bentoml.com/en/latest/get-started/adaptive-batching.html

What it batches gives one array, so that the four outputs stand beside each other in each row.
"""

from typing import Annotated

import bentoml
import numpy as np
from bentoml.validators import DType, Shape

from benchmarks.serving.servers.session import LENGTH, MOST_REQUESTS, Session


@bentoml.service(traffic={"timeout": 60}, logging={"access": {"enabled": False}})
class Windows:
    """Standardised windows in, the four outputs out."""

    def __init__(self) -> None:
        self._session = Session()

    @bentoml.api(batchable=True, max_batch_size=MOST_REQUESTS, max_latency_ms=1000)  # type: ignore[untyped-decorator]
    def predict(self, windows: Annotated[np.ndarray, Shape((-1, 1, LENGTH)), DType("float32")]) -> np.ndarray:
        """Reads what was gathered."""
        return np.concatenate(list(self._session.run(windows).values()), axis=1)
