"""`GET /v1/bearings`: the catalogue by designation."""

from typing import Annotated, Self

import fastapi
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from data.catalogue import CatalogueBearing, search
from service.routes.bundles import refusals
from service.routes.models import Responses
from service.settings import Settings

MOST = 20


class CatalogueEntry(BaseModel):
    """A bearing of the catalogue; orders are events per shaft revolution."""

    model_config = ConfigDict(frozen=True)

    designation: str
    rolling_elements: int
    diameter_ratio: float
    contact_angle_deg: float
    bpfo: float
    bpfi: float
    bsf: float
    ftf: float
    source: str
    warning: str

    @classmethod
    def of(cls, bearing: CatalogueBearing) -> Self:
        """As it is answered."""
        geometry, orders = bearing.geometry, bearing.geometry.orders()
        return cls(
            designation=bearing.designation,
            **{name: getattr(geometry, name) for name in ("rolling_elements", "diameter_ratio", "contact_angle_deg")},
            **{name: getattr(orders, name) for name in ("bpfo", "bpfi", "bsf", "ftf")},
            source=bearing.source,
            warning=bearing.warning,
        )


UNREADABLE: Responses = refusals({422: "A text that is too long."})


def router(_: Settings) -> APIRouter:
    """`/v1/bearings`."""
    routes = APIRouter(tags=["diagnosis"])

    @routes.get("/v1/bearings", summary="Bearings of the catalogue", responses=UNREADABLE)
    async def bearings(
        search_text: Annotated[
            str,
            fastapi.Query(alias="search", max_length=80, description="A part of a designation; nothing finds all."),
        ] = "",
    ) -> list[CatalogueEntry]:
        return [CatalogueEntry.of(bearing) for bearing in search(search_text)[:MOST]]

    return routes
