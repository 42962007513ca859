"""The recordings of a folder, each with the time that it was made at, in the order of time.

When a recording was made is said by its name, by a table, or, where it is asked for, by the time of its file, which any
copy may have changed. All times are UTC.

>>> str(time_in("2026-11-24T08-30_fan.wav")), str(time_in("pump 20261124 083005.csv")), time_in("pump 17.csv")
('2026-11-24 08:30:00+00:00', '2026-11-24 08:30:05+00:00', None)
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from data.formats import FORMATS
from service.assets.offline.trouble import MachineError

NAME, MODIFIED = "name", "modified"
COLUMNS = ("file", "time", "speed_rpm")

_DATE = r"(?<!\d)((?:19|20)\d\d)[-._]?(0[1-9]|1[0-2])[-._]?(0[1-9]|[12]\d|3[01])"
_TIME = r"(?:[T _.-]?([01]\d|2[0-3])[-:._h]?([0-5]\d)(?:[-:._m]?([0-5]\d))?)?(?!\d)"
_IN_NAME = re.compile(_DATE + _TIME)


@dataclass(frozen=True)
class Dated:
    """A file with a recording.

    Attributes:
        path: of the file.
        time: when it was made.
        speed_rpm: at which speed, where the table says it.
    """

    path: Path
    time: datetime
    speed_rpm: float | None = None


def recordings(folder: Path, times: str = NAME) -> list[Dated]:
    """Those of a folder, the oldest first.

    Args:
        folder: whose files are read by the endings of their names; folders in it are not looked into.
        times: `name`, `modified`, or a CSV file with the columns `file` (within the folder), `time` (ISO 8601) and,
            where it is known, `speed_rpm`; further columns do no harm. Then what stands in the table is read.

    Raises:
        MachineError: no folder, no recordings, or one whose time is not known.
    """
    if not folder.is_dir():
        raise MachineError(f"{folder}: no such folder; give the one that the recordings are in")
    found = _of_folder(folder, times) if times in (NAME, MODIFIED) else _of_table(folder, Path(times))
    if not found:
        raise MachineError(f"{folder}: no recordings; their names end in {', '.join(FORMATS)}")
    return sorted(found, key=lambda each: (each.time, each.path.name))


def time_in(name: str) -> datetime | None:
    """The first date in a name, with the time of day that follows it; None where there is none."""
    found = _IN_NAME.search(name)
    if found is None:
        return None
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def _of_folder(folder: Path, times: str) -> list[Dated]:
    paths = [path for path in folder.iterdir() if path.suffix.lower() in FORMATS and path.is_file()]
    if times == MODIFIED:
        return [Dated(path, datetime.fromtimestamp(path.stat().st_mtime, UTC)) for path in paths]
    told = {path: time_in(path.name) for path in paths}
    silent = sorted(path.name for path, time in told.items() if time is None)
    if silent:
        raise MachineError(
            f"{folder}: {len(silent)} of {len(told)} names hold no date, such as {silent[0]}; say --times modified, or "
            "give a table: --times FILE.csv with the columns file,time"
        )
    return [Dated(path, time) for path, time in told.items() if time is not None]


def _of_table(folder: Path, table: Path) -> list[Dated]:
    try:
        text = table.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise MachineError(f"{table}: {error}; --times wants name, modified, or a CSV file") from None
    rows = csv.DictReader(text.splitlines(), delimiter=";" if ";" in text.partition("\n")[0] else ",")
    _check(table, rows.fieldnames or ())
    return [_row(folder, f"{table}, line {rows.line_num}", cells) for cells in rows]


def _check(table: Path, header: Sequence[str]) -> None:
    missing = [column for column in COLUMNS[:2] if column not in header]
    if missing:
        raise MachineError(f"{table}: no column {' and no column '.join(missing)}; wanted: {','.join(COLUMNS)}")


def _row(folder: Path, where: str, cells: dict[str, str | None]) -> Dated:
    path = folder / (cells["file"] or "").strip()
    if not path.is_file():
        raise MachineError(f"{where}: there is no {path}")
    speed = (cells.get("speed_rpm") or "").strip()
    try:
        time = datetime.fromisoformat((cells["time"] or "").strip())
        rpm = float(speed) if speed else None
    except ValueError as error:
        raise MachineError(f"{where}: {error}; wanted: a time such as 2026-11-24T08:00:00Z, a speed in rpm") from None
    return Dated(path, time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC), rpm)
