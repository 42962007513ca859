"""Everything that can be set about the service, by environment variables `BRINELL_*`."""

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.bundle import PRETRAINED

MIB = 1 << 20


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

    def max_bytes(self, *, json: bool) -> int:
        """The limit of a body."""
        return MIB * (min(self.max_json_mib, self.max_body_mib) if json else self.max_body_mib)

    @property
    def max_seconds(self) -> float:
        """The longest signal."""
        return self.max_minutes * 60
