"""All condition indicators of a recording that need nothing but the recording."""

from data.indicators.model import Indicators
from data.indicators.severity import MachineClass
from data.recording import Recording


def indicators(recording: Recording, machine: MachineClass | None = None) -> Indicators:
    """What can be said of the recording; nothing is raised: what it cannot give is in `missing`.

    Args:
        recording: any; at least 1 s is needed for what is read off spectra.
        machine: its class, where the ISO zone is wanted.
    """
    return Indicators(values={})
