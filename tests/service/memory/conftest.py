"""The small disk and the databases of the store's tests."""

from tests.service.store.conftest import disk, postgres, postgres_server, store_place

__all__ = ["disk", "postgres", "postgres_server", "store_place"]
