"""The kinds of body in the words of OpenAPI."""

from typing import Any

from service.bodies import CODECS, CSV, INT16, JSON
from service.bodies.multipart import FORM
from service.question import Query

_BINARY = {"type": "string", "format": "binary"}
_TITLES = {
    "application/octet-stream": "Little-endian float32, or a .npy file",
    INT16: "Little-endian int16; `scale` in the query says what one count is",
    "application/x-npy": "A .npy file, [samples] or [samples, channels]",
    "audio/wav": "A WAV file, PCM or float",
    CSV: "A table of numbers, with or without names and times",
    "application/x-matlab-data": "A MATLAB file, version 5 or 7.3",
    "application/x-tdms": "A TDMS file of LabVIEW",
    "application/x-uff": "A universal file with datasets 58 or 58b",
}
_CSV_EXAMPLE = "time (s),drive end (m/s2)\n0.00000000,0.12\n0.00003906,-0.31\n0.00007812,0.08\n"


def content(json_schema: dict[str, Any], json_example: Any) -> dict[str, Any]:
    """What a body with one recording may be, by content type.

    Args:
        json_schema: of a JSON body.
        json_example: a real one.
    """
    examples = {
        "outer_race": {
            "summary": "0.35 s of a simulated bearing with an outer race fault, 1800 rpm",
            "value": json_example,
        }
    }
    described: dict[str, Any] = {JSON: {"schema": json_schema, "examples": examples}}
    for kind in CODECS:
        if kind != JSON:
            described[kind] = {"schema": _BINARY | {"title": _TITLES[kind]}}
    described[CSV]["example"] = _CSV_EXAMPLE
    described[FORM] = {"schema": form(_BINARY | {"description": "Its name's ending says what it is."})}
    return described


def form(files: dict[str, Any]) -> dict[str, Any]:
    """The schema of a form: the files under the name `file`, and what a query may say."""
    fields = {name: _as_text(field) for name, field in Query.model_json_schema()["properties"].items()}
    return {"type": "object", "required": ["file"], "properties": {"file": files} | fields}


def _as_text(field: dict[str, Any]) -> dict[str, Any]:
    """A form has no null: what is not said is left out."""
    if "anyOf" not in field:
        return field
    kind: dict[str, Any] = next(each for each in field["anyOf"] if each != {"type": "null"})
    return kind | {name: said for name, said in field.items() if name not in ("anyOf", "default")}
