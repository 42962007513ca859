"""WDCNN: a convolution as wide as a short-time transform, then small ones, each with batch-norm, pooling and ReLU.

    network = build(WdcnnConfig(window_length=2048))

Paper: W. Zhang, G. Peng, C. Li, Y. Chen, Z. Zhang, "A New Deep Learning Model for Fault Diagnosis with Good Anti-Noise
and Domain Adaptation Ability on Raw Vibration Signals", Sensors 17(2), 425, 2017. Built after it, at its window of
2,048 with its sizes: kernel 64 at stride 16, four kernels of 3, the last of them without padding, a dense layer of 100.
What is not the paper's: the windows are standardised, and training is this project's own, with its dropout before the
head; a window of 1,024 leaves the dense layer one position in place of three; logits are the faults, not ten classes;
no batch-norm statistics are adapted on test signals.
"""

from torch import Tensor, nn
from torch.nn import functional

from models import layers
from models.convolution import NormalisedConv
from models.layers import Layer
from models.network import WdcnnConfig
from models.output import Network, Output

POOL = 2


class Wdcnn(Network):
    """Windows [N, 1, L] -> `Output`, without spikes; the features are those of the dense layer."""

    config: WdcnnConfig

    def __init__(self, config: WdcnnConfig) -> None:
        super().__init__()
        self.config = config
        inputs = (1, *config.widths[:-1])
        shapes = zip(inputs, config.widths, config.kernels, config.strides, config.paddings, strict=True)
        self.convolutions = nn.ModuleList(NormalisedConv(*shape) for shape in shapes)
        # A dense layer on all positions, written as a convolution: its batch-norm then folds as the others do.
        self.dense = NormalisedConv(config.widths[-1], config.dense, config.pooled_lengths[-1], padding=0)
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Linear(config.dense, config.faults)

    def forward(self, windows: Tensor) -> Output:
        signal = windows
        for convolution in self.convolutions:
            # Pooling first: the largest of the ReLUs is the ReLU of the largest, at half the work.
            signal = functional.relu(functional.max_pool1d(convolution(signal), POOL))
        features = functional.relu(self.dense(signal)).squeeze(2)
        return Output(self.head(self.dropout(features)), features, {})

    def layers(self) -> tuple[Layer, ...]:
        config = self.config
        lengths = (config.window_length, *config.pooled_lengths)
        shapes = zip(config.widths, config.kernels, config.strides, config.paddings, lengths[:-1], strict=True)
        found, channels = [], 1
        for number, (width, kernel, stride, padding, length) in enumerate(shapes, 1):
            found.append(_layer(f"convolution{number}", channels, length, width, kernel, stride, padding))
            channels = width
        found.append(_layer("dense", channels, lengths[-1], config.dense, lengths[-1], 1, 0))
        head = layers.head(
            "head", features=config.dense, length=1, faults=config.faults, fed_by="dense", timesteps=1, spiking=False
        )
        return (*found, head)


def _layer(name: str, inputs: int, length: int, outputs: int, kernel: int, stride: int, padding: int) -> Layer:
    first = name == "convolution1"
    return layers.convolution(
        name,
        part="encoder" if first else "convolution",
        in_channels=inputs,
        in_length=length,
        out_channels=outputs,
        kernel=kernel,
        stride=stride,
        padding=padding,
        fed_by=None if first else "the ReLUs before it",
        timesteps=1,
        spiking=False,
    )
