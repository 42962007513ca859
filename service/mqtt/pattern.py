"""Topics as the mapping writes them: a name in braces stands for one level.

>>> pattern = Pattern.of("plant/{asset}/vibration/{axis}")
>>> pattern.filter, pattern.match("plant/mill-3/vibration/x")
('plant/+/vibration/+', {'asset': 'mill-3', 'axis': 'x'})
>>> Template.of("brinell/{asset}/{axis}").filled({"asset": "mill-3", "axis": "x"})
'brinell/mill-3/x'
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import PlainValidator

NAMED = re.compile(r"\{([a-z][a-z0-9_]*)\}")
LONGEST = 500
"""Characters of a topic; MQTT allows 65,535 bytes, which nobody can read."""


@dataclass(frozen=True)
class Pattern:
    """What topics a source listens to.

    Attributes:
        text: as it was written.
        names: that its topics give values to.
    """

    text: str
    names: tuple[str, ...]

    @classmethod
    def of(cls, text: object) -> "Pattern":
        """Raises ValueError: it is no pattern."""
        written = _topic(text)
        levels = written.split("/")
        for at, level in enumerate(levels):
            last = at == len(levels) - 1
            is_wild = NAMED.fullmatch(level) is not None or level == "+" or (level == "#" and last)
            if not is_wild and re.search("[+#{}]", level):
                raise ValueError(f"the level {level!r} is neither a word, nor {{name}}, nor +, nor # at the end")
        names = tuple(NAMED.findall(written))
        if len(set(names)) != len(names):
            raise ValueError("a name stands in it twice")
        return cls(written, names)

    @property
    def filter(self) -> str:
        """As the broker is asked for it."""
        return NAMED.sub("+", self.text)

    def match(self, topic: str) -> dict[str, str] | None:
        """What the names stand for in this topic; None where it is another one."""
        levels, given = self.text.split("/"), topic.split("/")
        if levels[-1] == "#":
            levels, given = levels[:-1], given[: len(levels) - 1]
        if len(levels) != len(given):
            return None
        found: dict[str, str] = {}
        for level, value in zip(levels, given, strict=True):
            named = NAMED.fullmatch(level)
            if named is not None:
                found[named[1]] = value
            elif level not in ("+", value):
                return None
        return found


@dataclass(frozen=True)
class Template:
    """A text with names in it, to be filled in."""

    text: str
    names: tuple[str, ...]

    @classmethod
    def of(cls, text: object) -> "Template":
        """Raises ValueError: it is no template."""
        written = _topic(text)
        if re.search("[+#{}]", NAMED.sub("", written)):
            raise ValueError("only words and {name} can stand in it")
        return cls(written, tuple(NAMED.findall(written)))

    def filled(self, values: Mapping[str, str]) -> str:
        """With the values in the place of the names."""
        return NAMED.sub(lambda named: values[named[1]], self.text)


def _topic(text: object) -> str:
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST or "\0" in text:
        raise ValueError(f"1 to {LONGEST} characters are wanted")
    return text


TopicPattern = Annotated[Pattern, PlainValidator(Pattern.of)]
TopicTemplate = Annotated[Template, PlainValidator(Template.of)]
