"""How it learns: config, loop, calibration, evaluation, ONNX export."""
