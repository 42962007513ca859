"""Front ends: how a recording becomes windows. A new one is one file here and one line in `FrontEnd`."""

from typing import Annotated

from pydantic import Field

from data.front_ends.aligned import AlignedFrontEnd
from data.front_ends.order import OrderFrontEnd
from data.front_ends.time import TimeFrontEnd

FrontEnd = Annotated[AlignedFrontEnd | OrderFrontEnd | TimeFrontEnd, Field(discriminator="kind")]

__all__ = ["AlignedFrontEnd", "FrontEnd", "OrderFrontEnd", "TimeFrontEnd"]
