"""Bodies: from bytes of a content type to a question. A new kind is one file here and one line in `CODECS`."""

from service.bodies.codec import Bytes, Codec
from service.bodies.files import BY_ENDING, read_csv, read_mat, read_npy, read_tdms, read_uff, read_wav
from service.bodies.incoming import collect, drain
from service.bodies.json import read_json
from service.bodies.raw import read_float32, read_int16
from service.errors import refused

JSON = "application/json"
FLOAT32 = "application/octet-stream"
INT16 = "application/x-int16"
NPY = "application/x-npy"
WAV = "audio/wav"
CSV = "text/csv"
MATLAB = "application/x-matlab-data"
TDMS = "application/x-tdms"
UFF = "application/x-uff"

CODECS: dict[str, Codec] = {
    JSON: read_json,
    FLOAT32: read_float32,
    INT16: read_int16,
    NPY: read_npy,
    WAV: read_wav,
    CSV: read_csv,
    MATLAB: read_mat,
    TDMS: read_tdms,
    UFF: read_uff,
}
ALSO_CALLED = {
    "audio/x-wav": WAV,
    "audio/wave": WAV,
    "audio/vnd.wave": WAV,
    "application/csv": CSV,
    "application/matlab-mat": MATLAB,
    "application/x-unv": UFF,
}

__all__ = ["BY_ENDING", "CODECS", "FLOAT32", "INT16", "JSON", "NPY", "Bytes", "Codec", "codec", "collect", "drain",
           "kind_of", "read_float32", "read_int16", "read_json", "read_npy"]  # fmt: skip


def kind_of(content_type: str | None) -> str:
    """A Content-Type header without its parameters; none is taken for raw samples."""
    kind = (content_type or FLOAT32).partition(";")[0].strip().lower()
    return ALSO_CALLED.get(kind, kind)


def codec(content_type: str | None) -> Codec:
    """The codec of a Content-Type header.

    Raises:
        RequestRefused: 415, no codec for it.
    """
    kind = kind_of(content_type)
    if kind not in CODECS:
        raise refused(415, "content_type", f"{kind[:100]} cannot be read")
    return CODECS[kind]
