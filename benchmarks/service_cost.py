"""What the service costs on this machine: CPU seconds to ready, CPU a request, resident memory as requests go by.

Starts `brinell serve` on a free port and asks it about a simulated bearing, one request after the other. CPU seconds
are the server's own, from the kernel's account, so that a busy machine disturbs them less than the clock.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import httpx2
import numpy as np
import psutil
from rich.progress import Progress

from benchmarks.effort import Effort
from benchmarks.process import ROOT, WorkerError
from benchmarks.results import ServiceCost
from benchmarks.runner import MIB
from data.fault import Fault
from data.rig import draw_rig, simulate

READY_WITHIN_S = 60
SECONDS = 2.0
RAW = {"Content-Type": "application/octet-stream"}


def service(effort: Effort, bar: Progress) -> ServiceCost:
    """Starts a service and asks it until the last of `effort.requests`."""
    task = bar.add_task("service", total=len(effort.requests))
    cpu_ms, resident = [], []
    with served() as (url, process, ready_wall_s):
        ready_cpu_s, ready_mib = cpu_s(process), process.memory_info().rss / MIB
        body, query = question(SECONDS)
        with httpx2.Client(base_url=url, timeout=60) as client:
            for previous, total in pairwise((0, *effort.requests)):
                before = cpu_s(process)
                for _ in range(total - previous):
                    client.post("/v1/diagnose", params=query, content=body, headers=RAW).raise_for_status()
                cpu_ms.append(round(1000 * (cpu_s(process) - before) / (total - previous), 2))
                resident.append(round(process.memory_info().rss / MIB, 1))
                bar.advance(task)
    return ServiceCost(
        ready_cpu_s=round(ready_cpu_s, 2),
        ready_wall_s=round(ready_wall_s, 2),
        ready_mib=round(ready_mib, 1),
        asked=f"{SECONDS:g} s of a simulated outer race fault at {query['rate_hz']:g} Hz, {len(body) / 1e6:.2f} MB",
        requests=effort.requests,
        cpu_ms=tuple(cpu_ms),
        resident_mib=tuple(resident),
    )


def question(seconds: float) -> tuple[bytes, dict[str, float]]:
    """A body of little-endian float32, and what the request says about it."""
    rng = np.random.default_rng(0)
    recording = simulate(draw_rig(rng, rate_hz=48_000.0, speed_rpm=1500.0), Fault.OUTER_RACE, seconds, rng)
    return recording.samples.astype("<f4").tobytes(), {"rate_hz": recording.rate_hz, "speed_rpm": 1500.0}


@contextmanager
def served() -> Iterator[tuple[str, psutil.Process, float]]:
    """A service with a store of its own, without keys: where it is, its process, and how long it took to be ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as state:
        began = time.perf_counter()
        server = subprocess.Popen(
            [sys.executable, "-m", "brinell", "serve"],
            cwd=ROOT,
            env=os.environ | {"BRINELL_AUTH": "none", "BRINELL_STATE": state, "BRINELL_PORT": str(port)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            while not ready(url):
                if server.poll() is not None or time.perf_counter() - began > READY_WITHIN_S:
                    raise WorkerError("the service did not become ready: brinell serve says why")
                time.sleep(0.01)
            yield url, psutil.Process(server.pid), time.perf_counter() - began
        finally:
            server.terminate()
            server.wait(timeout=30)


def ready(url: str) -> bool:
    """Does it answer, and with a bundle loaded?"""
    try:
        return httpx2.get(f"{url}/readyz").status_code == 200
    except httpx2.TransportError:
        return False


def cpu_s(process: psutil.Process) -> float:
    """CPU seconds of a process so far, user and system."""
    times = process.cpu_times()
    return float(times.user + times.system)
