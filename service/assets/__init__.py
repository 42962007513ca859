"""Measuring points of machines: what is known about each, what is asked about it, and how it went over time."""
