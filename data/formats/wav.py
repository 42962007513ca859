"""WAV files by libsndfile: 8 to 32-bit integers, where full scale becomes 1.0, and floats, taken as they are."""

from pathlib import Path

from data.errors import FormatError
from data.formats.npy import one_channel
from data.formats.signal import Channel, Signal


def read(path: Path, channel: Channel = None) -> Signal:
    """One channel of a WAV file, with its sampling rate.

    Integers are divided by full scale: the unit is then full scale and not g, and the note says so. (A 24-bit file
    must not be read through 32-bit integers: that shifts it by eight bits.)

    Raises:
        FormatError: no WAV file, or several channels and no `channel` (a number from 1).
    """
    import soundfile

    try:
        with soundfile.SoundFile(path) as file:
            if file.format not in ("WAV", "WAVEX", "RF64"):
                raise FormatError(f"{path}: a {file.format} file under the name of a WAV file")
            if _is_cut(path):
                raise FormatError(f"{path}: shorter than its header says; it was cut off")
            rate, subtype = float(file.samplerate), file.subtype
            frames = file.read(dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise FormatError(f"{path}: {error}; a WAV file is wanted") from error
    note = f"WAV {subtype}"
    if subtype not in ("FLOAT", "DOUBLE"):
        note += ", integer full scale = 1.0, not g"
    return Signal(one_channel(path, frames, channel), rate, note)


def _is_cut(path: Path) -> bool:
    # libsndfile reads what is there of a cut file without a word. Recorders that stream leave 0 or all ones.
    with path.open("rb") as file:
        head = file.read(8)
    declared = int.from_bytes(head[4:8], "little")
    return head[:4] == b"RIFF" and 0 < declared < 0xFFFF_FF00 and path.stat().st_size < declared + 8
