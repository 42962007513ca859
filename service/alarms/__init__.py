"""From diagnoses to messages: what a machine's last recordings add up to, and who is told.

Store (one transaction): diagnosis -> `rule` -> tables `alarm_states`, `alarm_events`, `outbox`
Sender (one thread): `outbox` -> webhook, mail
"""
