"""The candidate detector: one small spiking network scores each candidate fault by what stands at its lines.

    network = build(CandidateSnnConfig())
    logits, features, spikes = network(windows)     # windows: float32 [N, 1, 3 x 4 x 26], of the front end `aligned`

The three candidates are positions of one signal and every convolution is one wide: all share the same weights, and only
a bias tells them apart. Each number becomes spikes at the very first: a height counts by how often it crosses the
threshold, so one tall line cannot outweigh what is missing. Behind that, no layer multiplies but the head. "Nothing
found" is one learned score that the candidates have to beat. The network is our own.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

from models import layers
from models.convolution import NormalisedConv
from models.layers import Layer
from models.network import CandidateSnnConfig
from models.neurons import NEURONS
from models.output import Network, Output


class CandidateSnn(Network):
    """Windows [N, 1, L] -> `Output`; its logits are those of nothing, inner race, outer race, rolling element."""

    config: CandidateSnnConfig

    def __init__(self, config: CandidateSnnConfig) -> None:
        super().__init__()
        self.config = config
        self.inputs = config.window_length // config.candidates
        widths = (self.inputs * config.copies, *config.widths)
        self.scale = NormalisedConv(self.inputs, widths[0], 1, groups=self.inputs)
        # Copies of a number differ in where they begin to fire.
        levels = torch.linspace(*config.first_levels, config.copies).repeat(self.inputs)
        norm = self.scale.norm
        assert isinstance(norm, nn.BatchNorm1d)
        nn.init.ones_(self.scale.conv.weight)
        with torch.no_grad():
            norm.bias.copy_(levels)
        self.convolutions = nn.ModuleList(NormalisedConv(before, after, 1) for before, after in pairwise(widths))
        self.which = nn.Parameter(torch.zeros(config.widths[0], config.candidates))
        self.neurons = nn.ModuleList(NEURONS[config.neuron](config) for _ in widths)
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Conv1d(widths[-1], 1, 1, bias=False)
        self.nothing = nn.Parameter(torch.zeros(1))

    def forward(self, windows: Tensor) -> Output:
        config = self.config
        numbers = windows.reshape(-1, config.candidates, self.inputs).transpose(1, 2)
        current = self.scale(numbers).unsqueeze(0)
        spikes: dict[str, Tensor] = {}
        for number, neuron in enumerate(self.neurons):
            fired = neuron(current, config.timesteps[0])
            spikes[self._train(number)] = fired
            if number < len(self.convolutions):
                current = self.convolutions[number](fired)
                current = current + self.which if number == 0 else current
        features = fired.mean(0)
        scores = self.head(self.dropout(features)).squeeze(1)
        logits = torch.cat([self.nothing.expand(scores.shape[0], 1), scores], 1)
        spiking = NEURONS[config.neuron].spiking
        return Output(logits, features.flatten(1), spikes if spiking else {})

    def layers(self) -> tuple[Layer, ...]:
        config = self.config
        spiking = NEURONS[config.neuron].spiking
        widths = (self.inputs * config.copies, *config.widths)
        found = [
            layers.scaling("encoder", channels=self.inputs, copies=config.copies, length=config.candidates),
        ]
        for number, (before, after) in enumerate(pairwise(widths)):
            found.append(
                layers.convolution(
                    f"convolution{number + 1}",
                    in_channels=before,
                    in_length=config.candidates,
                    out_channels=after,
                    kernel=1,
                    stride=1,
                    fed_by=self._train(number),
                    timesteps=config.timesteps[0],
                    spiking=spiking,
                )
            )
        found.append(
            layers.head(
                "head",
                features=widths[-1],
                length=config.candidates,
                faults=1,
                fed_by=self._train(len(config.widths)),
                timesteps=config.timesteps[0],
                spiking=spiking,
                positions=config.candidates,
            )
        )
        return tuple(found)

    @staticmethod
    def _train(number: int) -> str:
        return f"layer{number + 1}" if number else "heights"
