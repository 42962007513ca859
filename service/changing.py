"""Changes of the bundles that somebody asks for over HTTP, and how what cannot be done is refused."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from models.bundle import BundleError
from models.signing import SigningError
from service.choices import ChoiceError
from service.errors import refused
from service.registry import NoSuchBundle, NotPossible

Done = TypeVar("Done")


async def done(change: Callable[[], Done]) -> Done:
    """What `change` gives; a thread that answers no question does it, so that none waits for it.

    Raises:
        RequestRefused: what cannot be done, and why.
    """
    try:
        return await asyncio.to_thread(change)
    except NoSuchBundle as error:
        raise refused(404, "version", str(error)) from None
    except BundleError as error:
        raise refused(409, "version", error.reason) from None
    except (NotPossible, SigningError) as error:
        raise refused(409, "version", str(error)) from None
    except ChoiceError as error:
        raise refused(507, "bundles_folder", str(error)) from None
