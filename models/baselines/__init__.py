"""What the networks are measured against."""
