"""What stands before every route, in the words of OpenAPI: who may ask, and the refusals of whoever may not."""

from typing import Any

from service.security.scopes import Auth, Scope, needed

SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "Authorization: Bearer KEY"},
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}
HERE_ONLY = {403: "It answers its own machine only, and no page of another site."}
WITH_KEYS = {
    401: "There is no key, or it is not known or was revoked.",
    403: "The key may not do this: it needs the scope {scope}.",
    429: "Too many requests; the header Retry-After says when to come again.",
    503: "Keys cannot be read just now.",
}
TOO_SLOW = {408: "The body came in too slowly."}


def describe(description: dict[str, Any], auth: Auth) -> None:
    """Adds to each operation what is asked of its client, and how it is refused.

    Args:
        description: the OpenAPI document.
    """
    if auth == "keys":
        description["components"]["securitySchemes"] = SCHEMES
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            _describe(operation, path, needed(method.upper(), path), auth)


def _describe(operation: dict[str, Any], path: str, right: Scope | None, auth: Auth) -> None:
    refusals = dict(TOO_SLOW) if "requestBody" in operation else {}
    if right is not None:
        refusals |= WITH_KEYS if auth == "keys" else HERE_ONLY
        if auth == "keys":
            operation["security"] = [{scheme: []} for scheme in SCHEMES]
    shape = "ProtocolError" if path.startswith("/v2") else "Refusal"
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{shape}"}}}
    for status, text in refusals.items():
        said = {"description": text.format(scope=right), "content": content}
        operation["responses"].setdefault(str(status), said)
