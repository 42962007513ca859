"""Everything that a training run is made of, as one TOML file."""

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from data.errors import BrinellError
from data.front_ends import FrontEnd
from models.network import NetworkConfig


class ConfigError(BrinellError):
    """A configuration file is missing or wrong; the message names the field."""


class Part(BaseModel):
    """A base of the parts below: frozen, and a misspelt key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Part):
    """One dataset under one protocol; `split` names a fold where the protocol has several."""

    dataset: str
    protocol: str
    split: str | None = None


class Simulation(Part):
    """Recordings of simulated rigs that train beside the real ones: `recordings` of `seconds` each, faults in turn."""

    recordings: int = Field(default=0, ge=0)
    seconds: float = Field(default=2.0, gt=0)
    seed: int = 0


class Augmentation(Part):
    """What is done to each training window.

    Attributes:
        stretch: the window's axis is stretched by up to this part, either way, log-uniform.
        snr_db: white noise is added at a ratio drawn uniformly from this range.
    """

    stretch: float = Field(default=0.04, ge=0, lt=0.5)
    snr_db: tuple[float, float] = (-3.0, 20.0)


class Schedule(Part):
    """How long and how fast: AdamW under one cycle (L. Smith, N. Topin, arXiv 1708.07120).

    Attributes:
        spike_penalty: weight of the mean firing rate in the loss, ramped up over the first half.
        patience: validations without a better loss before it stops early.
        threads: of PyTorch; the same number gives the same bits.
    """

    steps: int = Field(default=1000, ge=1)
    batch: int = Field(default=48, ge=2)
    learning_rate: float = Field(default=2e-3, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    label_smoothing: float = Field(default=0.05, ge=0, lt=1)
    spike_penalty: float = Field(default=0.0, ge=0)
    validate_every: int = Field(default=100, ge=1)
    checkpoint_every: int = Field(default=50, ge=1)
    patience: int = Field(default=8, ge=1)
    threads: int = Field(default=2, ge=1)


class TrainingConfig(Part):
    """What a training run is made of, but for the recordings; its `key` changes with any of it."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    seed: int = 0
    front_end: FrontEnd
    network: NetworkConfig
    sources: tuple[Source, ...] = Field(min_length=1)
    simulation: Simulation = Simulation()
    augmentation: Augmentation = Augmentation()
    schedule: Schedule = Schedule()

    @model_validator(mode="after")
    def _window_fits(self) -> Self:
        if self.network.window_length != self.front_end.length:
            raise ValueError(
                f"network.window_length {self.network.window_length}: the front end's is {self.front_end.length}"
            )
        return self

    @classmethod
    def read(cls, path: Path) -> Self:
        """Reads a TOML file.

        Raises:
            ConfigError: it cannot be read, is no TOML, or a field is wrong.
        """
        try:
            return cls.model_validate(tomllib.loads(path.read_text()))
        except FileNotFoundError:
            raise ConfigError(f"{path}: no such file; training/configs holds those of the shipped bundles") from None
        except OSError as error:
            raise ConfigError(f"{path}: {error.strerror}; a TOML file is wanted") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path}: not TOML: {error}") from error
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
            raise ConfigError(f"{path}: {wrong}") from error

    def write(self, path: Path) -> None:
        """Writes the TOML file that `read` reads."""
        import tomli_w

        path.write_text(tomli_w.dumps(self.model_dump(mode="json", exclude_none=True)))

    @property
    def key(self) -> str:
        """Sixteen hexadecimal digits that change with any field."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
