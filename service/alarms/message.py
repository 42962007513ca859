"""What is told about an asset: one message for each event, the same bytes at every try."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.alarms.rule import Level

Kind = Literal["level", "stands", "silent", "heard_again", "acknowledged", "snoozed"]

SENT: frozenset[Kind] = frozenset({"level", "stands", "silent", "heard_again"})
"""What a person did in the service is kept among the events, and told to nobody."""


class Message(BaseModel):
    """One event, as it is kept, shown and sent."""

    model_config = ConfigDict(frozen=True)

    id: Annotated[str, Field(description="The same at every try: who has it already drops the message.")]
    asset: str
    kind: Annotated[
        Kind,
        Field(
            description="`level`: it changed. `stands`: a snooze has ended, and this is where the asset stands. "
            "`silent`: no recording for longer than the rule allows. `heard_again`: the first after that. "
            "`acknowledged`, `snoozed`: somebody did; never sent."
        ),
    ]
    before: Annotated[Level, Field(description="The level before; in what is sent, that of the message before.")]
    level: Level
    time: datetime
    why: Annotated[str, Field(description="One sentence.")]
    diagnosis: Annotated[str | None, Field(description="What led to it: GET /v1/diagnoses/{id}.")] = None
    fault: Annotated[str | None, Field(description="That its voices name together.")] = None
    advice: Annotated[str | None, Field(description="One sentence or two: what to do next.")] = None
    silent_since: Annotated[datetime | None, Field(description="Null: the asset is not silent.")] = None

    @property
    def subject(self) -> str:
        """One line."""
        if self.kind == "silent":
            return f"{self.asset}: silent"
        if self.kind == "heard_again":
            return f"{self.asset}: heard again, {self.level}"
        return f"{self.asset}: {self.level}" + ("" if self.before is self.level else f" (was {self.before})")

    @property
    def text(self) -> str:
        """For people."""
        lines = [
            f"{self.subject}.",
            f"{self.why[:1].upper()}{self.why[1:]}.",
            f"Time: {self.time:%Y-%m-%d %H:%M:%S} UTC",
        ]
        if self.silent_since is not None and self.kind != "silent":
            lines.append(f"Silent since: {self.silent_since:%Y-%m-%d %H:%M} UTC")
        if self.fault is not None:
            lines.append(f"Fault: {self.fault}")
        if self.advice is not None:
            lines.append(f"What to do: {self.advice}")
        if self.diagnosis is not None:
            lines.append(f"Diagnosis: GET /v1/diagnoses/{self.diagnosis}")
        return "\n".join([*lines, "", f"Event {self.id}"]) + "\n"
