"""One thread that delivers the outbox: at least once on the wire, in order for each asset, until it is too old.

What was delivered is taken out of the outbox afterwards: a process that ends in between sends it again under the same
id. Of several processes that share the store one sends, as long as its lease holds.
"""

import logging
import random
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from service.alarms import outbox, records, time_passing
from service.alarms.channel import Channel, NotDelivered
from service.alarms.outbox import Failure, Letter, Load
from service.alarms.rule import Level
from service.store.identity import DAY_US, wall_us
from service.store.store import Store
from service.store.trouble import StoreError

logger = logging.getLogger(__name__)

POLL_S = 1.0
"""How soon a message is seen; to look costs a fraction of a millisecond."""

ROUND_S = 8.0
"""Nothing is begun after so much of a round: with the longest delivery it ends before the lease does."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, outbox.LONGEST_PAUSE_US / 1e6
IN_A_ROW = 5
"""After so many refusals one after the other a channel rests, though somebody answers there."""

FEWEST_TRIES = 8
"""About two minutes: however old a message is, as after a week in which the service was off."""

PRUNE_S = 3600.0
CLOSE_S = 5.0


@dataclass
class _Line:
    """A channel, and how it fares."""

    channel: Channel
    failures: int = 0
    rests_until: float = 0.0


@dataclass
class _Round:
    """What came of the letters that were sent together."""

    delivered: list[Letter] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)


def pause_s(failures: int) -> float:
    """Until the next try: doubles each time up to five minutes; half of it by chance, so that not all come at once."""
    longest: float = min(FIRST_PAUSE_S * 2 ** min(failures - 1, 20), LONGEST_PAUSE_S)
    return longest * random.uniform(0.5, 1.0)


class Sender:
    """Owns the thread; ends with `close`.

    Args:
        channels: by the name that stands in the outbox.
        give_up_s: a message that could not be delivered for so long is kept as given up.
        keep_days: older events are deleted.
    """

    def __init__(self, store: Store, channels: Mapping[str, Channel], give_up_s: float, keep_days: float) -> None:
        self.load = Load()
        self._store = store
        self._lines = {name: _Line(channel) for name, channel in channels.items()}
        self._give_up_us = round(1e6 * give_up_s)
        self._keep_us = round(keep_days * DAY_US)
        self._name = uuid.uuid4().hex
        self._unmarked = _Round()
        self._next_prune = time.monotonic()
        self._ended = threading.Event()
        self._troubled = False
        self._thread = threading.Thread(target=self._run, name="alarms", daemon=True)
        self._thread.start()

    @property
    def channels(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self._lines)

    def standing(self, level: Level) -> int:
        """How many assets stand at it."""
        return dict(self.load.levels).get(level.value, 0)

    def oldest_s(self) -> float:
        """Age of the oldest message that waits."""
        oldest_us = self.load.oldest_us
        return 0.0 if oldest_us is None else max(0.0, (wall_us() - oldest_us) / 1e6)

    def close(self) -> None:
        """What is being sent is sent; what waits is sent after the next start."""
        self._ended.set()
        self._thread.join(CLOSE_S)

    def _run(self) -> None:
        while not self._ended.wait(POLL_S):
            try:
                self._look()
                self._troubled = False
            except StoreError as error:
                self._say("alarms wait for the store: %s", error)
            except Exception:
                logger.exception("alarms are not sent just now")
        try:
            with self._store.database.writing() as connection:
                outbox.give_back_lease(connection, self._name)
        except StoreError:
            return  # it runs out by itself

    def _say(self, text: str, error: StoreError) -> None:
        if not self._troubled:
            logger.warning(text, error)
        self._troubled = True

    def _look(self) -> None:
        self._mark()
        now_us = wall_us()
        with self._store.database.reading() as connection:
            come_about = bool(time_passing.due(connection, now_us))
            self.load = outbox.load(connection)
        if come_about:
            with self._store.database.writing() as connection:
                time_passing.bring_about(connection, self.channels, now_us)
        if time.monotonic() >= self._next_prune:
            with self._store.database.writing() as connection:
                records.prune(connection, self._store.trusted_us() - self._keep_us)
            self._next_prune = time.monotonic() + PRUNE_S
        while self._awake() and not self._ended.is_set() and self._round():
            pass

    def _round(self) -> bool:
        """Sends what is due; was there anything delivered?"""
        now_us = wall_us()
        with self._store.database.reading() as connection:
            if not outbox.due(connection, now_us, self._awake()):
                return False
        with self._store.database.writing() as connection:
            if not outbox.take_lease(connection, self._name, now_us):
                return False
            letters = outbox.due(connection, now_us, self._awake())
        until = time.monotonic() + ROUND_S
        for letter in letters:
            if time.monotonic() > until or self._ended.is_set():
                break
            if letter.channel in self._awake():
                self._send(letter)
        delivered = bool(self._unmarked.delivered)
        self._mark()
        return delivered

    def _awake(self) -> list[str]:
        return [name for name, line in self._lines.items() if time.monotonic() >= line.rests_until]

    def _send(self, letter: Letter) -> None:
        line = self._lines[letter.channel]
        try:
            line.channel.deliver(letter)
        except NotDelivered as error:
            self._failed(line, letter, error)
            return
        except Exception as mistake:  # one message may be at fault: the others go on
            logger.exception("%s about event %d", letter.channel, letter.number)
            self._failed(line, letter, NotDelivered(repr(mistake), reached=True))
            return
        if line.failures:
            logger.warning("%s takes messages again", letter.channel)
        line.failures = 0
        self._unmarked.delivered.append(letter)

    def _failed(self, line: _Line, letter: Letter, error: NotDelivered) -> None:
        now_us = wall_us()
        message = letter.message
        if now_us - letter.made_us > self._give_up_us and letter.tries + 1 >= FEWEST_TRIES:
            logger.error("%s about %s (%s) is given up: %s", letter.channel, message.asset, message.id, error)
            self._unmarked.failed.append(Failure(letter, str(error), None))
            return
        if not line.failures:
            logger.warning("%s does not take messages: %s", letter.channel, error)
        line.failures += 1
        if not error.reached or line.failures >= IN_A_ROW:
            line.rests_until = time.monotonic() + pause_s(line.failures)
        again_us = now_us + round(1e6 * pause_s(letter.tries + 1))
        self._unmarked.failed.append(Failure(letter, str(error), again_us))

    def _mark(self) -> None:
        """Kept until the store has taken it: what was delivered is not sent again for the store's sake."""
        found = self._unmarked
        if not found.delivered and not found.failed:
            return
        with self._store.database.writing() as connection:
            outbox.mark(connection, found.delivered, found.failed, wall_us())
        self._unmarked = _Round()
