"""A machine in one file: the measuring point, and how it sounds when it is healthy.

`brinell asset commission` makes it. JSON, so that it can be looked at, copied and kept beside the recordings.
"""

import os
from pathlib import Path
from typing import Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from service.assets.asset import Asset
from service.assets.baselines import Standing
from service.assets.offline.trouble import MachineError

Model = TypeVar("Model", bound=BaseModel)


class Machine(BaseModel):
    """What stands in the file.

    Attributes:
        format: counts up when what is in it comes to mean something else.
        asset: the measuring point.
        rate_hz: of its recordings, where their files do not say it.
        healthy: by axis, what it was commissioned on.
        recordings: SHA-256 of the files that it was commissioned on, in hexadecimal.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    asset: Asset
    rate_hz: float | None = None
    healthy: dict[str, Standing]
    recordings: tuple[str, ...]

    @classmethod
    def read(cls, file: Path) -> Self:
        """From its file.

        Raises:
            MachineError: there is none, or it is none of this kind.
        """
        return _parsed(cls, file, "brinell asset commission makes one")

    def write(self, file: Path) -> None:
        """Into its file, which is whole at every moment.

        Raises:
            MachineError: it cannot be written.
        """
        writing = file.with_name(f"{file.name}.writing")
        try:
            writing.write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")
            os.replace(writing, file)
        except OSError as error:
            raise MachineError(f"{file}: {error.strerror or error}; give a file that can be written") from None


def read_asset(file: Path) -> Asset:
    """A measuring point from a file, as `GET /v1/assets/{id}` answers it or as it is registered.

    Raises:
        MachineError: there is none, or it is none of this kind.
    """
    known = _parsed(_AnyAsset, file, "docs/assets.md says what an asset is")
    return Asset.model_validate(known.model_dump(include=set(Asset.model_fields)))


class _AnyAsset(Asset):
    """With or without what a service adds."""

    model_config = ConfigDict(extra="ignore")


def _parsed(kind: type[Model], file: Path, advice: str) -> Model:
    try:
        return kind.model_validate_json(file.read_bytes())
    except OSError as error:
        raise MachineError(f"{file}: {error.strerror or error}; {advice}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise MachineError(f"{file}: {where}: {first['msg']}; {advice}") from None
