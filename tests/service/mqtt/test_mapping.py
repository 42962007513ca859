"""The mapping file: what it may say, and where it says what it must not."""

import re
from pathlib import Path

import pytest

from service.mqtt.mapping import MappingError, read_mapping
from tests.service.mqtt.sensors import EXAMPLES

GOOD = """
[[source]]
topic = "plant/{asset}/{axis}"
format = "json"
samples = "/v"
rate_hz = 12800
"""
TOPIC = '[[source]]\ntopic = "plant/{asset}/{axis}"'


def said_of(tmp_path: Path, text: str) -> str:
    file = tmp_path / "mapping.toml"
    file.write_text(text)
    with pytest.raises(MappingError) as refused:
        read_mapping(file)
    return str(refused.value).removeprefix(f"{file}")


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.toml")), ids=lambda file: file.name)
def test_every_example_is_one(example: Path) -> None:
    assert read_mapping(example).sources


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("rate_hz = 12800", "rate = 12800", r"line 2: source\.1\.rate_hz: is missing; line 6: source\.1\.rate: "),
        ("rate_hz = 12800", "rate_hz = true", r"line 6: source\.1\.rate_hz"),
        ("rate_hz = 12800", 'rate_hz = { json = "fs" }', r"line 6: source\.1\.rate_hz\.json: String should match"),
        ("rate_hz = 12800", 'rate_hz = { json = "/fs", topic = "asset" }', "line 6: .*one of json, offset and topic"),
        ("rate_hz = 12800", 'rate_hz = { topic = "fs" }', r"line 2: source\.1: rate_hz: \{fs\} does not stand"),
        ("rate_hz = 12800", 'rate_hz = { offset = 1, type = "int8" }', "rate_hz: offset belongs to the format bytes"),
        ('"plant/{asset}/{axis}"', '"plant/#/{asset}/{axis}"', r"line 3: source\.1\.topic: the level '#'"),
        ('"plant/{asset}/{axis}"', '"plant/{asset}"', r"line 2: source\.1: \{axis\} does not stand in the topic"),
        ('"plant/{asset}/{axis}"', '"brinell/{asset}/{axis}"', "also hears what is sent to result"),
        (TOPIC, 'discovery = "plant"\n' + TOPIC.replace("plant", "plant/sensor"), "hears what is sent to discovery"),
        ("[[source]]", "discovery = 'a/b'\n[[source]]", "line 2: discovery: String should match"),
        ('samples = "/v"', "", "needs samples"),
        ('samples = "/v"', 'samples = "/v"\nencoding = "base64"', "type belongs to bytes and to base64"),
        ('samples = "/v"', 'samples = "/v"\nunit = "mm/s"', r"line 6: source\.1\.unit: no unit of acceleration"),
        ("[[source]]", "[names]\nA = 'no name'\n[[source]]", r"line 3: names\.A: String should match"),
        ("[[source]]", "[assets.pump]\nspeed_rpm = 1\n[[source]]", r"line 3: assets\.pump\.speed_rpm: .*greater"),
        ("[[source]]", "result = 'answers/{asset}'\n[[source]]", r"line 2: result: \{asset\} and \{axis\} must"),
        ("[[source]]", "[[source]", r"\(at line 2, column 9\)"),
        ("rate_hz = 12800", "rate_hz = 12800" + GOOD, "two sources have the same topic, asset and axis"),
    ],
)  # fmt: skip
def test_what_a_mapping_must_not_say_is_named_by_line_and_field(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert re.search(said, told := said_of(tmp_path, GOOD.replace(old, new))), told


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="No such file"):
        read_mapping(tmp_path / "none.toml")
