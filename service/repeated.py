"""A name that stands in a query twice."""

from collections import Counter

from fastapi import Request

from service.errors import refused


def refuse_repeated(request: Request) -> None:
    """One of two values would be taken without a word.

    Raises:
        RequestRefused: a name is there more than once.
    """
    counts = Counter(name for name, _ in request.query_params.multi_items())
    for name, count in counts.items():
        if count > 1:
            raise refused(422, name, f"stands in the query {count} times; give it once")
