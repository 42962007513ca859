"""How soon a growing fault is told of, and how often a healthy machine: sixty days of simulated machines, replayed."""
