# shellcheck shell=bash disable=SC2154 # what engine.sh sets
# A gateway for the tests: compose.yaml in a copy of its folder, with ports and settings of its own; what was brought up
# is taken away at the end. Sourced after engine.sh.
files=$scratch/docker
settings=$scratch/settings.env
export BRINELL_VERSION=test BRINELL_ENV=$settings BRINELL_MAPPING=$files/mapping.toml
export BRINELL_PUBLISH=18010 BRINELL_MQTT_PUBLISH=18011 BRINELL_MQTTS_PUBLISH=18012 BRINELL_OPCUA_PUBLISH=18014 BRINELL_PROMETHEUS_PUBLISH=18013
url=http://127.0.0.1:$BRINELL_PUBLISH
compose=()

find_compose() {
  if docker_ compose version >/dev/null 2>&1; then compose=("$docker" compose)
  elif command -v docker-compose >/dev/null; then compose=(docker-compose)
  else stop "neither docker compose nor docker-compose is here (Debian: apt-get install docker-compose)"; fi
  compose+=(-p "brinell-test-$$" -f "$files/compose.yaml")
  cp -r docker "$files"
  rm -rf "$files/secrets"
  cp docker/gateway.env "$settings"
}
compose_() { "${compose[@]}" "$@"; }
on_exit() { compose_ --profile postgresql --profile prometheus down -v -t 2; }

# brought_up WORDS OF COMPOSE...
brought_up() {
  compose_ "$@" >"$scratch/up.log" 2>&1 || { tail -20 "$scratch/up.log" >&2; stop "compose up failed"; }
  until_true 60 curl -fsS "$url/readyz" || { compose_ logs --tail=20 >&2; stop "never ready"; }
}
new_key() { compose_ exec -T brinell brinell keys api "$@" 2>/dev/null; }
