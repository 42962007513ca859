"""What can be wrong with a machine on the command line."""

from data.errors import BrinellError
from service.errors import RequestRefused


class MachineError(BrinellError):
    """A folder, a file or a baseline is not what is needed; the message says what, and what to do."""


def told(refusal: RequestRefused, about: object) -> MachineError:
    """What a service would refuse, as a command tells it."""
    reasons = dict.fromkeys(f"{each.field.rpartition('.')[2]}: {each.reason}" for each in refusal.problems)
    return MachineError(f"{about}: {'; '.join(reasons)}")
