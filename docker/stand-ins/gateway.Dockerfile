# A gateway without Docker: Debian with systemd.
FROM python:3.11-slim-bookworm
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends systemd systemd-sysv curl
CMD ["/sbin/init"]
