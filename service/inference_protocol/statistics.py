"""What the models have done, as the statistics extension tells it.

https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_statistics.md
"""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.lanes import Job

NS = 1e9
STAGES = ("success", "fail", "queue", "compute_input", "compute_infer", "compute_output")


@dataclass
class _Done:
    """Of one version of a model; seconds and counts by stage."""

    inferences: int = 0
    executions: float = 0.0
    last_ms: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STAGES, 0))
    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))

    def add(self, stage: str, seconds: float) -> None:
        self.counts[stage] += 1
        self.seconds[stage] += seconds


class Statistics:
    """Counts since the service started."""

    def __init__(self) -> None:
        self._done: dict[tuple[str, str], _Done] = defaultdict(_Done)

    def succeeded(self, name: str, version: str, items: int, job: Job, began_s: float, ended_s: float) -> None:
        """An answer was given; times by `time.perf_counter`.

        Args:
            items: in the request: windows, or 1.
            began_s, ended_s: of the request; what lies before and after the job is input and output.
        """
        done = self._done[name, version]
        done.inferences += items
        done.executions += 1 / job.together
        done.last_ms = time.time_ns() // 1_000_000
        done.add("success", ended_s - began_s)
        done.add("compute_input", job.entered_s - began_s)
        done.add("queue", job.began_s - job.entered_s)
        done.add("compute_infer", job.ended_s - job.began_s)
        done.add("compute_output", ended_s - job.ended_s)

    def failed(self, name: str, version: str, seconds: float) -> None:
        """A request to a model was refused, or went wrong."""
        self._done[name, version].add("fail", seconds)

    def told(self, models: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
        """The answer to `GET /v2/models/stats`, of these models (name and version)."""
        return {"model_stats": [_told(name, version, self._done[name, version]) for name, version in models]}


def _told(name: str, version: str, done: _Done) -> dict[str, Any]:
    return {
        "name": name,
        "version": version,
        "last_inference": done.last_ms,
        "inference_count": done.inferences,
        "execution_count": round(done.executions),
        "inference_stats": {
            stage: {"count": done.counts[stage], "ns": round(NS * done.seconds[stage])} for stage in STAGES
        },
        "batch_stats": [],
    }
