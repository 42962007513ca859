"""The int8 graph: spikes as uint8, weights as int8, every sum of their products exact. No data is needed to make it."""
