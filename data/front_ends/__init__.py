"""Front ends: how a recording becomes windows. A new one is one file here and one line in `FrontEnd`."""

from typing import Annotated

from pydantic import Field

from data.front_ends.order import OrderFrontEnd
from data.front_ends.time import TimeFrontEnd

FrontEnd = Annotated[OrderFrontEnd | TimeFrontEnd, Field(discriminator="kind")]

__all__ = ["FrontEnd", "OrderFrontEnd", "TimeFrontEnd"]
