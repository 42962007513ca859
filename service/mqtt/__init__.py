"""Sensors that speak MQTT: their messages come in as a mapping file says, and diagnoses go out.

broker -> spool (on disk, then acknowledged) -> queue, engine, store -> spool -> broker (acknowledged, then forgotten)
"""
