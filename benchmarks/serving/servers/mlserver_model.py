"""MLServer: a custom runtime whose `predict` it batches by itself.

https://mlserver.readthedocs.io/en/latest/user-guide/custom.html, .../user-guide/adaptive-batching.html
"""

import asyncio

from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse

from benchmarks.serving.servers.session import Session


class Windows(MLModel):  # type: ignore[misc]
    """Standardised windows in, the four outputs out."""

    async def load(self) -> bool:
        """Loads the graph."""
        self._session = Session()
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Reads what was gathered, in a thread: the event loop stays free."""
        windows = NumpyCodec.decode_input(payload.inputs[0])
        found = await asyncio.to_thread(self._session.run, windows)
        outputs = [NumpyCodec.encode_output(name, values) for name, values in found.items()]
        return InferenceResponse(model_name=self.name, outputs=outputs)
