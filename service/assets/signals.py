"""The signals of a measuring point's axes, out of one request."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Annotated

from pydantic import Field, TypeAdapter

from data.recording import SHORTEST_SAMPLES
from service import question
from service.assets.asset import MOST_AXES, Asset, Axis, AxisName
from service.bodies import JSON, Bytes, kind_of
from service.bodies.codec import Several
from service.bodies.json import parsed, signal_of
from service.bodies.multipart import FORM, File, split
from service.bodies.ndjson import NAMES, Splitting
from service.bodies.upload import Upload, channels, of_file, plain
from service.errors import RequestRefused, refused
from service.question import Given, Sample, joined
from service.settings import Settings

Samples = Annotated[list[Sample], Field(min_length=SHORTEST_SAMPLES, fail_fast=True)]


class OfAxes(question.Query):
    """What `POST /v1/diagnose` takes, and the axis."""

    axis: Annotated[
        AxisName | None, Field(description="The signal is of this axis alone; else the request brings every axis.")
    ] = None


class Query(OfAxes):
    """The query of `POST /v1/assets/{id}/diagnose`: also what to keep."""

    keep: Annotated[bool, Field(description="Also keep the signal (GET /v1/assets/{id}/recordings).")] = False


class AxesBody(question.Facts):
    """A JSON body with signals of several axes."""

    signals: Annotated[
        dict[AxisName, Samples],
        Field(min_length=1, max_length=MOST_AXES, description="Acceleration by axis, g or as the axis says."),
    ]


_SAMPLES, _SIGNALS = TypeAdapter(question.Body), TypeAdapter(AxesBody)
_OF_AXES = re.compile(rb'"signals"\s*:')
"""Within a string of JSON a quote has a backslash before it, so this is the name of a field."""


def by_axis(upload: Upload, query: OfAxes, asset: Asset, settings: Settings) -> dict[Axis, Given]:
    """The signal of each axis that is asked about, in the asset's order.

    Raises:
        RequestRefused: the body cannot be read, or does not bring these axes.
    """
    axes = _asked(asset, query.axis)
    if kind_of(upload.content_type) == JSON:
        return _of_json(plain(upload), query, asset, axes)
    return _of_channels(lambda told, wanted: channels(upload, told, settings, wanted), query, axes)


def each_by_axis(upload: Upload, query: OfAxes, asset: Asset, settings: Settings) -> Iterator[dict[Axis, Given]]:
    """The same of several recordings: a form's files, lines of JSON, or whatever `by_axis` takes as one.

    Raises:
        RequestRefused: where the next one cannot be read, or does not bring these axes.
    """
    axes, kind = _asked(asset, query.axis), kind_of(upload.content_type)
    if kind == FORM:
        form = split(plain(upload), upload.content_type or "")
        told = joined(query, form.query())
        while form.files:  # each is let go as soon as it is read
            read = partial(_of_file, form.files.pop(0), settings)
            yield _of_channels(read, told, axes)
    elif kind in NAMES:
        for line in _lines(plain(upload), settings):
            yield _of_json(line, query, asset, axes)
    else:
        yield by_axis(upload, query, asset, settings)


def in_file(file: File, query: OfAxes, asset: Asset, settings: Settings) -> dict[Axis, Given]:
    """The same of a file, as of a form's.

    Raises:
        RequestRefused: it cannot be read, or does not bring these axes.
    """
    return _of_channels(partial(_of_file, file, settings), query, _asked(asset, query.axis))


def _lines(content: Bytes, settings: Settings) -> Iterator[bytes]:
    splitting = Splitting(settings.max_bytes(text=True))
    for _, line in chain(splitting.lines(bytes(content)), splitting.last()):
        if isinstance(line, RequestRefused):
            raise line
        yield line


def _of_file(file: File, settings: Settings, query: question.Query, wanted: Several) -> list[Given]:
    return of_file(file, query, settings, wanted)


def _of_channels(
    read: Callable[[question.Query, Several], list[Given]], query: question.Query, axes: Sequence[Axis]
) -> dict[Axis, Given]:
    if len(axes) == 1:
        [axis] = axes
        one = query if query.channel is not None else query.model_copy(update={"channel": axis.channel})
        return {axis: read(one, False)[0]}
    if query.channel is not None:
        raise refused(422, "channel", f"the asset says which channel each axis is; {_say_which(axes)}")
    return _each_its_own(read(query, tuple(axis.channel or axis.name for axis in axes)), axes)


def _asked(asset: Asset, name: str | None) -> Sequence[Axis]:
    axes = [axis for axis in asset.axes if name in (None, axis.name)]
    if not axes:
        raise refused(422, "axis", f"{asset.id} has no axis {name!r}; it has {_names(asset.axes)}")
    return axes


def _of_json(content: Bytes, query: OfAxes, asset: Asset, axes: Sequence[Axis]) -> dict[Axis, Given]:
    if not _OF_AXES.search(content):
        one = parsed(_SAMPLES, content)
        return _each_its_own([Given(signal_of(one.samples), query, one)], axes)
    body = parsed(_SIGNALS, content)
    foreign = sorted(body.signals.keys() - {axis.name for axis in axes})
    if foreign:
        raise refused(422, "signals", f"{foreign[0]!r} is none of {_names(axes)}")
    missing = [axis for axis in axes if axis.name not in body.signals]
    if missing:
        raise refused(422, "signals", f"{_names(missing)} of {asset.id} missing; {_say_which(axes)}")
    return {axis: Given(signal_of(body.signals[axis.name]), query, body) for axis in axes}


def _each_its_own(givens: Sequence[Given], axes: Sequence[Axis]) -> dict[Axis, Given]:
    if len(givens) != len(axes):
        raise refused(422, "axis", f"one signal, and {len(axes)} axes ({_names(axes)}); {_say_which(axes)}")
    return dict(zip(axes, givens, strict=True))


def _say_which(axes: Sequence[Axis]) -> str:
    return f"for one alone say ?axis={axes[0].name}"


def _names(axes: Sequence[Axis]) -> str:
    return ", ".join(axis.name for axis in axes)
