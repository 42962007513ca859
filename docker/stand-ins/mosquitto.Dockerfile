# As eclipse-mosquitto:2.0 is laid out, from Debian's package.
FROM python:3.11-slim-bookworm
RUN groupadd --system --gid 1883 mosquitto && useradd --system --uid 1883 --gid 1883 mosquitto \
 && apt-get update -qq && apt-get install -y -qq --no-install-recommends mosquitto mosquitto-clients \
 && install -d -o mosquitto -g mosquitto /mosquitto/config /mosquitto/data /mosquitto/log
VOLUME /mosquitto/data
CMD ["/usr/sbin/mosquitto", "-c", "/mosquitto/config/mosquitto.conf"]
