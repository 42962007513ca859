"""The mapping file: which topics are listened to, what their messages hold, and where the answers go.

docs/mqtt.md describes every field; docs/examples/mqtt has three files.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from data.errors import BrinellError
from data.units import written
from service.mqtt.pattern import Pattern, Template, TopicPattern, TopicTemplate
from service.mqtt.value import Given, Value
from service.question import SensitivityMvG, SpeedRpm
from service.toml_lines import line_of

SampleType = Literal["int8", "int16", "uint16", "int32", "float32", "float64"]
NAME = r"[a-z0-9][a-z0-9._-]{0,63}"
"""Of an asset, and of an axis."""


class MappingError(BrinellError):
    """A mapping file that cannot be; the message names file, line and field."""


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Chunks(_Strict):
    """How the messages of one recording find together.

    Attributes:
        id: the same in all of them, another one in the next recording.
        index: which of them this is.
        count: how many there are.
        first: the index of the first.
        seconds: what is not complete so long after its latest chunk is rejected.
        max_kib: what is larger is rejected.
    """

    id: Given
    index: Given
    count: Given
    first: Annotated[int, Field(ge=0, le=1)] = 0
    seconds: Annotated[float, Field(gt=0, le=86_400)] = 30
    max_kib: Annotated[int, Field(ge=1, le=262_144)] = 16_384


class Source(_Strict):
    """Messages of one kind. One message holds one channel; two sources with one topic read two channels of it."""

    topic: TopicPattern
    asset: TopicTemplate = Template.of("{asset}")
    axis: TopicTemplate = Template.of("{axis}")
    format: Literal["json", "bytes"]
    samples: Annotated[str | None, Field(pattern=r"^(/[^/]*)*$", max_length=500)] = None
    encoding: Literal["numbers", "base64"] = "numbers"
    type: SampleType | None = None
    endian: Literal["little", "big"] = "little"
    header_bytes: Annotated[int, Field(ge=0, le=65_535)] = 0
    channels: Annotated[int, Field(ge=1, le=64)] = 1
    channel: Annotated[int, Field(ge=1, le=64)] = 1
    scale: Given | None = None
    unit: Given | None = None
    rate_hz: Given
    speed_rpm: Given | None = None
    id: Given | None = None
    time: Given | None = None
    time_unit: Literal["s", "ms", "us"] = "s"
    chunks: Chunks | None = None

    @property
    def identity(self) -> str:
        """Tells it from the other sources, also after the file was changed elsewhere."""
        return f"{self.topic.text} {self.asset.text} {self.axis.text}"

    @property
    def is_bytes(self) -> bool:
        """Are the samples values as they lie in memory?"""
        return self.format == "bytes" or self.encoding == "base64"

    @field_validator("unit")
    @classmethod
    def _unit_is_known(cls, unit: Value | None) -> Value | None:
        if unit is not None and unit.constant is not None and written(str(unit.constant)) is None:
            raise ValueError("no unit of acceleration or of a sensor's voltage: g, mg, m/s2, V or mV")
        return unit

    @field_validator("samples")
    @classmethod
    def _samples_are_in_json(cls, samples: str | None, info: ValidationInfo) -> str | None:
        if samples is not None and info.data.get("format") == "bytes":
            raise ValueError("belongs to the format json")
        return samples

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.format == "json" and self.samples is None:
            raise ValueError('format = "json" needs samples: where in the JSON they stand')
        if self.format == "bytes" and self.encoding == "base64":
            raise ValueError('encoding = "base64" belongs to the format json')
        if self.is_bytes != (self.type is not None):
            raise ValueError("type belongs to bytes and to base64, and is needed there")
        if self.header_bytes and not self.is_bytes:
            raise ValueError("header_bytes belongs to bytes and to base64")
        if self.channel > self.channels:
            raise ValueError(f"there are {self.channels} channels")
        for template in (self.asset, self.axis):
            _refuse_unknown_names(template, self.topic)
        for field, value in self._values():
            _refuse_misplaced(field, value, self)
        return self

    def _values(self) -> Iterator[tuple[str, Value]]:
        for model in (self, self.chunks):
            for field in () if model is None else type(model).model_fields:
                value = getattr(model, field)
                if isinstance(value, Value):
                    yield field, value


class AssetFacts(_Strict):
    """What is known about an asset that its messages do not say."""

    speed_rpm: SpeedRpm | None = None
    bearing: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    sensitivity_mv_g: SensitivityMvG | None = None


class MessageMapping(_Strict):
    """A whole file.

    Attributes:
        result: topic of the answers; {asset} and {axis} stand in it.
        status: topic that says `online` or `offline`.
        discovery: first level of the topics on which Home Assistant hears of sensors; None tells it of none.
        sources: kinds of messages, `[[source]]`.
        names: what assets and axes are called here, where their topics call them otherwise.
        assets: what is known about each.
    """

    result: TopicTemplate = Template.of("brinell/{asset}/{axis}")
    status: TopicTemplate = Template.of("brinell/status")
    discovery: Annotated[str | None, Field(pattern=r"^[^+#{}/\x00]+$", max_length=100)] = None
    sources: Annotated[tuple[Source, ...], Field(alias="source", min_length=1, strict=False)]
    names: dict[str, Annotated[str, Field(pattern=f"^{NAME}$")]] = {}
    assets: dict[Annotated[str, Field(pattern=f"^{NAME}$")], AssetFacts] = {}

    @field_validator("result")
    @classmethod
    def _result_tells_assets_apart(cls, result: Template) -> Template:
        if set(result.names) != {"asset", "axis"}:
            raise ValueError("{asset} and {axis} must stand in it, and no other name")
        return result

    @field_validator("status")
    @classmethod
    def _status_is_one_topic(cls, status: Template) -> Template:
        if status.names:
            raise ValueError("it is one topic, without names")
        return status

    @field_validator("sources")
    @classmethod
    def _sources_differ_and_hear_no_answers(
        cls, sources: tuple[Source, ...], info: ValidationInfo
    ) -> tuple[Source, ...]:
        if len({source.identity for source in sources}) != len(sources):
            raise ValueError("two sources have the same topic, asset and axis")
        for source in sources:
            for name, topic in _published(info.data):
                if source.topic.match(topic) is not None:
                    raise ValueError(f"{source.topic.text} also hears what is sent to {name}, such as {topic}")
        return sources

    def named(self, template: Template, values: Mapping[str, str]) -> str:
        """An asset's or axis' name here; it may still be none."""
        name = template.filled(values)
        return self.names.get(name, name.lower())


def read_mapping(file: Path) -> MessageMapping:
    """The mapping in a file.

    Raises:
        MappingError: it cannot be read, or does not say what it must.
    """
    try:
        text = file.read_text(encoding="utf-8")
        given = tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise MappingError(f"{file}: {error}") from None
    try:
        return MessageMapping.model_validate(given)
    except ValidationError as error:
        told = [_told(problem, text) for problem in error.errors(include_url=False, include_context=False)]
        raise MappingError(f"{file}, " + "; ".join(told)) from None


def _told(problem: Any, text: str) -> str:
    where = [part for part in problem["loc"] if part != "[key]"]
    field = ".".join(str(part + 1) if isinstance(part, int) else part for part in where)
    reason = {"extra_forbidden": "there is no such field", "missing": "is missing"}.get(
        problem["type"], re.sub("^Value error, ", "", problem["msg"])
    )
    return f"line {line_of(text, where)}: {field or 'the file'}: {reason}"


def _published(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A topic of each kind that we publish on."""
    for name in ("result", "status"):
        if given.get(name) is not None:
            yield name, given[name].filled({"asset": "a", "axis": "a"})
    if given.get("discovery") is not None:
        yield "discovery", f"{given['discovery']}/sensor/a/config"


def _refuse_unknown_names(template: Template, topic: Pattern) -> None:
    for name in template.names:
        if name not in topic.names:
            raise ValueError(f"{{{name}}} does not stand in the topic; give asset and axis, by name or as they are")


def _refuse_misplaced(field: str, value: Value, source: Source) -> None:
    if value.pointer is not None and source.format != "json":
        raise ValueError(f"{field}: json belongs to the format json")
    if value.offset is not None and source.format != "bytes":
        raise ValueError(f"{field}: offset belongs to the format bytes")
    if value.topic is not None and value.topic not in source.topic.names:
        raise ValueError(f"{field}: {{{value.topic}}} does not stand in the topic")
