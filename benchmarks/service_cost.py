"""What the service costs on this machine: CPU seconds to ready, CPU a request, resident memory as requests go by.

Starts `brinell serve` on a free port and asks it about a simulated bearing, one request after the other. CPU seconds
are the server's own, from the kernel's account, so that a busy machine disturbs them less than the clock.

    make bench
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import numpy as np
import psutil

from data.fault import Fault
from data.rig import draw_rig, simulate

ROOT = Path(__file__).resolve().parents[1]
READY_WITHIN_S = 60
MIB = 1 << 20
RAW = {"Content-Type": "application/octet-stream"}


def main() -> None:
    """Prints the figures."""
    with served() as (url, process, ready_s):
        print(f"exec to ready: {cpu_s(process):.2f} CPU s, {ready_s:.2f} s by the clock")
        print(f"resident when ready: {process.memory_info().rss / MIB:.0f} MiB")
        body, query = question(seconds=2.0)
        with httpx2.Client(base_url=url, timeout=60) as client:
            print(f"asked: 2 s of a simulated outer race fault at {query['rate_hz']:g} Hz, {len(body) / 1e6:.2f} MB")
            previous = 0
            for total in (10, 100, 1000):
                before = cpu_s(process)
                for _ in range(total - previous):
                    client.post("/v1/diagnose", params=query, content=body, headers=RAW).raise_for_status()
                each_ms = 1000 * (cpu_s(process) - before) / (total - previous)
                resident = process.memory_info().rss / MIB
                print(f"after {total:4d} requests: {resident:.0f} MiB resident, {each_ms:.1f} CPU ms each")
                previous = total


def question(seconds: float) -> tuple[bytes, dict[str, float]]:
    """A body of little-endian float32, and what the request says about it."""
    rng = np.random.default_rng(0)
    recording = simulate(draw_rig(rng, rate_hz=48_000.0, speed_rpm=1500.0), Fault.OUTER_RACE, seconds, rng)
    return recording.samples.astype("<f4").tobytes(), {"rate_hz": recording.rate_hz, "speed_rpm": 1500.0}


@contextmanager
def served() -> Iterator[tuple[str, psutil.Process, float]]:
    """A service of its own: where it is, its process, and how long it took to be ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-m", "brinell", "serve"],
        cwd=ROOT,
        env=os.environ | {"BRINELL_HOST": "127.0.0.1", "BRINELL_PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        while not ready(url):
            if server.poll() is not None or time.perf_counter() - began > READY_WITHIN_S:
                raise SystemExit("the service did not become ready: brinell serve says why")
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


if __name__ == "__main__":
    main()
