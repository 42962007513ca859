"""Graphs drawn node by node: one drawing, in float32 or with spikes in uint8 and weights in int8."""
