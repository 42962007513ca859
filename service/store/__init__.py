"""What the service remembers: every diagnosis, in SQLite or PostgreSQL.

    request -> Entry -> Writer (a bounded queue, one thread, many diagnoses a commit) -> table `diagnoses`
    GET /v1/diagnoses -> reading -> table `terms` for what is older, table `diagnoses` for the newest

A new table is one class in `tables`, one file in `migrations/versions`, and its own reading and writing beside these.
"""
