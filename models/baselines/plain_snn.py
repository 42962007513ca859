"""The plain spiking network: convolution, batch-norm and neuron, five times; no attention, no shortcut.

The control of every comparison: what MRA-SNN adds must show against it. The first convolution reads the window itself
and is computed once; the neurons are V += (X - V) sigmoid(w), threshold 1/2, hard reset.
"""

from torch import Tensor, nn

from models import layers
from models.convolution import NormalisedConv
from models.layers import Layer
from models.network import PlainSnnConfig
from models.neurons import NEURONS
from models.output import Network, Output


class PlainSnn(Network):
    """Windows [N, 1, L] -> `Output`."""

    config: PlainSnnConfig

    def __init__(self, config: PlainSnnConfig) -> None:
        super().__init__()
        self.config = config
        inputs = (1, *config.widths[:-1])
        self.convolutions = nn.ModuleList(
            NormalisedConv(*shape) for shape in zip(inputs, config.widths, config.kernels, config.strides, strict=True)
        )
        self.neurons = nn.ModuleList(NEURONS[config.neuron](config) for _ in config.widths)
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Linear(config.widths[-1], config.faults)

    def forward(self, windows: Tensor) -> Output:
        spikes: dict[str, Tensor] = {}
        signal = windows.unsqueeze(0)
        for number, (convolution, neuron) in enumerate(zip(self.convolutions, self.neurons, strict=True), 1):
            signal = neuron(convolution(signal), self.config.timesteps[0])
            spikes[f"layer{number}"] = signal
        features = signal.mean((0, 3))
        return Output(self.head(self.dropout(features)), features, spikes if self._spiking else {})

    @property
    def _spiking(self) -> bool:
        return NEURONS[self.config.neuron].spiking

    def layers(self) -> tuple[Layer, ...]:
        config, found = self.config, []
        channels, length, timesteps = 1, config.window_length, config.timesteps[0]
        for number, (width, kernel, stride) in enumerate(
            zip(config.widths, config.kernels, config.strides, strict=True)
        ):
            layer = layers.convolution(
                f"convolution{number + 1}",
                part="convolution" if number else "encoder",
                in_channels=channels,
                in_length=length,
                out_channels=width,
                kernel=kernel,
                stride=stride,
                fed_by=f"layer{number}" if number else None,
                timesteps=timesteps,
                spiking=self._spiking,
            )
            found.append(layer)
            channels, length = width, layer.out_length
        found.append(
            layers.head(
                "head",
                features=channels,
                length=length,
                faults=config.faults,
                fed_by=f"layer{len(config.widths)}",
                timesteps=timesteps,
                spiking=self._spiking,
            )
        )
        return tuple(found)
