"""How it is asked: HTTP app, engine, verdicts. Nothing imported here needs PyTorch."""
