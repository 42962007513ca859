"""Ray Serve: a deployment with dynamic request batching. https://docs.ray.io/en/latest/serve/advanced-guides/dyn-req-batch.html

python -m benchmarks.serving.servers.ray_deployment PORT
"""

import json
import logging
import signal
import sys
from typing import Any

import numpy as np
import ray
from numpy.typing import NDArray
from ray import serve
from ray.serve.schema import LoggingConfig
from starlette.requests import Request
from starlette.responses import Response

from benchmarks.serving.servers.session import LENGTH, MOST_REQUESTS, WAIT_S, Session

Array = NDArray[np.float32]
JSON = "application/json"


class Windows:
    """Standardised windows in, the four outputs out: as numbers, or as the bytes of all of them."""

    def __init__(self) -> None:
        self._session = Session()

    @serve.batch(max_batch_size=MOST_REQUESTS, batch_wait_timeout_s=WAIT_S)  # type: ignore[untyped-decorator]
    async def read(self, several: list[Array]) -> list[dict[str, Array]]:
        """Reads what was gathered."""
        return self._session.run_together(several)

    async def __call__(self, request: Request) -> Response:
        body = await request.body()
        if request.headers["content-type"] != JSON:
            found = await self.read(np.frombuffer(body, "<f4").reshape(-1, 1, LENGTH))
            return Response(b"".join(values.tobytes() for values in found.values()))
        found = await self.read(np.asarray(json.loads(body)["windows"], dtype=np.float32).reshape(-1, 1, LENGTH))
        answer: dict[str, Any] = {name: values.tolist() for name, values in found.items()}
        return Response(json.dumps(answer), media_type=JSON)


if __name__ == "__main__":
    ray.init(num_cpus=2, include_dashboard=False, logging_level=logging.WARNING)
    serve.start(http_options={"host": "127.0.0.1", "port": int(sys.argv[1])})
    quiet = LoggingConfig(log_level="WARNING", enable_access_log=False)
    deployed = serve.deployment(max_ongoing_requests=256, logging_config=quiet)(Windows)
    serve.run(deployed.bind())
    signal.pause()
