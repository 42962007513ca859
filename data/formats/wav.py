"""WAV files by libsndfile: 8 to 32-bit integers, where full scale becomes 1.0, and floats, taken as they are."""

import os

from data.formats.channel import Wanted
from data.formats.npy import channels_of
from data.formats.signal import Signal
from data.formats.source import Source
from data.units import FULL_SCALE

_INTEGERS = ("PCM_U8", "PCM_S8", "PCM_16", "PCM_24", "PCM_32")
_FLOATS = ("FLOAT", "DOUBLE")


def read(source: Source, wanted: Wanted = None) -> list[Signal]:
    """Channels of a WAV file, with its sampling rate.

    Integers are divided by full scale: the unit is then full scale and not g, and the note says so. (A 24-bit file
    must not be read through 32-bit integers: that shifts it by eight bits.)

    Raises:
        FormatError: no WAV file, a compressed one, or several channels and none `wanted` (by number from 1).
    """
    import soundfile

    try:
        if _is_cut(source):
            raise source.wrong("shorter than its header says; it was cut off")
        with soundfile.SoundFile(source.file) as file:
            if file.format not in ("WAV", "WAVEX", "RF64"):
                raise source.wrong(f"a {file.format} file under the name of a WAV file")
            # What is compressed can claim any length; the others are as long as the file.
            if file.subtype not in _INTEGERS + _FLOATS:
                raise source.wrong(f"compressed as {file.subtype}; save it as PCM or float")
            rate, subtype = float(file.samplerate), file.subtype
            frames = file.read(dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise source.wrong(f"{error.error_string} A WAV file is wanted.") from error
    whole = subtype in _INTEGERS
    note = f"WAV {subtype}" + (", integer full scale = 1.0, not g" if whole else "")
    return channels_of(source, frames, wanted, note=note, rate_hz=rate, unit=FULL_SCALE if whole else None)


def _is_cut(source: Source) -> bool:
    # libsndfile reads what is there of a cut file without a word. Recorders that stream leave 0 or all ones.
    head = source.file.read(8)
    size = source.file.seek(0, os.SEEK_END)
    source.file.seek(0)
    declared = int.from_bytes(head[4:8], "little")
    return head[:4] == b"RIFF" and 0 < declared < 0xFFFF_FF00 and size < declared + 8
