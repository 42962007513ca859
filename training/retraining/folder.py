"""A folder of recordings with `labels.csv`, one line a recording.

    file,finding,asset,specimen,speed_rpm,rate_hz,bearing,time
    fan/one.wav,outer_race,fan,de-2024,1480,,6205,2026-11-24T08:00:00Z

`file` is relative to the folder; `finding` is what was found (a fault, `normal`, or one of those that teach nothing);
`asset` the machine. May be left out: `specimen` (which physical bearing; else each asset has one), `speed_rpm`,
`rate_hz` (where the file says), `bearing` (a designation, geometry or orders), `channel`, `time` (ISO 8601
with its zone).
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from data.bearing import read_bearing
from data.errors import FormatError, SignalError
from data.exported import Finding
from data.formats import read_signal
from data.recording import Recording
from training.retraining.case import Case, Found, LeftOut, RetrainingError

LABELS = "labels.csv"

Absent = BeforeValidator(lambda text: text or None)
Words = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
SURPLUS = "a column without a heading"


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    file: Words
    finding: Finding
    asset: Words
    specimen: Annotated[str | None, Absent] = None
    speed_rpm: Annotated[float | None, Absent] = None
    rate_hz: Annotated[float | None, Absent] = None
    bearing: Annotated[str | None, Absent] = None
    channel: Annotated[str | None, Absent] = None
    time: Annotated[AwareDatetime | None, Absent] = None


def found_in_folder(folder: Path) -> Found:
    """Reads every recording that `labels.csv` lists.

    Raises:
        RetrainingError: no `labels.csv`, or a line that is none; an unreadable file is left out with its reason.
    """
    cases: list[Case] = []
    left_out: list[LeftOut] = []
    names: set[str] = set()
    for line in _lines(folder / LABELS):
        name = f"{line.file}:{line.channel}" if line.channel else line.file
        if name in names:
            raise RetrainingError(f"{folder / LABELS}: {name} stands there twice")
        names.add(name)
        fault = line.finding.fault
        if fault is None:
            left_out.append(LeftOut(name, f"{line.finding} teaches none of the faults"))
            continue
        try:
            recording = _recording(folder, line)
        except (FormatError, SignalError) as error:
            left_out.append(LeftOut(name, str(error)))
            continue
        cases.append(Case(name, line.asset, line.specimen or line.asset, fault, recording, line.time))
    return Found(f"folder {folder.name}", tuple(cases), tuple(left_out))


def _lines(path: Path) -> Iterator[_Line]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            for number, row in enumerate(csv.DictReader(file, restkey=SURPLUS), 2):
                try:
                    yield _Line.model_validate(row)
                except ValidationError as error:
                    first = error.errors(include_url=False)[0]
                    where = ".".join(str(part) for part in first["loc"])
                    raise RetrainingError(f"{path}, line {number}: {where}: {first['msg']}") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RetrainingError(f"{path} cannot be read: {error}; it lists file,finding,asset,...") from error


def _recording(folder: Path, line: _Line) -> Recording:
    path = (folder / line.file).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise FormatError(f"{line.file} lies outside the folder")
    signal = read_signal(path, rate_hz=line.rate_hz, channel=line.channel)
    if signal.rate_hz is None:
        raise SignalError("rate_hz", "the file does not say it; give it in labels.csv")
    orders = read_bearing(line.bearing).orders if line.bearing else None
    speed = line.speed_rpm if line.speed_rpm is not None else signal.speed_rpm
    return Recording(signal.samples, signal.rate_hz, speed_rpm=speed, orders=orders, source=line.file)
