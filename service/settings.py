"""Everything that can be set about the service, by environment variables `BRINELL_*`."""

from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from data.errors import BrinellError
from models.bundle import PRETRAINED
from models.energy import PROFILES
from models.manifest import IDENTITY
from service.trust import Policy, Trust

MIB = 1 << 20


class SettingsError(BrinellError):
    """A setting cannot be; the message names the environment variable, or the option that it was given by."""


class Settings(BaseSettings):
    """`BRINELL_PORT=9000 brinell serve`.

    Attributes:
        host: address to listen on; the default is this machine only.
        port: port to listen on.
        bundles: folder with `<name>/<version>/` of each bundle.
        signatures: `off`, `warn` or `require`: what is asked of a bundle's signature (`service.trust`).
        trusted_keys: public key, or folder of them (`*.pub`), whose signatures count.
        challenger: `name/version` of the bundle that answers in the shadow.
        max_bundle_mib: a larger bundle is not taken in over HTTP.
        max_body_mib: a larger body is refused with 413.
        max_json_mib: the same for JSON, whose numbers take ten times their size in memory while they are read.
        max_minutes: a longer signal is refused with 422.
        threads: diagnoses computed at once; each keeps one core busy.
        energy_profile: the hardware that energy is reckoned for, a name in `models.energy.PROFILES`.
        watts_per_core: what a busy core adds (`brinell energy calibrate`); answers then hold `host_nj`.
    """

    model_config = SettingsConfigDict(env_prefix="BRINELL_", frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    bundles: Path = PRETRAINED
    signatures: Policy = "off"
    trusted_keys: Annotated[Path | None, Field(validate_default=True)] = None
    challenger: Annotated[str | None, Field(pattern=IDENTITY, max_length=80)] = None
    max_bundle_mib: Annotated[int, Field(ge=1, le=4096)] = 64
    max_body_mib: Annotated[int, Field(ge=1, le=4096)] = 128
    max_json_mib: Annotated[int, Field(ge=1, le=4096)] = 32
    max_minutes: Annotated[float, Field(gt=0)] = 10
    threads: Annotated[int, Field(ge=1, le=64)] = 2
    energy_profile: str = "float32"
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

    @field_validator("energy_profile")
    @classmethod
    def _profile_is_known(cls, name: str) -> str:
        if name not in PROFILES:
            raise ValueError(f"there is no such profile; there are {', '.join(PROFILES)}")
        return name

    @field_validator("trusted_keys")
    @classmethod
    def _there_are_keys(cls, path: Path | None, info: ValidationInfo) -> Path | None:
        if path is None and info.data.get("signatures") == "require":
            raise ValueError("BRINELL_SIGNATURES=require needs the keys whose signatures count")
        if path is not None and not path.exists():
            raise ValueError("there is no such file or folder")
        return path

    @property
    def trust(self) -> Trust:
        """What is asked of signatures."""
        return Trust(self.signatures, self.trusted_keys)

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
