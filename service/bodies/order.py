"""Small JSON bodies that order something: read under a limit, and described in the OpenAPI."""

from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from service.bodies import JSON
from service.bodies.incoming import small_body
from service.errors import invalid

LARGEST = 4096

Order = TypeVar("Order", bound=BaseModel)


async def order(request: Request, kind: type[Order]) -> Order:
    """What the body orders.

    Raises:
        RequestRefused: 413, 415 or 422: too large, no JSON, or not what `kind` says.
    """
    body = await small_body(request, JSON, LARGEST)
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        raise invalid(error, "order") from None


def order_body(kind: type[BaseModel]) -> dict[str, Any]:
    """Of a route that reads it."""
    return {"requestBody": {"required": True, "content": {JSON: {"schema": kind.model_json_schema()}}}}
