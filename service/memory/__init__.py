"""What the service remembers of the signals themselves, and what people found: recordings, feedback, exports."""
