"""The tables, as they stand after the newest migration."""

from sqlalchemy import BigInteger, Double, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SCHEMA = "0007"
"""The newest migration: what a store must be at before it is used."""

WHERE_KEYED = text("idempotency_key IS NOT NULL")


class Base(DeclarativeBase):
    """All tables of the store."""

    # SQLite's own row number is an INTEGER, of eight bytes all the same.
    type_annotation_map = {int: BigInteger().with_variant(Integer, "sqlite"), float: Double, bytes: LargeBinary}  # noqa: RUF012


class StoredDiagnosis(Base):
    """One answer. What can be asked for stands in columns, all else in `answer`.

    Attributes:
        id: `service.store.identity`; grows with time, so it is also the order.
        time_us: what the clock said, microseconds since 1970; a clock that was set back shows here, not in `id`.
        source: where the signal came from, in the client's words.
        energy_nj: with all that is accounted for (`full_nj`).
        answer: the JSON as it was sent, packed by `service.store.packing`.
        idempotency_key: the client's (`service.retrying`, `Retried.part`); there is no second row with the same one.
        fingerprint: sha256 of the request that brought the key.
        asset, axis: the measuring point and which of its axes, where it was asked about one.
        level: what its voices together say; null without a measuring point, and where it was commissioned on this.
        probabilities: of each fault, packed by `service.store.packing`; kept beside the answer for rows with an asset,
            because a trend reads thousands of them.
        condition: the same of `service.store.packing.CONDITION`.
        severity: that goes with `level`; null where it is null, and in rows of before 0007.
    """

    __tablename__ = "diagnoses"
    # Partial: a row without a key costs nothing here.
    __table_args__ = (
        Index(
            "diagnoses_by_key", "idempotency_key", unique=True, sqlite_where=WHERE_KEYED, postgresql_where=WHERE_KEYED
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    time_us: Mapped[int]
    request_id: Mapped[str] = mapped_column(String(64))
    source: Mapped[str | None] = mapped_column(String(120))
    verdict: Mapped[str] = mapped_column(String(20))
    fault: Mapped[str | None] = mapped_column(String(20))
    confidence: Mapped[float | None]
    bundle: Mapped[str | None] = mapped_column(String(80))
    front_end: Mapped[str | None] = mapped_column(String(20))
    energy_nj: Mapped[float | None]
    speed_rpm: Mapped[float | None]
    answer: Mapped[bytes]
    idempotency_key: Mapped[str | None] = mapped_column(String(64))
    fingerprint: Mapped[bytes | None]
    asset: Mapped[str | None] = mapped_column(String(64))
    axis: Mapped[str | None] = mapped_column(String(32))
    level: Mapped[str | None] = mapped_column(String(16))
    probabilities: Mapped[bytes | None]
    condition: Mapped[bytes | None]
    severity: Mapped[str | None] = mapped_column(String(8))


class StoredAsset(Base):
    """A measuring point of a machine; `service.assets.asset` says what it is.

    Attributes:
        machine, point: as in the asset, to be asked for.
        made_us: microseconds since 1970, as `changed_us`, which grows with every change.
        asset: as JSON.
    """

    __tablename__ = "assets"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    machine: Mapped[str] = mapped_column(String(120))
    point: Mapped[str] = mapped_column(String(120))
    made_us: Mapped[int]
    changed_us: Mapped[int]
    asset: Mapped[bytes]


class StoredBaseline(Base):
    """What one version of an asset's healthy state says of one axis (`service.assets.baselines`); never changed.

    Attributes:
        version: counts from 1 for each asset, and no number comes twice.
        extends: the version that this one extends; null: it begins anew.
        n: healthy recordings.
        made_us: microseconds since 1970, as `undone_us`.
        by: id of the key that commissioned it, null without keys.
        doubts: JSON list: what spoke against its being healthy.
        why: the word of confirmation.
        orders: JSON: of the bearing, by fault, where they were known.
        baseline: `models.baseline.Baseline` as JSON, deflated.
        undone_us: null: it stands, or a newer one does.
        idempotency_key, fingerprint: as of diagnoses.
    """

    __tablename__ = "baselines"
    __table_args__ = (
        Index("baselines_by_key", "idempotency_key", sqlite_where=WHERE_KEYED, postgresql_where=WHERE_KEYED),
    )

    asset: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    axis: Mapped[str] = mapped_column(String(32), primary_key=True)
    extends: Mapped[int | None] = mapped_column(Integer)
    n: Mapped[int] = mapped_column(Integer)
    made_us: Mapped[int]
    by: Mapped[str | None] = mapped_column(String(8))
    doubts: Mapped[str] = mapped_column(Text)
    why: Mapped[str | None] = mapped_column(String(200))
    orders: Mapped[str | None] = mapped_column(String(200))
    baseline: Mapped[bytes]
    undone_us: Mapped[int | None]
    idempotency_key: Mapped[str | None] = mapped_column(String(64))
    fingerprint: Mapped[bytes | None]


class Term(Base):
    """Which diagnoses hold a word that can be asked for, such as `fault=inner_race` (`service.store.terms`).

    An index kept by hand. One kept by the database would rewrite a page for every source at every commit, which is
    most of what flash would have to bear; this one is brought up to date some thousand diagnoses at a time.
    """

    __tablename__ = "terms"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    term: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class StoredKey(Base):
    """An API key; `service.security.api_key` says what its parts are.

    Attributes:
        scopes: words, with spaces between.
        made_us: microseconds since 1970, as `revoked_us`.
    """

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String(8), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    digest: Mapped[bytes]
    scopes: Mapped[str] = mapped_column(String(80))
    made_us: Mapped[int]
    revoked_us: Mapped[int | None]


class AuditEntry(Base):
    """A request that needed an administrator, and the status it got; or a command on this machine.

    Attributes:
        time_us: microseconds since 1970.
        key_id: that came with it.
        method, path: of a command `COMMAND` (`service.security.on_site`) and what it did.
        status: 0 of a command.
        client: its address, or the user of the system.
    """

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    time_us: Mapped[int]
    key_id: Mapped[str | None] = mapped_column(String(8))
    method: Mapped[str] = mapped_column(String(10))
    path: Mapped[str] = mapped_column(String(200))
    status: Mapped[int] = mapped_column(Integer)
    request_id: Mapped[str] = mapped_column(String(64))
    client: Mapped[str | None] = mapped_column(String(64))


class StoredRecording(Base):
    """A signal that was kept, in a file named by its id (`service.memory.folder`); what export says of it stands here.

    Attributes:
        id: of its diagnosis, which may be gone already.
        place: the folder that has the file: replicas that share a database need not share a disk.
        orders: of the bearing, JSON.
        sha256: of the file, as `bytes`.
        why: words of `data.exported.Why`, with spaces between.
        worth: rank; what has the lowest goes first.
    """

    __tablename__ = "recordings"
    __table_args__ = (Index("recordings_by_asset", "asset", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[str] = mapped_column(String(8))
    asset: Mapped[str] = mapped_column(String(64))
    axis: Mapped[str] = mapped_column(String(64))
    time_us: Mapped[int]
    rate_hz: Mapped[float]
    speed_rpm: Mapped[float | None]
    bearing: Mapped[str | None] = mapped_column(String(200))
    orders: Mapped[str | None] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int]
    why: Mapped[str] = mapped_column(String(100))
    worth: Mapped[int]
    verdict: Mapped[str] = mapped_column(String(20))
    fault: Mapped[str | None] = mapped_column(String(20))
    confidence: Mapped[float | None]
    level: Mapped[str | None] = mapped_column(String(16))
    bundle: Mapped[str | None] = mapped_column(String(80))


class StoredFeedback(Base):
    """What somebody found when a machine was opened; never changed, a correction is another row.

    Attributes:
        id: as of diagnoses: it grows with time.
        opened_us: when the machine was opened, microseconds since 1970.
        diagnosis: what it is about, where it is about one.
        corrects: the row that this one takes the place of.
    """

    __tablename__ = "feedback"
    __table_args__ = (Index("feedback_by_asset", "asset", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    time_us: Mapped[int]
    asset: Mapped[str] = mapped_column(String(64))
    finding: Mapped[str] = mapped_column(String(20))
    opened_us: Mapped[int]
    by: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(String(2000))
    diagnosis: Mapped[int | None]
    corrects: Mapped[int | None] = mapped_column(unique=True)


class AlarmState(Base):
    """Where an asset stands (`service.alarms.rule`); all times in microseconds since 1970.

    Attributes:
        state: the `AssetState` as JSON.
        rule: the `Rule` as JSON; None: the default.
        since_us: when it came to its level.
        told: the level that was last sent, or would have been: what is sent next follows on it.
        heard_us: when it was last diagnosed.
        silent_from_us: from then on it is silent; None: it never is, or it has been said.
        silent_since_us: when it was last heard before it fell silent; None: it is not silent.
        acknowledged_us, acknowledged_by, note: who has seen the level that it stands at.
        snoozed_to_us: until then nothing is sent.
    """

    __tablename__ = "alarm_states"

    asset: Mapped[str] = mapped_column(String(64), primary_key=True)
    level: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(Text)
    rule: Mapped[str | None] = mapped_column(Text)
    since_us: Mapped[int]
    told: Mapped[str] = mapped_column(String(12))
    heard_us: Mapped[int | None]
    silent_from_us: Mapped[int | None]
    silent_since_us: Mapped[int | None]
    acknowledged_us: Mapped[int | None]
    acknowledged_by: Mapped[str | None] = mapped_column(String(80))
    note: Mapped[str | None] = mapped_column(String(1000))
    snoozed_to_us: Mapped[int | None]


class AlarmEvent(Base):
    """What happened to an asset, in order; `message` is the JSON that is sent, byte for byte, at every try."""

    __tablename__ = "alarm_events"
    __table_args__ = (Index("alarm_events_by_asset", "asset", "number"),)

    number: Mapped[int] = mapped_column(primary_key=True)
    asset: Mapped[str] = mapped_column(String(64))
    time_us: Mapped[int]
    message: Mapped[str] = mapped_column(Text)


class Outgoing(Base):
    """An event that a channel still has to deliver; the row goes when it has.

    Attributes:
        number: of the event.
        channel: `webhook` or `mail`.
        made_us: when the event was stored: what is too old is given up.
        next_us: not tried again before.
        error: why it was not delivered the last time.
        given_up_us: no more tries after this.
    """

    __tablename__ = "outbox"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(String(10), primary_key=True)
    asset: Mapped[str] = mapped_column(String(64))
    made_us: Mapped[int]
    tries: Mapped[int] = mapped_column(Integer)
    next_us: Mapped[int]
    error: Mapped[str | None] = mapped_column(String(200))
    given_up_us: Mapped[int | None]


class Lease(Base):
    """One row: which of the processes that share the store sends, and until when the others leave it to that one."""

    __tablename__ = "sender"

    one: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    holder: Mapped[str] = mapped_column(String(32))
    until_us: Mapped[int]


class Bookkeeping(Base):
    """One row: what the store knows about itself.

    Attributes:
        indexed_to: every diagnosis with an id up to this one is in `terms`.
        openings: how often a process has opened the store; keeps the ids of two processes apart.
    """

    __tablename__ = "bookkeeping"

    one: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    indexed_to: Mapped[int]
    openings: Mapped[int]
