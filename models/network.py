"""What a network is made of: one frozen config a kind, with every choice that later methods turn.

No torch here: the service reads these configs out of a bundle's manifest.
"""

from itertools import pairwise
from typing import Annotated, ClassVar, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from data.fault import FAULTS

Positive = Annotated[int, Field(ge=1)]
OddKernel = Annotated[int, Field(ge=1)]


class WindowConfig(BaseModel):
    """What every network chooses.

    Attributes:
        window_length: samples of a window (L).
        faults: logits.
        dropout: share of features dropped before the head, in training.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    window_length: Annotated[int, Field(ge=64)] = 1024
    faults: Positive = len(FAULTS)
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.2


class SpikingConfig(WindowConfig):
    """What every network of neurons chooses.

    Attributes:
        timesteps: T of each stage; never growing. Where it shrinks, membrane currents are averaged in blocks.
        spike_bits: a neuron emits 0 .. 2^bits - 1 a timestep, charged per set bit; 1 is the binary spike.
        neuron: a name in `models.neurons.NEURONS`; `relu` makes the twin that does not spike.
        tau: membrane time constant, in timesteps.
        threshold: membrane potential at which a neuron fires.
        reset: `hard` sets the potential to 0 after a spike, `soft` takes the threshold away.
        surrogate: a name in `models.surrogate.SURROGATES`.
    """

    timesteps: tuple[Positive, ...] = (4,)
    spike_bits: Annotated[int, Field(ge=1, le=8)] = 1
    neuron: str = "lif"
    tau: Annotated[float, Field(gt=1)] = 2.0
    threshold: Annotated[float, Field(gt=0)] = 1.0
    reset: Literal["hard", "soft"] = "hard"
    surrogate: str = "atan"

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


class RealConfig(WindowConfig):
    """What a baseline chooses that has never spiked: real numbers, one pass, nothing that tells of time."""

    timesteps: ClassVar[tuple[int, ...]] = ()
    spike_bits: ClassVar[int] = 1


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


class CandidateSnnConfig(SpikingConfig):
    """The candidate detector that reads the front end `aligned`; the defaults have 12 k parameters.

    Attributes:
        candidates: positions that share all weights; each scores one fault.
        copies: neurons that each number of the window drives.
        first_levels: biases of the first and of the last copy, as batch-norm starts.
        widths: neurons a candidate, layer by layer.
    """

    kind: Literal["candidate-snn"] = "candidate-snn"
    window_length: Annotated[int, Field(ge=64)] = 312
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1
    candidates: Positive = len(FAULTS) - 1
    copies: Positive = 2
    first_levels: tuple[float, float] = (0.2, -0.6)
    widths: tuple[Positive, ...] = (48, 24)

    @model_validator(mode="after")
    def _candidates_fit(self) -> Self:
        if self.window_length % self.candidates:
            raise ValueError(f"window_length {self.window_length} is not the same for each of {self.candidates}")
        if self.faults != self.candidates + 1:
            raise ValueError(f"{self.candidates} candidates and nothing: faults must be {self.candidates + 1}")
        if not self.widths or len(self.timesteps) != 1:
            raise ValueError("widths: at least one layer; timesteps: one number")
        return self


class WdcnnConfig(RealConfig):
    """WDCNN, after Sensors 17(2), 425 (2017); 54 k parameters at a window of 2,048, 41 k at 1,024.

    Attributes:
        widths, kernels, strides, paddings: of the convolutions; each is followed by max pooling over 2.
        dense: neurons of the layer in front of the head.
    """

    kind: Literal["wdcnn"] = "wdcnn"
    widths: tuple[Positive, ...] = (16, 32, 64, 64, 64)
    kernels: tuple[Positive, ...] = (64, 3, 3, 3, 3)
    strides: tuple[Positive, ...] = (16, 1, 1, 1, 1)
    paddings: tuple[Annotated[int, Field(ge=0)], ...] = (24, 1, 1, 1, 0)
    dense: Positive = 100

    @model_validator(mode="after")
    def _layers_fit(self) -> Self:
        if not len(self.widths) == len(self.kernels) == len(self.strides) == len(self.paddings) >= 1:
            raise ValueError("widths, kernels, strides and paddings: give one of each for every layer")
        if self.pooled_lengths[-1] < 1:
            raise ValueError(
                f"window_length {self.window_length}: no position is left after {len(self.widths)} layers; pad the "
                "last ones or give fewer"
            )
        return self

    @property
    def pooled_lengths(self) -> tuple[int, ...]:
        """Positions after each layer's pooling."""
        lengths = [self.window_length]
        for kernel, stride, padding in zip(self.kernels, self.strides, self.paddings, strict=True):
            lengths.append(max(0, (lengths[-1] + 2 * padding - kernel) // stride + 1) // 2)
        return tuple(lengths[1:])


class ResNetConfig(RealConfig):
    """A 1-D residual network of about MRA-SNN's size; the defaults have 55 k parameters.

    Attributes:
        stem_width, stem_kernel, stem_stride: of the first convolution.
        widths: channels of each block; each halves the length.
    """

    kind: Literal["resnet1d"] = "resnet1d"
    stem_width: Positive = 16
    stem_kernel: OddKernel = 15
    stem_stride: Positive = 4
    widths: tuple[Positive, ...] = (32, 56, 72)

    @model_validator(mode="after")
    def _stem_fits(self) -> Self:
        if self.stem_kernel % 2 == 0 or not self.widths:
            raise ValueError(f"stem_kernel {self.stem_kernel} must be odd, and there must be a block")
        return self


Config = TypeVar("Config", bound=SpikingConfig | RealConfig)

NetworkConfig = Annotated[
    MraSnnConfig | CandidateSnnConfig | PlainSnnConfig | WdcnnConfig | ResNetConfig, Field(discriminator="kind")
]


def twin(config: Config) -> Config:
    """The same network with ReLU in place of spikes: one pass, real numbers, the same weights.

    A network that has never spiked is its own twin.
    """
    if isinstance(config, RealConfig):
        return config
    return config.model_copy(update={"neuron": "relu", "timesteps": (1,) * len(config.timesteps), "spike_bits": 1})
