"""Retraining: what was found on opened machines makes the next version of a bundle, and only where it is better.

`found` (a folder with labels, or an export) -> `halves` (what teaches, what judges) -> `steps` (the cheapest that is
enough) -> `versus` (champion and challenger, pair by pair) -> `gate` -> a bundle and a `report`.
"""
