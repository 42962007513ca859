"""The store of BRINELL_STORE=none: answers go out and are forgotten."""

from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar

from sqlalchemy import Connection

from service.diagnosis import Diagnosis
from service.store.reading import Answered, Wanted
from service.store.row import Watched
from service.store.store import Entry, Retried
from service.store.trouble import KeyRefused, NothingKept

NO_STORE = "nothing is kept here: BRINELL_STORE is none"

Result = TypeVar("Result")


class Nothing:
    """Has the methods of `Store`, and keeps nothing."""

    warning = None

    def check(self) -> None:
        """There is always room."""

    def entry(
        self, diagnosis: Diagnosis, source: str | None = None, retried: Retried | None = None,
        watched: Watched | None = None,
    ) -> Entry:  # fmt: skip
        """The answer alone; it has no id."""
        return Entry(diagnosis, diagnosis.model_dump_json().encode())

    async def keep(self, entry: Entry) -> bytes:
        """The answer to send."""
        return entry.answer

    async def keep_all(self, entries: Sequence[Entry]) -> list[bytes]:
        """The answers to send."""
        return [entry.answer for entry in entries]

    async def earlier(self, retried: Retried) -> list[Answered]:
        """Raises KeyRefused: what promises one answer to two requests must remember it."""
        raise KeyRefused(f"{NO_STORE}, so no answer can be sent again")

    def new_id(self) -> tuple[int, int]:
        """Raises NothingKept."""
        self._refuse()

    async def page(self, wanted: Wanted, limit: int) -> Sequence[Any]:
        """Raises NothingKept."""
        self._refuse()

    async def answer(self, identity: int) -> bytes | None:
        """Raises NothingKept."""
        self._refuse()

    async def read(self, read: Callable[[Connection], Result]) -> Result:
        """Raises NothingKept."""
        self._refuse()

    async def read_apart(self, read: Callable[[Connection], Result]) -> Result:
        """Raises NothingKept."""
        self._refuse()

    async def write(self, write: Callable[[Connection], Result]) -> Result:
        """Raises NothingKept."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise NothingKept(NO_STORE)
