"""A message by e-mail, through the plant's own server (SMTP, RFC 5321)."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Literal

from service.alarms.channel import NotDelivered
from service.alarms.connection import connected
from service.alarms.outbox import Letter

Security = Literal["starttls", "tls", "none"]


@dataclass(frozen=True)
class Mail:
    """One server, and who is written to.

    Attributes:
        security: `starttls` begins in the clear and goes on under TLS, or not at all.
        user, password: a file with the password; read each time. None where the server asks for none.
    """

    host: str
    port: int
    sender: str
    to: tuple[str, ...]
    security: Security = "starttls"
    user: str | None = None
    password: Path | None = None

    def deliver(self, letter: Letter) -> None:
        """Hands it to the server once.

        Raises:
            NotDelivered: the server is not there, or refuses it or one of those written to.
        """
        try:
            with self._server() as server:
                self._log_in(server)
                refused = server.send_message(self._written(letter), self.sender, self.to)
        except (OSError, smtplib.SMTPException) as error:
            answered = isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused)
            raise NotDelivered(f"{type(error).__name__}: {error}", reached=answered) from None
        if refused:
            raise NotDelivered(f"refused for {', '.join(refused)}", reached=True)

    @contextmanager
    def _server(self) -> Iterator[smtplib.SMTP]:
        with connected(self.host, self.port) as line:
            if self.security == "tls":
                line = ssl.create_default_context().wrap_socket(line, server_hostname=self.host)
            with _Server(self.host, line) as server:
                yield server

    def _log_in(self, server: smtplib.SMTP) -> None:
        if self.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if self.user is not None and self.password is not None:
            server.login(self.user, self.password.read_text(encoding="utf-8").strip())

    def _written(self, letter: Letter) -> EmailMessage:
        message = letter.message
        mail = EmailMessage()
        mail["Subject"] = f"Brinell: {message.subject}"
        mail["From"] = self.sender
        mail["To"] = ", ".join(self.to)
        mail["Date"] = format_datetime(message.time)
        mail["Message-ID"] = f"<{message.id}@brinell>"  # the same at every try: mail programs drop the double
        mail.set_content(message.text)
        return mail


class _Server(smtplib.SMTP):
    """Spoken to over a connection that is there already."""

    def __init__(self, host: str, line: socket.socket) -> None:
        self._line = line
        super().__init__(host)

    def connect(self, *_: object, **__: object) -> tuple[int, bytes]:
        """Hears its greeting."""
        self.sock, self.file = self._line, None
        return self.getreply()
