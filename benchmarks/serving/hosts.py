"""The servers: how each is started, and how it is asked."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.process import ROOT, THREADS
from benchmarks.serving.environments import environment
from benchmarks.serving.questions import (
    BINARY,
    JSON,
    Question,
    Windows,
    nested,
    protocol_binary,
    protocol_json,
    raw,
    row,
)
from benchmarks.serving.servers.session import MODEL, MOST_REQUESTS, WAIT_S

FAULTS = 4

Command = tuple[list[str], dict[str, str]]
"""Words, and what is added to the variables of the environment."""


@dataclass(frozen=True)
class Host:
    """One server.

    Attributes:
        name: short, for `--only` and the raw results.
        title: for people.
        asked: how the windows are sent, by kind of body; a kind that it does not take is left out.
        logits: of what it answers in JSON, [windows, faults].
        command: what starts it, from a folder that it may write to, a port, and the `bin` of its environment.
        packages: that its environment needs; none: ours.
        told: what a reader must know about how it was set up.
    """

    name: str
    title: str
    asked: Mapping[str, Callable[[Windows], Question]]
    logits: Callable[[Any], Any]
    command: Callable[[Path, int, Path], Command]
    packages: tuple[str, ...] = ()
    told: str = ""

    def start_from(self, folder: Path, port: int, model: Path) -> Command:
        """What starts it.

        Raises:
            NotInstalled: it cannot be.
        """
        place = environment(self.name, self.packages) if self.packages else Path()
        words, added = self.command(folder, port, place)
        given = dict.fromkeys(THREADS, "1") | {MODEL: str(model), "PYTHONPATH": str(ROOT)}
        return words, os.environ | given | added


def _of_protocol(answer: Any) -> Any:
    logits = next(output for output in answer["outputs"] if output["name"] == "logits")
    return np.reshape(logits["data"], logits["shape"])


def _of_names(answer: Any) -> Any:
    return answer["logits"]


def _of_rows(answer: Any) -> Any:
    return np.asarray(answer)[:, :FAULTS]


def _mlserver(folder: Path, port: int, place: Path) -> Command:
    settings = {"host": "127.0.0.1", "http_port": port, "grpc_port": port + 1, "metrics_port": port + 2}
    model = {"name": "order", "implementation": "benchmarks.serving.servers.mlserver_model.Windows"}
    gathered = {"max_batch_size": MOST_REQUESTS, "max_batch_time": WAIT_S}
    (folder / "settings.json").write_text(json.dumps(settings | {"parallel_workers": 0, "debug": False}))
    (folder / "model-settings.json").write_text(json.dumps(model | gathered))
    return [str(place / "mlserver"), "start", str(folder)], {}


def _litserve(folder: Path, port: int, place: Path) -> Command:
    return [str(place / "python"), "-m", "benchmarks.serving.servers.litserve_server", str(port)], {}


def _bentoml(folder: Path, port: int, place: Path) -> Command:
    service = "benchmarks.serving.servers.bentoml_service:Windows"
    words = [str(place / "bentoml"), "serve", service, "--host", "127.0.0.1", "--port", str(port)]
    return words, {"BENTOML_DO_NOT_TRACK": "True", "BENTOML_HOME": str(folder)}


def _ray(folder: Path, port: int, place: Path) -> Command:
    words = [str(place / "python"), "-m", "benchmarks.serving.servers.ray_deployment", str(port)]
    # What it waits by default is too short for a busy machine.
    return words, {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled", "RAY_raylet_start_wait_time_s": "120"}


def ours(**settings: str) -> Callable[[Path, int, Path], Command]:
    """Starts `brinell serve` on this machine only, without keys, with these settings."""

    def command(folder: Path, port: int, _: Path) -> Command:
        given = {"auth": "none", "log_level": "warning"} | settings | {"port": str(port), "state": str(folder)}
        return [sys.executable, "-m", "brinell", "serve"], {
            f"BRINELL_{name.upper()}": each for name, each in given.items()
        }

    return command


OURS = Host(
    "brinell", "**Brinell**", {JSON: protocol_json, BINARY: protocol_binary}, _of_protocol, ours(store="none"),
    told="two threads; it waits for nobody, and reads what has gathered meanwhile",
)  # fmt: skip
HOSTS: tuple[Host, ...] = (
    OURS,
    Host(
        "mlserver", "MLServer", {JSON: protocol_json}, _of_protocol, _mlserver, ("mlserver==1.7.1",),
        told="its own process and no pool of others, which is cheaper here; over HTTP it takes no binary tensors",
    ),
    Host(
        "litserve", "LitServe", {JSON: row("/predict")}, _of_names, _litserve, ("litserve==0.2.19",),
        told="one worker; it takes JSON and forms",
    ),
    Host(
        "bentoml", "BentoML", {JSON: nested("/predict")}, _of_rows, _bentoml,
        ("bentoml==1.4.40", "httptools==0.9.0", "uvloop==0.23.0"),
        told="one worker, with the event loop and the HTTP parser that ours has; it takes JSON and forms",
    ),
    Host(
        "ray", "Ray Serve", {JSON: row("/"), BINARY: raw("/")}, _of_names, _ray, ("ray[serve]==2.60.0",),
        told="one replica; what its cluster does beside is counted",
    ),
)  # fmt: skip


def titled(name: str) -> str:
    """The title of the server of that name; the name itself where there is none any more."""
    return next((each.title for each in HOSTS if each.name == name), name)
