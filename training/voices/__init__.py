"""What the three voices are worth: real rigs and simulated machines, each commissioned and then listened to."""
