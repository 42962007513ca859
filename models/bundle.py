"""A bundle: one version of one model, loaded only where every file and every golden answer is right.

`Bundle.load(folder)` checks the files, `check_golden(bundle)` the answers; `bundle.graph.run(windows)` gives new ones.
Where the bundle has it, `bundle.int8_graph` is the same network with weights in int8; `graph` is what answers.
"""

import hashlib
import io
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from data.character import Character
from data.errors import BrinellError
from models.graph import Graph, Reading
from models.layers import counted
from models.manifest import Manifest, Port
from models.verdict import Conclusion, conclude

PRETRAINED = Path(__file__).parent / "pretrained"
MANIFEST = "manifest.json"
SCHEMA = "manifest.schema.json"
MODEL = "model.onnx"
INT8_MODEL = "model.int8.onnx"
TRACE_MODEL = "model.trace.onnx"
GOLDEN = "golden.npz"
LOGIT_TOLERANCE = 0.01
SPIKE_TOLERANCE = 1e-3
RECORDED = {MODEL: "", INT8_MODEL: "int8_"}
"""What the names of a graph's arrays begin with in the golden vectors."""


class BundleError(BrinellError):
    """A bundle is damaged, incomplete, or does not answer on this processor as it did where it was made."""

    def __init__(self, bundle: Path | str, reason: str) -> None:
        super().__init__(f"bundle {bundle}: {reason}")
        self.reason = reason


def versions(name: Path) -> list[Path]:
    """The folders `<name>/<version>` of a bundle, the newest first, by number: 1.10.0 stands before 1.9.0."""
    folders = name.iterdir() if name.is_dir() else ()
    seen = [path for path in folders if path.is_dir() and not path.name.startswith(".")]
    return sorted(seen, key=lambda path: numbers(path.name), reverse=True)


def numbers(version: str) -> tuple[int, ...]:
    """What versions are compared by."""
    return tuple(int(part) if part.isdecimal() else -1 for part in version.split("."))


@dataclass(frozen=True, eq=False)
class Golden:
    """Windows of simulated recordings, float32 [K, 1, length], and what one graph said of them where it was made."""

    windows: NDArray[np.float32]
    logits: NDArray[np.float32]
    spikes: NDArray[np.float32]


@dataclass(frozen=True)
class Bundle:
    """A bundle whose files are those that its manifest lists.

    Attributes:
        written: the bytes of the manifest, which are what a signature is over.
    """

    folder: Path
    manifest: Manifest
    written: bytes = field(repr=False)

    @classmethod
    def load(cls, folder: Path) -> "Bundle":
        """Reads the manifest and checks every file that it lists.

        Raises:
            BundleError: no readable manifest, one of another schema, or a file that is missing or not the one listed.
        """
        written = _written(folder)
        manifest = read_manifest(folder, written)
        for name in (MODEL, GOLDEN):
            if name not in manifest.files:
                raise BundleError(folder, f"the manifest lists no {name}")
        bundle = cls(folder, manifest, written)
        for name in manifest.files:
            bundle.content(name)
        return bundle

    @property
    def identity(self) -> str:
        """`name/version`."""
        return self.manifest.identity

    @property
    def sha256(self) -> str:
        """Of the manifest, and so of all that it lists."""
        return hashlib.sha256(self.written).hexdigest()

    @cached_property
    def graph(self) -> Graph:
        """The network; loaded at first use.

        Raises:
            BundleError: onnxruntime cannot load it, or its shapes are not those of the manifest.
        """
        return self._answering(MODEL)

    @cached_property
    def int8_graph(self) -> Graph | None:
        """The network with weights in int8, where the bundle has one; loaded at first use.

        Raises:
            BundleError: as `graph`.
        """
        return self._answering(INT8_MODEL) if INT8_MODEL in self.manifest.files else None

    def _answering(self, name: str) -> Graph:
        graph = self._graph(name)
        wanted = {
            "logits": len(self.manifest.faults),
            "spikes": len(counted(self.manifest.layers)),
            "synops": len(counted(self.manifest.layers)),
            "features": len(self.manifest.unknown_check.means[0]),
        }
        for output, width in wanted.items():
            if graph.outputs[output][-1] != width:
                raise BundleError(self.folder, f"{output} is {graph.outputs[output]}; the manifest says {width} wide")
        if graph.length != self.manifest.front_end.length:
            made = self.manifest.front_end.length
            raise BundleError(self.folder, f"the graph reads {graph.length} samples, the front end makes {made}")
        return graph

    def conclude(self, windows: NDArray[np.float32], of_recording: Character) -> tuple[Reading, Conclusion]:
        """Reads `windows` [positions, bands, length] of one recording, and joins them to one answer."""
        positions, bands, length = windows.shape
        reading = self.graph.run(windows.reshape(positions * bands, 1, length))
        conclusion = conclude(
            reading.logits.reshape(positions, bands, -1),
            reading.features.reshape(positions, bands, -1),
            of_recording,
            self.manifest.calibration,
            self.manifest.unknown_check,
        )
        return reading, conclusion

    @cached_property
    def tracer(self) -> Graph | None:
        """The network that also outputs its spike trains, where the bundle has one; loaded at first use."""
        return self._graph(TRACE_MODEL) if TRACE_MODEL in self.manifest.files else None

    def golden(self, name: str = MODEL) -> Golden:
        """The golden vectors of the graph `name`.

        Raises:
            BundleError: not an archive of the three arrays.
        """
        answers = RECORDED[name]
        try:
            with np.load(io.BytesIO(self.content(GOLDEN)), allow_pickle=False) as arrays:
                return Golden(arrays["windows"], arrays[f"{answers}logits"], arrays[f"{answers}spikes"])
        except (OSError, ValueError, KeyError) as error:
            raise BundleError(self.folder, f"{GOLDEN} cannot be read: {error}") from error

    def content(self, name: str) -> bytes:
        """One file's bytes, checked.

        Raises:
            BundleError: missing, or its sha256 is not the manifest's.
        """
        try:
            content = (self.folder / name).read_bytes()
        except OSError as error:
            raise BundleError(self.folder, f"{name} cannot be read: {error.strerror}") from error
        if hashlib.sha256(content).hexdigest() != self.manifest.files[name]:
            raise BundleError(self.folder, f"{name} is not the file that the manifest lists (sha256 differs)")
        return content

    def _graph(self, name: str) -> Graph:
        try:
            return Graph(self.content(name))
        except ValueError as error:
            raise BundleError(self.folder, f"{name}: {error}") from error


def check_golden(bundle: Bundle, name: str = MODEL) -> None:
    """Runs the golden vectors through the graph `name` on this very processor.

    Float sums differ between processors and can flip a spike that sits on the threshold, hence the tolerances: the
    same fault on all, logits within 0.01, total spikes within 0.1 %.

    Raises:
        BundleError: an answer is not the one recorded.
    """
    golden = bundle.golden(name)
    graph = bundle.graph if name == MODEL else bundle.int8_graph
    if graph is None:
        raise BundleError(bundle.folder, f"it has no {name}")
    try:
        reading = graph.run(golden.windows)
    except Exception as error:  # of onnxruntime's own family
        raise BundleError(bundle.folder, f"the golden windows cannot be run: {error}") from error
    if reading.logits.shape != golden.logits.shape:
        raise BundleError(bundle.folder, f"golden logits {golden.logits.shape}, the graph gives {reading.logits.shape}")
    other = np.flatnonzero(reading.logits.argmax(axis=1) != golden.logits.argmax(axis=1))
    if other.size:
        raise BundleError(bundle.folder, f"another fault on golden windows {other.tolist()}")
    off = float(np.abs(reading.logits - golden.logits).max())
    if not off <= LOGIT_TOLERANCE:
        raise BundleError(bundle.folder, f"golden logits are off by {off:.4g}, allowed {LOGIT_TOLERANCE}")
    recorded = float(golden.spikes.sum(dtype=np.float64))
    spikes = float(reading.spikes.sum(dtype=np.float64))
    if abs(spikes - recorded) > SPIKE_TOLERANCE * recorded:
        raise BundleError(bundle.folder, f"{spikes:.0f} spikes on the golden windows, recorded {recorded:.0f}")


def write_bundle(
    folder: Path, draft: Manifest, files: Mapping[str, Path | bytes], golden_windows: NDArray[np.float32]
) -> Bundle:
    """Writes a bundle: files, golden vectors, manifest and its schema; `folder` appears whole or not at all.

    Args:
        folder: `.../<name>/<version>`; an existing one is replaced.
        draft: all of the manifest but `files`, `inputs` and `outputs`, which are filled in here.
        files: content or path by name in the bundle (`model.onnx`, `model.trace.onnx`, `config.toml`, `README.md` ...).
        golden_windows: float32 [K, 1, length], of simulated recordings.

    Raises:
        BundleError: what was written cannot be loaded and checked again.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        _fill(fresh, draft, files, golden_windows)
        written = Bundle.load(fresh)
        for name in RECORDED.keys() & files.keys():
            check_golden(written, name)
        fresh.chmod(0o755)
        if folder.exists():
            shutil.rmtree(folder)
        fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return Bundle.load(folder)


def _fill(
    folder: Path, draft: Manifest, files: Mapping[str, Path | bytes], golden_windows: NDArray[np.float32]
) -> None:
    contents = {name: file if isinstance(file, bytes) else file.read_bytes() for name, file in files.items()}
    graphs = {name: Graph(contents[name]) for name in RECORDED if name in contents}
    contents[GOLDEN] = _golden_bytes(golden_windows, {name: each.run(golden_windows) for name, each in graphs.items()})
    contents[SCHEMA] = _json(Manifest.model_json_schema())
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    manifest = draft.model_copy(
        update={
            "inputs": _ports(graphs[MODEL].inputs),
            "outputs": _ports(graphs[MODEL].outputs),
            "files": {name: hashlib.sha256(contents[name]).hexdigest() for name in sorted(contents)},
        }
    )
    (folder / MANIFEST).write_bytes(_json(manifest.model_dump(mode="json")))


def _golden_bytes(windows: NDArray[np.float32], readings: Mapping[str, Reading]) -> bytes:
    arrays = {"windows": windows}
    for name, reading in readings.items():
        arrays |= {f"{RECORDED[name]}logits": reading.logits, f"{RECORDED[name]}spikes": reading.spikes}
    archive = io.BytesIO()
    np.savez_compressed(archive, allow_pickle=False, **arrays)
    return archive.getvalue()


def _ports(ports: Mapping[str, list[int | str]]) -> tuple[Port, ...]:
    return tuple(Port(name=name, shape=tuple(shape)) for name, shape in ports.items())


def _json(content: object) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _written(folder: Path) -> bytes:
    try:
        return (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise BundleError(folder, f"{MANIFEST} cannot be read: {error.strerror}") from error


def read_manifest(folder: Path | str, written: bytes) -> Manifest:
    """The manifest that `written`, the content of `manifest.json`, holds.

    Raises:
        BundleError: it is not one of this schema.
    """
    try:
        return Manifest.model_validate_json(written)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BundleError(folder, f"{MANIFEST}: {where or 'content'}: {first['msg']}") from error
