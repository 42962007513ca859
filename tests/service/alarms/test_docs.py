"""The receiver that the page prints, run as it stands there."""

import contextlib
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from service.alarms.channel import NotDelivered
from service.alarms.webhook import Webhook
from tests.service.alarms.test_mail import LETTER
from tests.service.process import ROOT, free_port


def test_the_printed_receiver_takes_what_is_genuine_once_and_nothing_else(tmp_path: Path) -> None:
    [program] = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "alarms.md").read_text(), re.DOTALL)
    (tmp_path / "receiver.py").write_text(program)
    for name in ("secret", "other"):
        (tmp_path / name).write_text(name * 8)
    port = free_port()
    environment = os.environ | {"BRINELL_WEBHOOK_SECRET": str(tmp_path / "secret")}
    command = [sys.executable, str(tmp_path / "receiver.py"), str(port)]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as run:
        assert run.stdout is not None
        webhook = Webhook(f"http://127.0.0.1:{port}/", tmp_path / "secret")
        for _ in range(100):
            with contextlib.suppress(NotDelivered):  # it starts
                webhook.deliver(LETTER)
                break
            time.sleep(0.1)
        webhook.deliver(LETTER)
        with pytest.raises(NotDelivered, match="answered 403"):
            Webhook(f"http://127.0.0.1:{port}/", tmp_path / "other").deliver(LETTER)
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", data=b"{}")
        run.kill()
        assert run.stdout.read() == "mill-3.fan.de alarm 4 of the last 5 recordings say alarm\n"
