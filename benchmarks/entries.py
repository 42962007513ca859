"""Who races: one entry each. A file that the bundle does not have, or a package that is not installed, is left out."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from benchmarks import kit
from models.bundle import INT8_MODEL, MODEL

EXTRA = "pip install '.[bench]' in Brinell's checkout"
WITHOUT_DEPENDENCIES = "pip install --no-deps spikingjelly (with what it depends on, it brings another PyTorch)"


@dataclass(frozen=True)
class Entry:
    """One competitor.

    Attributes:
        name: short, for `--only` and the raw results.
        title: for people.
        place: "module:class" of a `benchmarks.competitors.competitor.Competitor`.
        file: that it loads, of the kit.
        answers: how near its answers must be, and to whose: a name in `benchmarks.agreement.AGREEMENTS`.
        needs: the package that it cannot do without, and how to get it.
        trains: "module:function" that puts its neurons into a network, where it is one that trains.
    """

    name: str
    title: str
    place: str
    file: str
    answers: str = "same"
    needs: tuple[str, str] | None = None
    trains: str | None = None

    def missing(self, folder: Path) -> str | None:
        """Why it cannot run; None where it can."""
        if not (folder / self.file).exists():
            return f"the bundle has no {self.file}"
        if self.needs is not None and find_spec(self.needs[0]) is None:
            return f"{self.needs[0]} is not installed: {self.needs[1]}"
        if self.place == COMPILED and not any(map(shutil.which, ("c++", "g++", "clang++"))):
            return "no C++ compiler"
        return None


ONNXRUNTIME = "benchmarks.competitors.onnxruntime:OnnxRuntime"
OPENVINO = "benchmarks.competitors.openvino:OpenVino"
PYTORCH = "benchmarks.competitors.pytorch:PyTorch"
COMPILED = "benchmarks.competitors.pytorch:Compiled"

FLOAT32 = Entry("float32", "**Brinell, float32 graph** (onnxruntime)", ONNXRUNTIME, MODEL)
INT8 = Entry("int8", "**Brinell, int8 graph** (onnxruntime)", ONNXRUNTIME, INT8_MODEL, "rounded")
SPIKING_JELLY = Entry(
    "spikingjelly", "SpikingJelly, multi-step", "benchmarks.competitors.spikingjelly:SpikingJelly", kit.NETWORK,
    needs=("spikingjelly", WITHOUT_DEPENDENCIES), trains="benchmarks.competitors.spikingjelly:with_its_neurons",
)  # fmt: skip
SNN_TORCH = Entry(
    "snntorch", "snnTorch", "benchmarks.competitors.snntorch:SnnTorch", kit.NETWORK,
    needs=("snntorch", EXTRA), trains="benchmarks.competitors.snntorch:with_its_neurons",
)  # fmt: skip
EAGER = Entry("pytorch", "PyTorch, eager", PYTORCH, kit.NETWORK)

COMPETITORS: tuple[Entry, ...] = (
    FLOAT32,
    INT8,
    Entry("naive", "naive export, T copies of every layer (onnxruntime)", ONNXRUNTIME, kit.NAIVE),
    Entry("exported", "torch's export (onnxruntime)", ONNXRUNTIME, kit.EXPORTED),
    Entry("openvino", "OpenVINO on the float32 graph", OPENVINO, MODEL, needs=("openvino", EXTRA)),
    Entry("openvino-int8", "OpenVINO on the int8 graph", OPENVINO, INT8_MODEL, "rounded", needs=("openvino", EXTRA)),
    Entry("openvino-exported", "OpenVINO on torch's export", OPENVINO, kit.EXPORTED, needs=("openvino", EXTRA)),
    EAGER,
    Entry("compiled", "PyTorch, torch.compile", COMPILED, kit.NETWORK),
    SPIKING_JELLY,
    SNN_TORCH,
    Entry("twin", "ReLU twin, float32 (onnxruntime)", ONNXRUNTIME, kit.TWIN, "twin"),
    Entry("twin-int8", "ReLU twin, int8 by onnxruntime's tool", ONNXRUNTIME, kit.TWIN_INT8, "rounded twin"),
)
TRAINED = (EAGER, SPIKING_JELLY, SNN_TORCH)
"""Ours first."""


def titled(name: str) -> str:
    """The title of the competitor of that name; the name itself where there is none any more."""
    return next((each.title for each in COMPETITORS if each.name == name), name)


def installed(entries: Iterable[Entry], folder: Path) -> tuple[list[Entry], dict[str, str]]:
    """Those that can run, and why the others cannot, by name."""
    reasons = {each: each.missing(folder) for each in entries}
    return [each for each, why in reasons.items() if why is None], {
        each.name: why for each, why in reasons.items() if why is not None
    }
