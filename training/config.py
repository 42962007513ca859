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

CONFIGS = Path(__file__).with_name("configs")
"""Those of the shipped bundles."""


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
    """Simulated machines beside the real ones, one recording of `seconds` each, faults in turn.

    Attributes:
        recordings: that train.
        held_out: others, that validate.
        alone: no real recording trains or validates.
    """

    recordings: int = Field(default=0, ge=0)
    held_out: int = Field(default=0, ge=0)
    seconds: float = Field(default=3.0, gt=0)
    seed: int = Field(default=0, ge=0)
    alone: bool = False

    @model_validator(mode="after")
    def _enough(self) -> Self:
        if self.alone and not (self.recordings and self.held_out):
            raise ValueError("alone: give recordings that train and held_out ones that validate")
        return self


class Augmentation(Part):
    """What is done to each training window.

    Attributes:
        stretch: the window's axis is stretched by up to this part, either way, log-uniform.
        snr_db: white noise is added at a ratio drawn uniformly from this range.
        raw_snr_db: each recording is learned as it is and, as often, with white noise on its raw signal at each of
            these ratios: what a weaker fault or a slower shaft does, which noise on a finished window does not.
    """

    stretch: float = Field(default=0.04, ge=0, lt=0.5)
    snr_db: tuple[float, float] = (-3.0, 20.0)
    raw_snr_db: tuple[float, ...] = ()


class CandidateAugmentation(Part):
    """What is done to each training window of the front end `aligned`; the shares are of windows that show a fault.

    Attributes:
        simulated_share: of windows, from simulated machines.
        all_wrong: are read at another bearing's orders: nothing.
        only_true: keep their own candidate among another bearing's.
        true_missing: have their own candidate replaced by another bearing's: nothing.
        noise: standard deviation added to each number.
        channel_dropout: probability that a channel is silent.
    """

    simulated_share: float = Field(default=0.5, ge=0, le=1)
    all_wrong: float = Field(default=0.25, ge=0, le=1)
    only_true: float = Field(default=0.33, ge=0, le=1)
    true_missing: float = Field(default=0.17, ge=0, le=1)
    noise: float = Field(default=0.3, ge=0)
    channel_dropout: float = Field(default=0.15, ge=0, lt=1)


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
    candidates: CandidateAugmentation = CandidateAugmentation()
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
