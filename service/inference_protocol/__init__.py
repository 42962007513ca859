"""The Open Inference Protocol, version 2, as KServe, Triton and MLServer speak it; its errors have their own shape."""

from service.inference_protocol.routes import router

__all__ = ["router"]
