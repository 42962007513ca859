"""Ways to run the same network; `benchmarks.entries` lists them. Each is loaded in a process of its own."""
