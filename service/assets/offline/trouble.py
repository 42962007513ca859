"""What can be wrong with a machine on the command line."""

from data.errors import BrinellError
from service.errors import RequestRefused


class MachineError(BrinellError):
    """A folder, a file or a baseline is not what is needed; the message says what, and what to do."""


def told(refusal: RequestRefused, about: object) -> MachineError:
    """What a service would refuse, as a command tells it."""
    reasons = "; ".join(dict.fromkeys(f"{each.field}: {each.reason}" for each in refusal.problems))
    return MachineError(f"{about}: {reasons}")
