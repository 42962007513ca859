"""Everything that can be set about the service, by environment variables `BRINELL_*`."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from data.errors import BrinellError
from models.bundle import PRETRAINED
from models.energy import PROFILES
from service.store.location import checked, state_folder

MIB = 1 << 20


class SettingsError(BrinellError):
    """A setting cannot be; the message names the environment variable, or the option that it was given by."""


class Settings(BaseSettings):
    """`BRINELL_PORT=9000 brinell serve`.

    Attributes:
        host: address to listen on; the default is this machine only.
        port: port to listen on.
        bundles: folder with `<name>/<version>/` of each bundle.
        max_body_mib: a larger body is refused with 413.
        max_json_mib: the same for JSON, whose numbers take ten times their size in memory while they are read.
        max_minutes: a longer signal is refused with 422.
        threads: diagnoses computed at once; each keeps one core busy.
        energy_profile: the hardware that energy is reckoned for, a name in `models.energy.PROFILES`.
        state: folder of what the service remembers; else `~/.local/state/brinell`.
        store: where diagnoses are kept: a file of SQLite, `postgresql://...`, or `none`; else `brinell.db` in `state`.
        durability: `power-safe` answers after the diagnosis is on disk, `fast` before.
        commit_seconds: in `fast`, how long an answer may stay in memory alone.
        keep_days: older diagnoses are deleted.
        keep_mib: the oldest diagnoses are deleted where all take more.
        watts_per_core: what a busy core adds (`brinell energy calibrate`); answers then hold `host_nj`.
    """

    model_config = SettingsConfigDict(env_prefix="BRINELL_", frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    bundles: Path = PRETRAINED
    max_body_mib: Annotated[int, Field(ge=1, le=4096)] = 128
    max_json_mib: Annotated[int, Field(ge=1, le=4096)] = 32
    max_minutes: Annotated[float, Field(gt=0)] = 10
    threads: Annotated[int, Field(ge=1, le=64)] = 2
    energy_profile: str = "float32"
    state: Path = Field(default_factory=state_folder)
    store: str | None = None
    durability: Literal["power-safe", "fast"] = "power-safe"
    commit_seconds: Annotated[float, Field(gt=0, le=3600)] = 300
    keep_days: Annotated[float, Field(gt=0, le=36_500)] = 730
    keep_mib: Annotated[int, Field(ge=1)] = 2048
    watts_per_core: Annotated[float | None, Field(gt=0, le=1000)] = None

    @classmethod
    def read(cls, **given: Any) -> Self:
        """From what is `given` on the command line, else from the environment.

        Raises:
            SettingsError: a value that cannot be.
        """
        try:
            return cls(**given)
        except ValidationError as error:
            raise SettingsError(
                "; ".join(_told(problem, given) for problem in error.errors(include_url=False))
            ) from None

    @field_validator("store")
    @classmethod
    def _store_is_of_a_known_kind(cls, store: str | None) -> str | None:
        return store and checked(store)

    @field_validator("energy_profile")
    @classmethod
    def _profile_is_known(cls, name: str) -> str:
        if name not in PROFILES:
            raise ValueError(f"there is no such profile; there are {', '.join(PROFILES)}")
        return name

    def max_bytes(self, *, json: bool) -> int:
        """The limit of a body."""
        return MIB * (min(self.max_json_mib, self.max_body_mib) if json else self.max_body_mib)

    @property
    def max_seconds(self) -> float:
        """The longest signal."""
        return self.max_minutes * 60


def _told(problem: Any, given: dict[str, Any]) -> str:
    name = str(problem["loc"][0])
    where = f"--{name.replace('_', '-')}" if name in given else f"BRINELL_{name.upper()}"
    return f"{where} is {problem['input']!r}: {problem['msg'].removeprefix('Value error, ')}"
