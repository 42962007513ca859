# As postgres:15-bookworm is laid out, as far as compose.yaml needs it, from Debian's package.
FROM python:3.11-slim-bookworm
RUN groupadd --system --gid 999 postgres && useradd --system --uid 999 --gid 999 postgres \
 && apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql \
 && install -d -o postgres -g postgres -m 0700 /var/lib/postgresql/data
ENV PATH=/usr/lib/postgresql/15/bin:$PATH PGDATA=/var/lib/postgresql/data
VOLUME /var/lib/postgresql/data
COPY postgresql.sh /usr/local/bin/start
CMD ["start"]
