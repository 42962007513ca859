"""Rows of diagnoses, as the store keeps them."""

from data.fault import Fault
from service import docs
from service.diagnosis import Diagnosis
from service.store.identity import Clock, shown
from service.store.retention import Retention
from service.store.row import Row, Watched, row

ANSWER = Diagnosis.model_validate(docs.example("answer"))
KEPT = Retention(days=365, mib=1000)


def entry(clock: Clock, source: str = "fan", fault: Fault = Fault.OUTER_RACE, watched: Watched | None = None) -> Row:
    """The next one by this clock."""
    identity, now = clock.new_id()
    answer = ANSWER.model_copy(update={"id": shown(identity), "fault": fault})
    return row(identity, now, answer, answer.model_dump_json().encode(), source=source, key=None, fingerprint=None,
               watched=watched)  # fmt: skip
