"""What Brinell costs beside what a user would take instead; run from a checkout, never installed."""
