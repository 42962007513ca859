"""What a webhook does with each kind of receiver; all of them real ones."""

import http.server
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from service.alarms import connection
from service.alarms.channel import NotDelivered
from service.alarms.webhook import Webhook
from service.settings import Settings, SettingsError
from tests.service.alarms.receiver import Received
from tests.service.alarms.test_mail import LETTER, MESSAGE
from tests.service.process import free_port

TLS = [b"\x16\x03\x03\x40\x00"]
"""A record begins, of 16 KiB."""


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "key"
    file.write_text("a secret of many characters")
    return file


@contextmanager
def answering(pieces: list[bytes], pause_s: float = 0) -> Iterator[int]:
    """Accepts connections and says the pieces, with a pause after each."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    try:
                        for piece in pieces:
                            connection.sendall(piece)
                            time.sleep(pause_s)
                    except OSError:
                        pass

        threading.Thread(target=answer, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def test_a_message_arrives_as_it_was_signed(received: Received) -> None:
    with received.listening():
        Webhook(received.settings["webhook"], received.secret).deliver(LETTER)
        received.secret.write_text("another secret of that length")
        with pytest.raises(NotDelivered, match="answered 403") as caught:
            Webhook(received.settings["webhook"], received.secret).deliver(LETTER)
    assert caught.value.reached
    [first, _] = received.requests()
    assert first["id"] == first["header"] == MESSAGE.id
    assert first["why"] == MESSAGE.why


def test_no_redirect_is_followed(secret: Path) -> None:
    class Other(http.server.BaseHTTPRequestHandler):
        asked = 0

        def do_POST(self) -> None:
            type(self).asked += 1

        do_GET = do_POST  # noqa: N815

    with http.server.HTTPServer(("127.0.0.1", 0), Other) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        away = f"HTTP/1.1 307 Away\r\nLocation: http://127.0.0.1:{other.server_port}/\r\nContent-Length: 0\r\n\r\n"
        with answering([away.encode()]) as port, pytest.raises(NotDelivered, match="answered 307"):
            Webhook(f"http://127.0.0.1:{port}/", secret).deliver(LETTER)
        other.shutdown()
    assert Other.asked == 0


def test_no_answer_an_odd_one_and_nobody_are_not_delivered(secret: Path) -> None:
    for pieces in ([], [b"no HTTP at all\r\n\r\n"], [b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200]):
        with answering(pieces) as port, pytest.raises(NotDelivered):
            Webhook(f"http://127.0.0.1:{port}/", secret).deliver(LETTER)
    with pytest.raises(NotDelivered, match="ConnectionRefusedError") as caught:
        Webhook(f"http://127.0.0.1:{free_port()}/", secret).deliver(LETTER)
    assert not caught.value.reached


@pytest.mark.parametrize(("kind", "first"), [("http", []), ("https", TLS)])
def test_who_answers_a_byte_at_a_time_is_cut_off(
    secret: Path, monkeypatch: pytest.MonkeyPatch, kind: str, first: list[bytes]
) -> None:
    monkeypatch.setattr(connection, "ALTOGETHER_S", 1.0)
    began = time.monotonic()
    with answering(first + [b"H"] * 100, pause_s=0.2) as port, pytest.raises(NotDelivered, match="within 1 s"):
        Webhook(f"{kind}://127.0.0.1:{port}/", secret).deliver(LETTER)
    assert time.monotonic() - began < 5


def test_no_secret_no_message(received: Received, tmp_path: Path) -> None:
    with received.listening(), pytest.raises(NotDelivered, match="FileNotFoundError"):
        Webhook(received.settings["webhook"], tmp_path / "none").deliver(LETTER)
    assert received.requests() == []


@pytest.mark.parametrize(
    "given",
    [
        {"webhook": "file:///etc/passwd"},
        {"webhook": "http://user:password@host/"},
        {"webhook": "http://host:99999/"},
        {"webhook": "http://host/"},
        {"mail_server": "mail"},
        {"mail_server": "mail", "mail_from": "a@b", "mail_to": "c@d\r\nBcc: e@f"},
        {"mail_server": "mail", "mail_from": "a@b", "mail_to": "c@d", "mail_user": "a"},
    ],
)
def test_settings_that_cannot_be_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        Settings.read(**given)


def test_a_short_secret_is_refused(tmp_path: Path) -> None:
    (tmp_path / "short").write_text("short")
    with pytest.raises(SettingsError, match="16 bytes"):
        Settings.read(webhook="http://host/", webhook_secret=tmp_path / "short")
