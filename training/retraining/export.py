"""An export of the service as labelled recordings; its machines are told apart by asset."""

from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

from data.exported import Export, Finding, RecordingLine, standing
from data.fault import Fault
from models.signing import export_signer, read_keys
from training.retraining.case import Case, Found, LeftOut
from training.retraining.labels import labels


def found_in_export(path: Path, longest: timedelta, trusted: Path | None = None) -> Found:
    """Reads what findings label, and only that.

    Args:
        path: the zip file.
        longest: before an opening that a finding says anything about.
        trusted: public key, or folder of them, one of which must have signed it; None asks for no signature.

    Raises:
        ExportError: it is no export, damaged or tampered with.
        SigningError: nobody who is trusted signed it.
    """
    opened: AbstractContextManager[Export] = Export.open(path)
    with opened as export:
        signed = f", signed by {export_signer(export, read_keys(trusted))}" if trusted else ""
        lines = list(export.recordings())
        known = labels(lines, standing(export.feedback()), longest)
        cases, left_out = [], []
        for line in lines:
            label = known[line.id]
            if not isinstance(label, Finding):
                left_out.append(LeftOut(_name(line), label))
            elif label.fault is None:
                left_out.append(LeftOut(_name(line), f"{label} teaches none of the faults"))
            else:
                cases.append(_case(export, line, label.fault))
        when = f"{export.manifest.made_at:%Y-%m-%d %H:%M} UTC"
        return Found(f"export {path.name} of {when}{signed}", tuple(cases), tuple(left_out))


def _case(export: Export, line: RecordingLine, fault: Fault) -> Case:
    return Case(_name(line), line.asset, line.asset, fault, export.recording(line), line.time)


def _name(line: RecordingLine) -> str:
    return f"{line.asset}/{line.axis}/{line.id}"
