"""Alarms as mails, handed to a real SMTP server."""

import asyncio
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from service.alarms import connection, outbox, sender
from service.alarms.channel import NotDelivered
from service.alarms.mail import Mail
from service.alarms.message import Message
from service.alarms.outbox import Letter
from service.alarms.rule import Level
from service.moment import moment_of
from tests.service.process import free_port

MESSAGE = Message(
    id="0123abcd", asset="mill-3.fan.de", kind="level", before=Level.WATCH, level=Level.ALARM,
    time=moment_of(1_790_000_000_000_000), why="4 of the last 5 recordings say alarm", diagnosis="0001",
    fault="outer_race",
)  # fmt: skip
LETTER = Letter(1, "mail", 0, 0, MESSAGE.model_dump_json().encode())


@dataclass
class Box:
    """What the server took."""

    taken: list[Any] = field(default_factory=list)
    refuse: str = ""
    pause_s: float = 0

    async def handle_RCPT(self, _: Any, __: Any, envelope: Any, address: str, ___: Any) -> str:  # noqa: N802
        await asyncio.sleep(self.pause_s)
        if self.refuse and address.startswith(self.refuse):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.taken.append((session, envelope))
        return "250 OK"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("certificate")
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


@pytest.fixture
def box() -> Box:
    return Box()


def serve(box: Box, **settings: Any) -> Controller:
    controller = Controller(box, "127.0.0.1", free_port(), **settings)
    controller.start()
    return controller


@pytest.fixture
def plain(box: Box) -> Iterator[Controller]:
    controller = serve(box)
    yield controller
    controller.stop()


@pytest.fixture
def secured(box: Box, certificate: tuple[Path, Path]) -> Iterator[Controller]:
    """Takes mail under TLS alone, from who knows the password."""

    def authenticated(*words: Any) -> AuthResult:
        known = LoginPassword(b"brinell", b"s3cret")
        return AuthResult(success=words[-1] == known, handled=False)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    controller = serve(box, tls_context=context, require_starttls=True, authenticator=authenticated, auth_required=True)
    yield controller
    controller.stop()


def to(server: Controller, **settings: Any) -> Mail:
    return Mail("127.0.0.1", server.port, "brinell@plant", ("shift@plant", "boss@plant"), **settings)


def test_a_mail_says_which_asset_why_and_under_which_id(plain: Controller, box: Box) -> None:
    to(plain, security="none").deliver(LETTER)
    [(_, envelope)] = box.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("brinell@plant", ["shift@plant", "boss@plant"])
    mail = message_from_bytes(envelope.content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert mail["Subject"] == "Brinell: mill-3.fan.de: alarm (was watch)"
    assert mail["Message-ID"] == "<0123abcd@brinell>"
    assert "4 of the last 5 recordings say alarm." in mail.get_content()
    assert "GET /v1/diagnoses/0001" in mail.get_content()


def test_it_goes_under_tls_with_a_password(
    secured: Controller, box: Box, certificate: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    password = tmp_path / "password"
    password.write_text("s3cret\n")
    to(secured, user="brinell", password=password).deliver(LETTER)
    [(session, _)] = box.taken
    assert session.ssl is not None
    assert session.authenticated
    password.write_text("wrong\n")
    with pytest.raises(NotDelivered, match="535"):
        to(secured, user="brinell", password=password).deliver(LETTER)


def test_an_unknown_certificate_gets_neither_mail_nor_password(secured: Controller, box: Box, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("s3cret")
    with pytest.raises(NotDelivered, match="CERTIFICATE_VERIFY_FAILED"):
        to(secured, user="brinell", password=password).deliver(LETTER)
    assert box.taken == []


def test_a_server_without_tls_is_not_spoken_to_in_the_clear(plain: Controller, box: Box) -> None:
    with pytest.raises(NotDelivered, match="STARTTLS"):
        to(plain).deliver(LETTER)
    assert box.taken == []


def test_one_that_is_refused_is_told_again_and_said_so(plain: Controller, box: Box) -> None:
    box.refuse = "boss"
    with pytest.raises(NotDelivered, match="boss@plant") as caught:
        to(plain, security="none").deliver(LETTER)
    assert caught.value.reached


def test_without_a_server_nothing_is_delivered() -> None:
    with pytest.raises(NotDelivered, match="ConnectionRefusedError") as caught:
        Mail("127.0.0.1", free_port(), "a@b", ("c@d",), "none").deliver(LETTER)
    assert not caught.value.reached


def test_a_slow_server_is_cut_off(plain: Controller, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "ALTOGETHER_S", 1.0)
    box.pause_s = 0.7
    began = time.monotonic()
    with pytest.raises(NotDelivered, match="within 1 s") as caught:
        to(plain, security="none").deliver(LETTER)
    assert time.monotonic() - began < 1.3
    assert not caught.value.reached
    assert box.taken == []


def test_the_longest_round_ends_before_the_lease() -> None:
    assert sender.ROUND_S + connection.ALTOGETHER_S < outbox.LEASE_US / 1e6
