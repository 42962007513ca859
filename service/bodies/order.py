"""Small JSON bodies that order something: read under a limit, and described in the OpenAPI."""

from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from service.bodies import JSON
from service.bodies.incoming import collect, drained_if_refused
from service.errors import invalid, refused

LARGEST = 4096

Order = TypeVar("Order", bound=BaseModel)


async def order(request: Request, kind: type[Order]) -> Order:
    """What the body orders.

    Raises:
        RequestRefused: 413, 415 or 422: too large, no JSON, or not what `kind` says.
    """
    async with drained_if_refused(request):
        given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if given != JSON:
            raise refused(415, "order", f"{given or 'a body without a type'} cannot be read")
        body = await collect(request.stream(), request.headers.get("content-length"), LARGEST)
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        raise invalid(error) from None


def order_body(kind: type[BaseModel]) -> dict[str, Any]:
    """Of a route that reads it."""
    return {"requestBody": {"required": True, "content": {JSON: {"schema": kind.model_json_schema()}}}}
