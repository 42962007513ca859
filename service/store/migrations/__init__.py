"""How a store of an older version becomes one of this version: Alembic's scripts, one a change, run at start."""
