"""Runs the scripts on the connection that `service.store.migration` holds the lock of."""

from alembic import context

from service.store.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
# The caller's transaction is the one that commits: a process that is killed half-way leaves the store as it was.
context.run_migrations()
