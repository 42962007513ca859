"""A network that is no longer as it started, for tests of what is made of networks."""

import torch

from models.build import build
from models.network import NetworkConfig
from models.output import Network
from tests.simulated_windows import windows_for


def trained(config: NetworkConfig) -> Network:
    """A network after a few training steps: gates, batch-norms and time constants are not those of the start."""
    torch.manual_seed(0)
    network = build(config)
    for part in network.modules():
        if isinstance(part, torch.nn.BatchNorm1d):
            part.momentum = 0.3
    optimiser = torch.optim.AdamW(network.parameters(), 5e-3)
    for step in range(12):
        signals = torch.from_numpy(windows_for(config, 16, seed=step % 3))
        torch.nn.functional.cross_entropy(network(signals).logits, torch.arange(16) % 4).backward()
        optimiser.step()
        optimiser.zero_grad()
    return network.eval()
