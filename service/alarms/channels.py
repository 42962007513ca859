"""The channels that the settings name: what alarms are sent by."""

from service.alarms.channel import Channel
from service.alarms.mail import Mail
from service.alarms.webhook import Webhook
from service.settings import Settings

PORTS = {"starttls": 587, "tls": 465, "none": 25}


def channels(settings: Settings) -> dict[str, Channel]:
    """By the names that stand in the outbox."""
    found: dict[str, Channel] = {}
    if settings.webhook is not None and settings.webhook_secret is not None:
        found["webhook"] = Webhook(settings.webhook, settings.webhook_secret)
    if settings.mail_server is not None and settings.mail_from is not None and settings.mail_to is not None:
        host, _, port = settings.mail_server.partition(":")
        found["mail"] = Mail(
            host,
            int(port or PORTS[settings.mail_security]),
            settings.mail_from,
            tuple(address.strip() for address in settings.mail_to.split(",")),
            settings.mail_security,
            settings.mail_user,
            settings.mail_password,
        )
    return found
