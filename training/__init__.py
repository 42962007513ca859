"""How it learns: config, loop, calibration, evaluation, ONNX export."""

import models  # noqa: F401 - it keeps onnxruntime silent, which modules here import before they import `models`
