"""MRA-SNN: a multi-scale attention encoder, spike residual attention blocks and a linear head.

    network = build(MraSnnConfig())
    logits, features, spikes = network(windows)     # windows: float32 [N, 1, 1024]

Paper: "MRA-SNN", arXiv 2408.11067, KDD 2025. Its layer sizes and constants are not public: this network is built after
it, and its sizes are ours.
"""

from torch import Tensor, nn

from models import layers
from models.blocks import SpikeResidualAttentionBlock
from models.encoder import MultiScaleEncoder
from models.layers import Layer
from models.network import MraSnnConfig
from models.neurons import NEURONS
from models.output import Network, Output
from models.timesteps import shrink


class MraSnn(Network):
    """Windows [N, 1, L] -> `Output`. With `neuron = "relu"` it is its own twin without spikes."""

    def __init__(self, config: MraSnnConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = MultiScaleEncoder(config)
        self.blocks = nn.ModuleList()
        channels, length = self.encoder.channels, self.encoder.length
        for number, (width, timesteps) in enumerate(zip(config.stage_widths, config.timesteps, strict=True), 1):
            block = SpikeResidualAttentionBlock(
                config, f"block{number}", channels, width, length, timesteps, first=number == 1
            )
            self.blocks.append(block)
            channels, length = width, block.out_length
        self.last = NEURONS[config.neuron](config)
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Linear(channels, config.faults)
        self._features, self._length = channels, length

    def forward(self, windows: Tensor) -> Output:
        current = self.encoder(windows).unsqueeze(0)
        spikes: dict[str, Tensor] = {}
        for block in self.blocks:
            assert isinstance(block, SpikeResidualAttentionBlock)
            current, emitted = block(shrink(current, block.timesteps))
            spikes |= emitted
        last = self.last(current, self.config.timesteps[-1])
        spikes["head.input"] = last
        features = last.mean((0, 3))
        logits = self.head(self.dropout(features))
        return Output(logits, features, spikes if self.last.spiking else {})

    def layers(self) -> tuple[Layer, ...]:
        found = self.encoder.layers()
        for block in self.blocks:
            assert isinstance(block, SpikeResidualAttentionBlock)
            found += block.layers()
        found.append(
            layers.head(
                "head",
                features=self._features,
                length=self._length,
                faults=self.config.faults,
                fed_by="head.input",
                timesteps=self.config.timesteps[-1],
                spiking=self.last.spiking,
            )
        )
        return tuple(found)
