#!/usr/bin/env bash
# Brings compose.yaml up as a gateway would, with its broker: a real recording comes over MQTT and its diagnosis goes
# back; the broker is restarted and the service killed; another version is brought in and taken back; then TLS, PostgreSQL,
# OPC UA and Prometheus. Exit 0 when all holds.
# usage: docker/test-compose.sh        BRINELL_DATA (default ../shared/data) holds mfpt/
# Images that cannot be pulled are made from Debian's packages, and that is said, loudly.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. docker/engine.sh
. docker/gateway.sh
recording=$(realpath "${BRINELL_DATA:-../shared/data}")/mfpt/OuterRaceFault_3.mat

# find_image STAND-IN IMAGE
find_image() {
  local proof="This proves compose.yaml with Debian's program in its place."
  pulled "$2" "$proof" && return
  DOCKER_BUILDKIT=1 docker_ build -q --network host --label "stand-in=$2" -f "docker/stand-ins/$1.Dockerfile" -t "$2" docker/stand-ins \
    >"$scratch/build.log" 2>&1 || { tail -5 "$scratch/build.log" >&2; stop "$2 can neither be pulled nor stood in for"; }
  loudly "$2" "$proof"
}

up() {
  brought_up "$@" up -d
  until_true 30 connected || failed "not connected to the broker"
}
connected() { curl -fsS "$url/readyz" | grep -q '"mqtt":"connected"'; }
running() { docker_ inspect -f "$1" "$(compose_ ps -q "$2")"; }

# A message of the shape that mapping.toml reads, with one second of the recording; the id is given.
message() {
  docker_ run --rm --network none -v "$recording:/recording.mat:ro" --entrypoint python "$image" -c '
import json, sys, scipy.io
samples = scipy.io.loadmat("/recording.mat", squeeze_me=True)["bearing"]["gs"].item()[:97656]
print(json.dumps({"id": sys.argv[1], "rate": 97656, "rpm": 1500, "data": samples.round(5).tolist()}))' "$1"
}

# Broker's clients, as the plant's user; `broker` is how they reach it.
broker=(-h localhost -p 1883)
client() { compose_ exec -T mosquitto "$1" "${broker[@]}" -u plant -P "$(cat "$files/secrets/plant_password")" "${@:2}"; }
answer() { client mosquitto_sub -t brinell/pump-7/x -C 1 -W 20; }
publish() { message "$1" >"$scratch/message.json"; client mosquitto_pub -q 1 -t plant/pump-7/vibration/x -s <"$scratch/message.json"; }
answered() { answer | grep -q "\"message_id\": *\"$1\""; }
status() { "$@" >/dev/null 2>&1 && echo 0 || echo $?; }
field() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

# diagnosed ID WHEN
diagnosed() {
  publish "$1"
  until_true 30 answered "$1" || true
  check "over MQTT, $2" "$(answer | field fault) of $(answer | field message_id)" "outer_race of $1"
}

stored() { curl -sS -H "Authorization: Bearer $(cat "$scratch/key")" "$url/v1/diagnoses?limit=200" | python3 -c '
import json, sys; print(len(json.load(sys.stdin)["diagnoses"]))'; }

find_engine
find_base "$base"
build "$image" "$base"
find_image mosquitto eclipse-mosquitto:2.0
find_image postgresql postgres:15-bookworm
find_image prometheus prom/prometheus:v3.5.0
find_compose
[ -f "$recording" ] || stop "no recording $recording (set BRINELL_DATA)"
DOCKER=$docker "$files/secrets.sh" --tls

up
new_key tester >"$scratch/key"
diagnosed 1 "a gateway's settings"
check "read-only, user of each" "$(running '{{.HostConfig.ReadonlyRootfs}} {{.Config.User}}' mosquitto) $(running '{{.HostConfig.ReadonlyRootfs}} {{.Config.User}}' brinell)" \
  "true 1883:1883 true 10001:10001"
# mosquitto_sub ends with 5 where it is not let in, with 1 where nothing listens, and with 27 where it just hears nothing.
check "the plant's user hears" "$(client mosquitto_sub -t brinell/status -C 1 -W 20)" online
check "somebody without a password, by status" "$(status compose_ exec -T mosquitto mosquitto_sub "${broker[@]}" -t brinell/status -C 1 -W 2)" 5
check "the plant's user pretends to be the service" "$(client mosquitto_pub -q 1 -t brinell/pump-7/x -m forged >/dev/null 2>&1; answer | field message_id)" 1
compose_ restart -t 5 mosquitto >/dev/null 2>&1
until_true 70 connected || failed "not connected again"
diagnosed 2 "after the broker was restarted"
if [ "$(id -u)" = 0 ] && kill -9 "$(running '{{.State.Pid}}' brinell)" 2>/dev/null; then
  until_true 60 connected || failed "not back after SIGKILL"
  diagnosed 3 "after the service was killed"
  check "diagnoses stored" "$(stored)" 3
fi
docker_ stats --no-stream --format 'figure  memory of {{.Name}}: {{.MemUsage}}' | grep "brinell-test-$$"

before=$(stored)
compose_ exec -T brinell brinell backup /var/lib/brinell/before.db >/dev/null 2>&1
docker_ tag "$image" brinell:next
BRINELL_VERSION=next up
check "an update by hand" "$(running '{{.Config.Image}}' brinell)" brinell:next
diagnosed 4 "after it"
compose_ stop brinell >/dev/null 2>&1
compose_ run --rm -T brinell restore --force /var/lib/brinell/before.db >/dev/null 2>&1
up
check "and back, with the backup" "$(running '{{.Config.Image}}' brinell), $(stored) diagnoses" "$image, $before diagnoses"

compose+=(-f "$files/compose.tls.yaml")
up
check "the plant's user without TLS, by status" "$(status client mosquitto_sub -t brinell/status -C 1 -W 2)" 1
broker=(-h localhost -p 8883 --cafile /run/secrets/mqtt_ca)
diagnosed 5 "TLS"

printf '%s\n' BRINELL_STORE=postgresql://brinell@postgresql/brinell BRINELL_STORE_PASSWORD_FILE=/run/secrets/postgresql_password >>"$settings"
up --profile postgresql
new_key tester >"$scratch/key"
diagnosed 6 "the store in PostgreSQL"
check "diagnoses stored in PostgreSQL" "$(stored)" 1

compose+=(-f "$files/compose.opcua.yaml")
DOCKER=$docker "$files/secrets.sh" --opcua
up --profile postgresql
machine='{"id": "pump-7", "machine": "pump 7", "point": "drive end", "axes": [{"name": "x"}], "bearing": "NICE"}'
check "a machine is registered" "$(curl -sS -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $(new_key admin --scope admin)" \
  -H 'Content-Type: application/json' -d "$machine" "$url/v1/assets")" 201
diagnosed 7 "shown to a SCADA system"
check "a SCADA system reads the fault" "$(compose_ exec -T brinell python - <docker/opcua_asks.py 2>/dev/null)" outer_race

new_key prometheus >"$files/secrets/metrics_key"
up --profile postgresql --profile prometheus
scraped() { curl -fsS "http://127.0.0.1:$BRINELL_PROMETHEUS_PUBLISH/api/v1/query?query=up" | grep -q '"value":\[[0-9.]*,"1"\]'; }
until_true 60 scraped || true
check "Prometheus reads the metrics" "$(scraped && echo yes || echo no)" yes
finish "compose.yaml holds"
