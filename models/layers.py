"""What each layer of a network costs to compute, counted position by position.

`Layer` is what a bundle's manifest holds: no torch here. The true fan-out of an input position is how many
synapses it feeds: at a border fewer taps of the kernel reach it, and with a stride not every position is the same.
"""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator


class Layer(BaseModel):
    """One layer that computes.

    Attributes:
        name: in the network.
        part: what it is; an attention `gate` is charged in the full account alone.
        kind: `spiking`, its input is spikes and it costs a SynOp a spike and synapse; `real`, it costs its MACs.
        fed_by: the name of the spike train in front of it; None where no neuron is. A `real` head has one: it reads
            spikes that were averaged over time and length.
        neurons: of that spike train, a timestep.
        timesteps: of that spike train.
        evaluations: how often it is computed a window: T inside the spiking stages, 1 for encoder and head.
        in_channels, in_length, out_channels, out_length, kernel, stride, padding: of the convolution.
        weights: parameters, with the bias that batch-norm folds into.
        fan_out: [in_length] synapses that one channel's spike at this position feeds.
        macs: dense multiply-accumulates of one evaluation.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    part: Literal["encoder", "convolution", "gate", "head"]
    kind: Literal["spiking", "real"]
    fed_by: str | None = None
    neurons: int = 0
    timesteps: int = 0
    evaluations: int = 1
    in_channels: int
    in_length: int
    out_channels: int
    out_length: int
    kernel: int = 1
    stride: int = 1
    padding: int = 0
    weights: int
    fan_out: tuple[int, ...]
    macs: int

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.kind == "spiking" and self.fed_by is None:
            raise ValueError(f"layer {self.name} is spiking but no spike train feeds it")
        if len(self.fan_out) != self.in_length:
            raise ValueError(f"layer {self.name}: {len(self.fan_out)} fan-outs for {self.in_length} positions")
        return self

    @property
    def taps(self) -> tuple[int, ...]:
        """[in_length] synapses to one output channel."""
        return tuple(synapses // self.out_channels for synapses in self.fan_out)


def counted(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """The layers with a spike train in front, in graph order: the columns of the graph's `spikes` and `synops`."""
    return tuple(layer for layer in layers if layer.fed_by is not None)


def out_length(in_length: int, kernel: int, stride: int, padding: int) -> int:
    """Positions that a convolution puts out."""
    return (in_length + 2 * padding - kernel) // stride + 1


def taps(in_length: int, kernel: int, stride: int, padding: int) -> tuple[int, ...]:
    """[in_length] how many output positions read each input position."""
    last = out_length(in_length, kernel, stride, padding) - 1
    return tuple(
        max(0, min(last, (position + padding) // stride) - max(0, -(-(position + padding - kernel + 1) // stride)) + 1)
        for position in range(in_length)
    )


def convolution(
    name: str,
    *,
    part: Literal["encoder", "convolution"] = "convolution",
    in_channels: int,
    in_length: int,
    out_channels: int,
    kernel: int,
    stride: int,
    fed_by: str | None,
    timesteps: int,
    spiking: bool,
    padding: int | None = None,
) -> Layer:
    """A convolution with `padding` zeros (`kernel // 2`) on both sides and a bias; on real numbers without `fed_by`.

    Max pooling in front of it is no layer: it compares what passes anyway and costs no MAC. The ReLUs that `fed_by`
    names stand behind the pooling, where it makes no difference, so there are no more of them than inputs.
    """
    padding = kernel // 2 if padding is None else padding
    fan_out = tuple(out_channels * reads for reads in taps(in_length, kernel, stride, padding))
    return Layer(
        name=name,
        part=part,
        kind="spiking" if spiking and fed_by else "real",
        fed_by=fed_by if spiking else None,
        neurons=in_channels * in_length if fed_by else 0,
        timesteps=timesteps if fed_by else 0,
        evaluations=timesteps if fed_by else 1,
        in_channels=in_channels,
        in_length=in_length,
        out_channels=out_channels,
        out_length=out_length(in_length, kernel, stride, padding),
        kernel=kernel,
        stride=stride,
        padding=padding,
        weights=out_channels * (in_channels * kernel + 1),
        fan_out=fan_out,
        macs=in_channels * sum(fan_out),
    )


def scaling(name: str, *, channels: int, copies: int, length: int) -> Layer:
    """A product and a shift for each of `copies` of every number: a convolution of width 1 within each channel."""
    return Layer(
        name=name,
        part="encoder",
        kind="real",
        in_channels=channels,
        in_length=length,
        out_channels=channels * copies,
        out_length=length,
        weights=2 * channels * copies,
        fan_out=(copies,) * length,
        macs=channels * copies * length,
    )


def gate(name: str, *, channels: int, length: int, evaluations: int, kernel: int) -> Layer:
    """The layer of a channel attention: a convolution across channels, and one product for each number it scales."""
    across = sum(taps(channels, kernel, 1, kernel // 2))
    return Layer(
        name=name,
        part="gate",
        kind="real",
        evaluations=evaluations,
        in_channels=channels,
        in_length=length,
        out_channels=channels,
        out_length=length,
        kernel=kernel,
        padding=kernel // 2,
        weights=kernel,
        fan_out=(1,) * length,
        macs=across + channels * length,
    )


def head(
    name: str,
    *,
    features: int,
    length: int,
    faults: int,
    fed_by: str,
    timesteps: int,
    spiking: bool,
    positions: int = 1,
) -> Layer:
    """The layer of a linear head on features that were averaged over time: computed once a window.

    Over length too, but for a head that is asked at several `positions` of as many.
    """
    return Layer(
        name=name,
        part="head",
        kind="real",
        fed_by=fed_by if spiking else None,
        neurons=features * length,
        timesteps=timesteps,
        in_channels=features,
        in_length=positions,
        out_channels=faults,
        out_length=positions,
        weights=faults * (features + 1),
        fan_out=(faults,) * positions,
        macs=features * faults * positions,
    )
