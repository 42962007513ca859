"""What can be wrong with a signal, a file or a dataset; every message says what, where, and what to do."""


class BrinellError(Exception):
    """Root of all errors that Brinell raises on purpose."""


class SignalError(BrinellError):
    """What was given is no signal that could be read.

    Attributes:
        field: the name of the input that is wrong (`samples`, `rate_hz`, `speed_rpm`, `bearing`).
        reason: what is wrong with it, and what would be right.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class NotApplicable(BrinellError):
    """A front end cannot read this recording, though it is a signal; the message says why."""


class FormatError(BrinellError):
    """A file is not in the format that its name says, or holds no signal.

    Attributes:
        field: the input that is wrong: `samples`, or `channel` where the file has not the one that is wanted.
    """

    def __init__(self, reason: str, field: str = "samples") -> None:
        super().__init__(reason)
        self.field = field


class DatasetError(BrinellError):
    """A dataset's recordings are missing or damaged, or a name is not one of its own."""
