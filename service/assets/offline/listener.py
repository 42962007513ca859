"""One machine's files, heard as the service hears what comes in over HTTP: by the same functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from data.errors import FormatError, SignalError
from models.energy import PROFILES
from service.assets.answer import AxisDiagnosis
from service.assets.asset import Asset
from service.assets.baselines import Standing
from service.assets.diagnosing import Listening, completed
from service.assets.facts import filled
from service.assets.offline.folder import Dated
from service.assets.offline.trouble import MachineError, told
from service.assets.signals import OfAxes, in_file
from service.bodies.multipart import File
from service.engine import Engine
from service.errors import RequestRefused
from service.offline import loaded
from service.question import Given
from service.settings import Settings


@dataclass(frozen=True, eq=False)
class Heard:
    """A recording, and what is said of it.

    Attributes:
        dated: the file.
        content: SHA-256 of it, in hexadecimal.
        axes: by axis, in the asset's order.
    """

    dated: Dated
    content: str
    axes: Mapping[str, AxisDiagnosis]


class Listener:
    """Asks the engine about a machine.

    Args:
        asset: the measuring point.
        healthy: how its axes sound when they are healthy.
        rate_hz: of its recordings, where their files do not say it.

    Raises:
        BundleError: there is none to answer with.
    """

    def __init__(self, asset: Asset, healthy: Mapping[str, Standing], rate_hz: float | None) -> None:
        self.settings = Settings.read()
        self.engine = Engine(loaded(self.settings).bundles, PROFILES[self.settings.energy_profile])
        self.asset = asset
        self.healthy = healthy
        self.rate_hz = rate_hz

    def hear(self, dated: Dated) -> Heard:
        """All axes of a recording.

        Raises:
            MachineError: the file cannot be read, or has not these axes, or no speed where it is needed.
        """
        try:
            content = dated.path.read_bytes()
        except OSError as error:
            raise MachineError(f"{dated.path}: {error.strerror or error}") from None
        query = OfAxes(rate_hz=self.rate_hz, speed_rpm=dated.speed_rpm)
        try:
            signals = in_file(File(dated.path.name, None, bytearray(content)), query, self.asset, self.settings)
            axes = {axis.name: self._axis(Listening(self.asset, axis, self.healthy.get(axis.name)), signal)
                    for axis, signal in signals.items()}  # fmt: skip
        except RequestRefused as refusal:
            raise told(refusal, dated.path) from None
        except (FormatError, SignalError) as error:
            raise MachineError(f"{dated.path}: {error}") from None
        return Heard(dated, sha256(content).hexdigest(), axes)

    def _axis(self, listening: Listening, given: Given) -> AxisDiagnosis:
        question = filled(given, listening.asset, listening.axis).ask()
        answer = self.engine.diagnose(question.recording, warnings=question.warnings)
        return completed(listening, answer, question.recording)[0]
