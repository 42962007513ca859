"""What learns, and what is shipped: neurons, networks, the energy account, bundles."""

import os

# onnxruntime tells its makers over the internet what it runs, unless it is told not to before it starts.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
