"""A 1-D residual network: what MRA-SNN's skeleton is without spikes and without attention.

    network = build(ResNetConfig(window_length=1024))

Paper: K. He, X. Zhang, S. Ren, J. Sun, "Deep Residual Learning for Image Recognition", CVPR 2016; its basic block, with
the projection shortcut (option B) where the shape changes, in one dimension. Each block halves the length. Sizes are
ours, so that it has about as many parameters as MRA-SNN.
"""

from torch import Tensor, nn
from torch.nn import functional

from models import layers
from models.convolution import NormalisedConv
from models.layers import Layer
from models.network import ResNetConfig
from models.output import Network, Output

KERNEL = 3
STRIDE = 2


class BasicBlock(nn.Module):
    """ReLU(BN(Conv(ReLU(BN(Conv(x))))) + BN(Conv1(x))): [N, C, L] -> [N, C', L / 2]."""

    def __init__(self, name: str, inputs: int, outputs: int, length: int) -> None:
        super().__init__()
        self.name, self.inputs, self.outputs, self.length = name, inputs, outputs, length
        self.reduce = NormalisedConv(inputs, outputs, KERNEL, STRIDE)
        self.refine = NormalisedConv(outputs, outputs, KERNEL)
        self.project = NormalisedConv(inputs, outputs, 1, STRIDE)

    @property
    def out_length(self) -> int:
        """Positions that it gives."""
        return layers.out_length(self.length, KERNEL, STRIDE, KERNEL // 2)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.refine(functional.relu(self.reduce(x))) + self.project(x))

    def layers(self) -> list[Layer]:
        """The three convolutions; the shortcut reads the ReLUs that stand in front of the first one."""
        return [
            self._convolution("reduce", self.inputs, self.length, KERNEL, STRIDE, "the ReLUs before it"),
            self._convolution("refine", self.outputs, self.out_length, KERNEL, 1, "the ReLUs before it"),
            self._convolution("project", self.inputs, self.length, 1, STRIDE, None),
        ]

    def _convolution(self, name: str, inputs: int, length: int, kernel: int, stride: int, fed_by: str | None) -> Layer:
        return layers.convolution(
            f"{self.name}.{name}",
            in_channels=inputs,
            in_length=length,
            out_channels=self.outputs,
            kernel=kernel,
            stride=stride,
            fed_by=fed_by,
            timesteps=1,
            spiking=False,
        )


class ResNet(Network):
    """Windows [N, 1, L] -> `Output`, without spikes; the features are averaged over length."""

    config: ResNetConfig

    def __init__(self, config: ResNetConfig) -> None:
        super().__init__()
        self.config = config
        self.stem = NormalisedConv(1, config.stem_width, config.stem_kernel, config.stem_stride)
        padding = config.stem_kernel // 2
        length = layers.out_length(config.window_length, config.stem_kernel, config.stem_stride, padding)
        self.blocks = nn.ModuleList()
        for number, (inputs, outputs) in enumerate(
            zip((config.stem_width, *config.widths), config.widths, strict=False), 1
        ):
            block = BasicBlock(f"block{number}", inputs, outputs, length)
            self.blocks.append(block)
            length = block.out_length
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Linear(config.widths[-1], config.faults)
        self._length = length

    def forward(self, windows: Tensor) -> Output:
        signal = functional.relu(self.stem(windows))
        for block in self.blocks:
            signal = block(signal)
        features = signal.mean(2)
        return Output(self.head(self.dropout(features)), features, {})

    def layers(self) -> tuple[Layer, ...]:
        config = self.config
        found = [
            layers.convolution(
                "stem",
                part="encoder",
                in_channels=1,
                in_length=config.window_length,
                out_channels=config.stem_width,
                kernel=config.stem_kernel,
                stride=config.stem_stride,
                fed_by=None,
                timesteps=1,
                spiking=False,
            )
        ]
        for block in self.blocks:
            assert isinstance(block, BasicBlock)
            found += block.layers()
        found.append(
            layers.head(
                "head",
                features=config.widths[-1],
                length=self._length,
                faults=config.faults,
                fed_by=f"block{len(config.widths)}",
                timesteps=1,
                spiking=False,
            )
        )
        return tuple(found)
