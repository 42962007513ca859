"""Everything that can be set about the service, by environment variables `BRINELL_*`."""

import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, FilePath, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from data import home
from data.errors import BrinellError
from models.bundle import PRETRAINED
from models.energy import PROFILES
from models.manifest import IDENTITY
from service.alarms.mail import Security
from service.logs import Format
from service.security.loopback import is_loopback
from service.security.scopes import Auth
from service.store.location import NONE, checked, state_folder, with_password, without_password, writes_a_file
from service.trust import Policy, Trust

MIB = 1 << 20

OpcuaSecurity = Literal["encrypt", "sign", "none"]
ADDRESS = r"[^\s@,<>\"]+@[A-Za-z0-9.-]+"
SHORTEST_SECRET = 16
PREFIX = "BRINELL_"


class SettingsError(BrinellError):
    """A setting cannot be; the message names the environment variable, or the option that it was given by."""


class Settings(BaseSettings):
    """`BRINELL_PORT=9000 brinell serve`.

    Attributes:
        host: address to listen on; the default is this machine only.
        port: port to listen on.
        bundles: folder with `<name>/<version>/` of each bundle.
        signatures: `off`, `warn` or `require`: what is asked of a bundle's signature (`service.trust`).
        trusted_keys: public key, or folder of them (`*.pub`), whose signatures count.
        challenger: `name/version` of the bundle that answers in the shadow.
        max_bundle_mib: a larger bundle is not taken in over HTTP.
        max_body_mib: a larger body is refused with 413.
        max_json_mib: the same for numbers as text (JSON, a line of NDJSON, CSV), which take twelve times their size in
            memory while they are read.
        max_minutes: a longer signal is refused with 422.
        threads: diagnoses computed at once; each keeps one core busy.
        deadline_s: what cannot be answered in so many seconds is refused; a request may ask for fewer (X-Deadline-Ms).
        grace_s: when it is told to stop, what is not answered after so many seconds is refused with 503.
        max_waiting: requests that may wait or be worked on at once; more are refused with 503, and with 429 where half
            of them are of one key (without keys, of one address).
        max_waiting_mib: the same for the size of their bodies.
        energy_profile: the hardware that energy is reckoned for, a name in `models.energy.PROFILES`.
        auth: `keys`, or `none`: then it answers its own machine only.
        keys_trusted_s: where the store cannot be read, how long the keys that were known still open; then it is 503.
        requests_per_minute: that one key may make.
        guesses_per_minute: requests without a key that is known, that one address may make.
        connections: that are open at once; more are refused with 503.
        connections_of_a_peer: the same for one address; more are closed at once.
        tls_certificate, tls_key: PEM files; with them it speaks HTTPS.
        log_format: `plain` lines for people, or `json` for a collector.
        log_level: `warning` leaves out the line for each request.
        traces: address of an OpenTelemetry collector (http://host:4318); needs the extra `trace`.
        state: folder of what the service remembers; else `~/.local/state/brinell`.
        store_password_file: for a store in PostgreSQL whose URL has no password; the first line of a file.
        store: where diagnoses are kept: a file of SQLite, `postgresql://...`, or `none`; else `brinell.db` in `state`.
        durability: `power-safe` answers after the diagnosis is on disk, `fast` before.
        commit_seconds: in `fast`, how long an answer may stay in memory alone.
        keep_days: older diagnoses are deleted.
        keep_mib: the oldest diagnoses are deleted where all take more.
        mqtt: address of a broker, `mqtt://host:1883` or `mqtts://host:8883`; then recordings also come from it.
        mqtt_mapping: file that says what its messages hold (docs/mqtt.md).
        mqtt_client: name of the session that the broker keeps; another one for each service.
        mqtt_user, mqtt_password_file: for the broker; the password is the first line of a file.
        mqtt_ca: certificate of who signed the broker's; else those of the system.
        mqtt_certificate, mqtt_key: PEM files, for a broker that asks for them.
        mqtt_in_flight: messages that the broker sends before the first is acknowledged, and answers likewise.
        mqtt_message_mib: larger messages are not sent by the broker.
        mqtt_spool: file of what is not answered yet; else `mqtt.db` in `state`.
        mqtt_spool_mib: where so much waits to be diagnosed, no more is taken from the broker.
        opcua: endpoint, `opc.tcp://host:4840`, where machines are shown to SCADA systems; needs the extra `opcua`.
        opcua_security: `encrypt`, `sign` (or encrypt, as the client likes), or `none`, for this machine only.
        opcua_certificate, opcua_key: PEM files of the server's.
        opcua_user, opcua_password_file: who may connect; the password is the first line of a file.
        write_budget_mb_a_day: that SQLite may write to the disk; beyond it `fast` commits less often, `power-safe` says
            it.
        recordings: folder of the signals that are kept; else `recordings` in `state`.
        recordings_mib: of all of them; the least telling are deleted.
        recordings_day_mib: that are written in a day, but for those that somebody asked for.
        recordings_minutes: of one measuring point and axis, the same reason to keep a signal counts after so many.
        recordings_below: a confidence under this is a reason to keep it.
        ring: signals of each measuring point and axis that are held in memory.
        ring_mib: of all of them.
        export_key: private key (`brinell keys sign`) that signs exports.
        webhook: address that alarms are POSTed to, `http://` or `https://`; with `webhook_secret`.
        webhook_secret: file with the secret that signs them, 16 bytes or more.
        mail_server: `host` or `host:port` of the SMTP server that takes alarms as mails; with `mail_from`, `mail_to`.
        mail_from, mail_to: addresses; of those written to several, with commas between.
        mail_security: `starttls`, `tls`, or `none`: in the clear, without a password.
        mail_user, mail_password: what the server asks for; the password is the content of a file.
        alarm_hours: an alarm that could not be delivered for so long is given up.
        watts_per_core: what a busy core adds (`brinell energy calibrate`); answers then hold `host_nj`.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    bundles: Path = PRETRAINED
    signatures: Policy = "off"
    trusted_keys: Annotated[Path | None, Field(validate_default=True)] = None
    challenger: Annotated[str | None, Field(pattern=IDENTITY, max_length=80)] = None
    max_bundle_mib: Annotated[int, Field(ge=1, le=4096)] = 64
    max_body_mib: Annotated[int, Field(ge=1, le=4096)] = 128
    max_json_mib: Annotated[int, Field(ge=1, le=4096)] = 32
    max_minutes: Annotated[float, Field(gt=0)] = 10
    threads: Annotated[int, Field(ge=1, le=64)] = 2
    deadline_s: Annotated[float, Field(gt=0, le=3600)] = 60
    grace_s: Annotated[float, Field(ge=0, le=3600)] = 8
    max_waiting: Annotated[int, Field(ge=1, le=65536)] = 256
    max_waiting_mib: Annotated[int, Field(ge=1, le=1 << 20)] = 512
    energy_profile: str = "float32"
    auth: Auth = "keys"
    keys_trusted_s: Annotated[float, Field(ge=10, le=31_536_000)] = 3600
    requests_per_minute: Annotated[int, Field(ge=1, le=1_000_000)] = 600
    guesses_per_minute: Annotated[int, Field(ge=1, le=1_000_000)] = 60
    connections: Annotated[int, Field(ge=1, le=10_000)] = 256
    connections_of_a_peer: Annotated[int, Field(ge=1, le=10_000)] = 128
    tls_certificate: FilePath | None = None
    tls_key: FilePath | None = None
    log_format: Format = "plain"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    traces: Annotated[str | None, Field(pattern=r"^https?://")] = None
    state: Path = Field(default_factory=state_folder)
    store_password_file: FilePath | None = None
    store: str | None = None
    durability: Literal["power-safe", "fast"] = "power-safe"
    commit_seconds: Annotated[float, Field(gt=0, le=3600)] = 300
    keep_days: Annotated[float, Field(gt=0, le=36_500)] = 730
    keep_mib: Annotated[int, Field(ge=1)] = 2048
    mqtt: Annotated[str | None, Field(pattern=r"^mqtts?://[^/@:]+(:\d{1,5})?$")] = None
    mqtt_mapping: FilePath | None = None
    mqtt_client: Annotated[str, Field(min_length=1, max_length=120)] = "brinell"
    mqtt_user: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    mqtt_password_file: FilePath | None = None
    mqtt_ca: FilePath | None = None
    mqtt_certificate: FilePath | None = None
    mqtt_key: FilePath | None = None
    mqtt_in_flight: Annotated[int, Field(ge=1, le=1000)] = 20
    mqtt_message_mib: Annotated[int, Field(ge=1, le=64)] = 4
    mqtt_spool: Path | None = None
    mqtt_spool_mib: Annotated[int, Field(ge=1, le=1 << 20)] = 256
    opcua: Annotated[str | None, Field(pattern=r"^opc\.tcp://[^/@:]+:\d{1,5}(/[\w./-]*)?$")] = None
    opcua_security: OpcuaSecurity = "encrypt"
    opcua_certificate: FilePath | None = None
    opcua_key: FilePath | None = None
    opcua_user: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    opcua_password_file: FilePath | None = None
    write_budget_mb_a_day: Annotated[float | None, Field(gt=0, le=1_000_000)] = None
    recordings: Path | None = None
    recordings_mib: Annotated[int, Field(ge=1)] = 1024
    recordings_day_mib: Annotated[float, Field(ge=0)] = 200
    recordings_minutes: Annotated[float, Field(ge=0, le=1440)] = 60
    recordings_below: Annotated[float, Field(ge=0, le=1)] = 0.7
    ring: Annotated[int, Field(ge=0, le=1000)] = 8
    ring_mib: Annotated[int, Field(ge=0, le=65536)] = 64
    export_key: FilePath | None = None
    webhook: Annotated[str | None, Field(max_length=2000)] = None
    webhook_secret: FilePath | None = None
    mail_server: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9.-]+(:[0-9]{1,5})?$")] = None
    mail_from: Annotated[str | None, Field(pattern=rf"^{ADDRESS}$")] = None
    mail_to: Annotated[str | None, Field(pattern=rf"^{ADDRESS}( *, *{ADDRESS})*$")] = None
    mail_security: Security = "starttls"
    mail_user: str | None = None
    mail_password: FilePath | None = None
    alarm_hours: Annotated[float, Field(gt=0, le=8760)] = 72
    watts_per_core: Annotated[float | None, Field(gt=0, le=1000)] = None

    @classmethod
    def read(cls, **given: Any) -> Self:
        """From what is `given` on the command line, else from the environment.

        Raises:
            SettingsError: a value that cannot be.
        """
        try:
            return cls(**given)
        except ValidationError as error:
            raise SettingsError(
                "; ".join(_told(problem, given) for problem in error.errors(include_url=False))
            ) from None

    @field_validator("store")
    @classmethod
    def _store_is_of_a_known_kind(cls, store: str | None, info: ValidationInfo) -> str | None:
        file: Path | None = info.data.get("store_password_file")
        if store is None or file is None:
            return store and checked(store)
        return with_password(store, _first_line(file))

    @field_validator("webhook")
    @classmethod
    def _webhook_is_an_address(cls, url: str | None) -> str | None:
        if url is None:
            return None
        found = urlsplit(url)
        if found.scheme not in ("http", "https") or not found.hostname or found.username or not url.isprintable():
            raise ValueError("http://HOST... or https://HOST... is wanted, without a user or a password in it")
        found.port  # noqa: B018 (one that cannot be is a ValueError)
        return url

    @field_validator("webhook_secret")
    @classmethod
    def _secret_is_long_enough(cls, path: Path | None) -> Path | None:
        if path is not None and len(path.read_bytes().strip()) < SHORTEST_SECRET:
            raise ValueError(f"a secret of {SHORTEST_SECRET} bytes or more is needed: openssl rand -hex 32")
        return path

    @field_validator("energy_profile")
    @classmethod
    def _profile_is_known(cls, name: str) -> str:
        if name not in PROFILES:
            raise ValueError(f"there is no such profile; there are {', '.join(PROFILES)}")
        return name

    @field_validator("trusted_keys")
    @classmethod
    def _there_are_keys(cls, path: Path | None, info: ValidationInfo) -> Path | None:
        if path is None and info.data.get("signatures") == "require":
            raise ValueError("BRINELL_SIGNATURES=require needs the keys whose signatures count")
        if path is not None and not path.exists():
            raise ValueError("there is no such file or folder")
        return path

    @property
    def trust(self) -> Trust:
        """What is asked of signatures."""
        return Trust(self.signatures, self.trusted_keys)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.auth == "keys" and self.store == NONE:
            raise ValueError("BRINELL_AUTH=keys needs a store that keeps the keys, and BRINELL_STORE is none")
        if self.store_password_file is not None and writes_a_file(self.store):
            raise ValueError("BRINELL_STORE_PASSWORD_FILE needs BRINELL_STORE=postgresql://USER@HOST/DATABASE")
        if self.auth == "none" and not is_loopback(self.host):
            raise ValueError(f"BRINELL_HOST={self.host} lets others ask, and that needs BRINELL_AUTH=keys")
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("BRINELL_TLS_CERTIFICATE and BRINELL_TLS_KEY are given together or not at all")
        if (self.mqtt_certificate is None) != (self.mqtt_key is None):
            raise ValueError("BRINELL_MQTT_CERTIFICATE and BRINELL_MQTT_KEY are given together or not at all")
        if self.mqtt is not None and self.mqtt_mapping is None:
            raise ValueError("BRINELL_MQTT needs BRINELL_MQTT_MAPPING, which says what the messages hold")
        if self.mqtt is not None and self.store == NONE:
            raise ValueError("BRINELL_MQTT needs a store, which knows what was diagnosed, and BRINELL_STORE is none")
        if self.opcua is not None:
            self._opcua_is_guarded()
        if self.write_budget_mb_a_day is not None and not writes_a_file(self.store):
            raise ValueError("BRINELL_WRITE_BUDGET_MB_A_DAY counts what SQLite writes, and BRINELL_STORE is no file")
        if (self.webhook is None) != (self.webhook_secret is None):
            raise ValueError("BRINELL_WEBHOOK and BRINELL_WEBHOOK_SECRET are given together or not at all")
        if len({self.mail_server is None, self.mail_from is None, self.mail_to is None}) > 1:
            raise ValueError("BRINELL_MAIL_SERVER, BRINELL_MAIL_FROM and BRINELL_MAIL_TO are given together")
        if (self.mail_user is None) != (self.mail_password is None):
            raise ValueError("BRINELL_MAIL_USER and BRINELL_MAIL_PASSWORD are given together or not at all")
        if self.mail_security == "none" and self.mail_password is not None:
            raise ValueError("BRINELL_MAIL_SECURITY=none would send BRINELL_MAIL_PASSWORD in the clear")
        if (self.webhook or self.mail_server) and self.store == NONE:
            raise ValueError("alarms need a store that remembers the recordings, and BRINELL_STORE is none")
        return self

    def _opcua_is_guarded(self) -> None:
        here = is_loopback(str(urlsplit(self.opcua).hostname))
        if self.store == NONE:
            raise ValueError("BRINELL_OPCUA shows what the store knows of machines, and BRINELL_STORE is none")
        if (self.opcua_user is None) != (self.opcua_password_file is None):
            raise ValueError("BRINELL_OPCUA_USER and BRINELL_OPCUA_PASSWORD_FILE are given together or not at all")
        if self.opcua_security == "none" and not here:
            raise ValueError("BRINELL_OPCUA_SECURITY=none is for this machine only (opc.tcp://127.0.0.1:4840)")
        if self.opcua_user is None and not here:
            raise ValueError("BRINELL_OPCUA lets others connect, and that needs BRINELL_OPCUA_USER")
        if self.opcua_security != "none" and None in (self.opcua_certificate, self.opcua_key):
            raise ValueError("BRINELL_OPCUA needs BRINELL_OPCUA_CERTIFICATE and _KEY, or BRINELL_OPCUA_SECURITY=none")

    def shown(self, options: Collection[str] = ()) -> Iterator[str]:
        """A line for each setting: its variable, its value, and where that comes from; then what is no setting.

        Args:
            options: names of what the command line gave.
        """
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            origin = "default"
            if name in self.model_fields_set:
                giver = f"option {_option(name)}" if name in options else "environment"
                origin = f"{giver}; default {field.get_default(call_default_factory=True)}"
            yield f"{PREFIX}{name.upper()}={'' if value is None else without_password(str(value))}  # {origin}"
        for variable in self.misspelt():
            yield f"# {variable} is set, and is no setting"

    @classmethod
    def misspelt(cls) -> list[str]:
        """Variables of the environment that look like settings and are none: whoever set them expects something."""
        known = {f"{PREFIX}{name.upper()}" for name in cls.model_fields} | {home.VARIABLE}
        return sorted(name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in known)

    def max_bytes(self, *, text: bool) -> int:
        """The limit of a body, unpacked too."""
        return MIB * (min(self.max_json_mib, self.max_body_mib) if text else self.max_body_mib)

    @property
    def mqtt_password(self) -> str | None:
        """The first line of its file."""
        return None if self.mqtt_password_file is None else _first_line(self.mqtt_password_file)

    @property
    def opcua_password(self) -> str | None:
        """The first line of its file."""
        return None if self.opcua_password_file is None else _first_line(self.opcua_password_file)

    @property
    def recordings_folder(self) -> Path:
        """Of the signals that are kept."""
        return self.recordings or self.state / "recordings"

    @property
    def max_seconds(self) -> float:
        """The longest signal."""
        return self.max_minutes * 60


def _first_line(file: Path) -> str:
    return file.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _told(problem: Any, given: dict[str, Any]) -> str:
    if not problem["loc"]:  # several settings that do not fit together; the message names them
        return str(problem["msg"].removeprefix("Value error, "))
    name = str(problem["loc"][0])
    where = _option(name) if name in given else f"{PREFIX}{name.upper()}"
    given_as = without_password(repr(problem["input"]))
    return f"{where} is {given_as}: {problem['msg'].removeprefix('Value error, ')}"
