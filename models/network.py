"""What a network is made of: one frozen config a kind, with every choice that later methods turn.

No torch here: the service reads these configs out of a bundle's manifest.
"""

from itertools import pairwise
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from data.fault import FAULTS

Positive = Annotated[int, Field(ge=1)]
OddKernel = Annotated[int, Field(ge=1)]


class SpikingConfig(BaseModel):
    """What every network chooses.

    Attributes:
        window_length: samples of a window (L).
        faults: logits.
        timesteps: T of each stage; never growing. Where it shrinks, membrane currents are averaged in blocks.
        spike_bits: a neuron emits 0 .. 2^bits - 1 a timestep, charged per set bit; 1 is the binary spike.
        neuron: a name in `models.neurons.NEURONS`; `relu` makes the twin that does not spike.
        tau: membrane time constant, in timesteps.
        threshold: membrane potential at which a neuron fires.
        reset: `hard` sets the potential to 0 after a spike, `soft` takes the threshold away.
        surrogate: a name in `models.surrogate.SURROGATES`.
        dropout: share of features dropped before the head, in training.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    window_length: Annotated[int, Field(ge=64)] = 1024
    faults: Positive = len(FAULTS)
    timesteps: tuple[Positive, ...] = (4,)
    spike_bits: Annotated[int, Field(ge=1, le=8)] = 1
    neuron: str = "lif"
    tau: Annotated[float, Field(gt=1)] = 2.0
    threshold: Annotated[float, Field(gt=0)] = 1.0
    reset: Literal["hard", "soft"] = "hard"
    surrogate: str = "atan"
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.2

    @model_validator(mode="after")
    def _timesteps_fit(self) -> Self:
        if not self.timesteps or any(late > early for early, late in pairwise(self.timesteps)):
            raise ValueError(f"timesteps {self.timesteps}: one number a stage, none larger than the one before it")
        if self.neuron == "relu" and set(self.timesteps) != {1}:
            raise ValueError(f"timesteps {self.timesteps}: a relu network has no time; give 1 for each stage")
        return self

    @property
    def levels(self) -> int:
        """The largest number a neuron emits in one timestep."""
        return int(2**self.spike_bits) - 1


class MraSnnConfig(SpikingConfig):
    """MRA-SNN, after arXiv 2408.11067; the defaults have 58 k parameters.

    Attributes:
        branch_channels: channels of each encoder branch.
        encoder_kernels: one branch each; odd, so that all branches have one length.
        encoder_stride: samples a step of the encoder.
        stage_widths: channels of each spike residual attention block; each halves the length.
        encoder_attention, block_attention, neuron_attention: the three places of the attention, each on or off.
    """

    kind: Literal["mra-snn"] = "mra-snn"
    timesteps: tuple[Positive, ...] = (4, 4, 4)
    branch_channels: Positive = 8
    encoder_kernels: tuple[OddKernel, ...] = (7, 15, 31, 63)
    encoder_stride: Positive = 4
    stage_widths: tuple[Positive, ...] = (32, 64, 64)
    encoder_attention: bool = True
    block_attention: bool = True
    neuron_attention: bool = True

    @model_validator(mode="after")
    def _stages_fit(self) -> Self:
        if len(self.timesteps) != len(self.stage_widths):
            raise ValueError(f"{len(self.timesteps)} timesteps for {len(self.stage_widths)} stages; give one each")
        if not self.encoder_kernels or any(kernel % 2 == 0 for kernel in self.encoder_kernels):
            raise ValueError(f"encoder kernels {self.encoder_kernels}: at least one, all odd")
        return self


class PlainSnnConfig(SpikingConfig):
    """The control: a chain of convolution, batch-norm and neuron without attention or shortcut; 33 k parameters.

    Attributes:
        widths, kernels, strides: of the five convolutions.
    """

    kind: Literal["plain-snn"] = "plain-snn"
    neuron: str = "parametric-lif"
    threshold: Annotated[float, Field(gt=0)] = 0.5
    widths: tuple[Positive, ...] = (16, 32, 64, 64, 64)
    kernels: tuple[OddKernel, ...] = (15, 3, 3, 3, 3)
    strides: tuple[Positive, ...] = (4, 2, 2, 2, 2)

    @model_validator(mode="after")
    def _layers_fit(self) -> Self:
        if not len(self.widths) == len(self.kernels) == len(self.strides) >= 1:
            raise ValueError("widths, kernels and strides: give one of each for every layer")
        if any(kernel % 2 == 0 for kernel in self.kernels):
            raise ValueError(f"kernels {self.kernels}: all odd")
        if len(self.timesteps) != 1:
            raise ValueError(f"timesteps {self.timesteps}: a plain network is one stage")
        return self


Config = TypeVar("Config", bound=SpikingConfig)

NetworkConfig = Annotated[MraSnnConfig | PlainSnnConfig, Field(discriminator="kind")]


def twin(config: Config) -> Config:
    """The same network with ReLU in place of spikes: one pass, real numbers, the same weights."""
    return config.model_copy(update={"neuron": "relu", "timesteps": (1,) * len(config.timesteps), "spike_bits": 1})
