#!/usr/bin/env bash
# Builds the service's image, runs it as a gateway would (read-only, no capabilities, 512 MiB, one core), asks it about
# real recordings, and prints what it weighs: size, start time, memory. Exit 0 when everything holds.
# usage: docker/test-image.sh          BRINELL_DATA (default ../shared/data) holds mfpt/ and cwru/
# Where no Docker engine answers and this is root, one of its own is started and removed again (Debian: docker.io).
# Where the base image cannot be pulled, a stand-in is made (Debian: mmdebstrap) and said so, loudly.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
data=$(realpath "${BRINELL_DATA:-../shared/data}")
base=python:3.11-slim-bookworm
stand_in=${XDG_CACHE_HOME:-$HOME/.cache}/brinell/stand-in-${base/:/-}.tar
image=brinell:test
port=${BRINELL_PORT:-18000}
url=http://127.0.0.1:$port
scratch=$(mktemp -d)
engine="" container="" failures=0

ok() { printf 'ok      %s\n' "$1"; }
figure() { printf 'figure  %-28s %s\n' "$1" "$2"; }
failed() { printf 'FAILED  %s\n' "$1"; failures=$((failures + 1)); }
stop() { printf 'STOPPED %s\n' "$1" >&2; exit 2; }
check() { if [ "$2" = "$3" ]; then ok "$1: $2"; else failed "$1: $2, wanted $3"; fi; }
milliseconds() { echo $(($(date +%s%N) / 1000000)); }

cleanup() {
  [ -z "$container" ] || docker_ rm -fv "$container" >/dev/null 2>&1 || true
  if [ -n "$engine" ]; then
    kill "$engine" 2>/dev/null || true
    wait "$engine" 2>/dev/null || true
    umount "$scratch"/exec/netns/* 2>/dev/null || true
  fi
  rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

docker=$(command -v docker || true)
docker_() { "$docker" "$@"; }

find_engine() {
  if [ -n "$docker" ] && docker_ info >/dev/null 2>&1; then ok "the Docker engine that runs here"; return; fi
  [ -x /usr/sbin/dockerd ] || stop "no Docker engine answers, and none is installed (Debian: apt-get install docker.io)"
  [ "$(id -u)" = 0 ] || stop "no Docker engine answers, and only root can start one"
  docker=/usr/bin/docker # Debian's client, of the engine's own version; a newer one on the PATH may want buildx
  export DOCKER_HOST=unix://$scratch/docker.sock
  /usr/sbin/dockerd -H "$DOCKER_HOST" --data-root "$scratch/data" --exec-root "$scratch/exec" --pidfile "$scratch/pid" \
    --iptables=false --ip6tables=false --bip 172.31.250.1/24 >"$scratch/dockerd.log" 2>&1 &
  engine=$!
  for _ in $(seq 100); do docker_ info >/dev/null 2>&1 && break; sleep 0.1; done
  docker_ info >/dev/null 2>&1 || { tail -5 "$scratch/dockerd.log" >&2; stop "the Docker engine did not start"; }
  ok "a Docker engine of its own"
}

find_base() {
  if docker_ image inspect "$base" >/dev/null 2>&1; then ok "$base is here"; return; fi
  if timeout 30 "$docker" pull -q "$base" >/dev/null 2>&1; then ok "pulled $base"; return; fi
  [ -s "$stand_in" ] || {
    command -v mmdebstrap >/dev/null || stop "$base cannot be pulled, and no stand-in made (Debian: apt-get install mmdebstrap)"
    docker/stand-in.sh "$stand_in" >"$scratch/stand-in.log" 2>&1 || { tail -5 "$scratch/stand-in.log" >&2; stop "no stand-in"; }
  }
  docker_ import -c 'ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin' -c 'CMD ["python3"]' \
    "$stand_in" "$base" >/dev/null
  printf '\n******** STAND-IN ********  %s could not be pulled.\nThis proves the Dockerfile on Debian'\''s Python 3.11, not on the published base.\n\n' "$base"
}

build() {
  local began secrets=()
  [ ! -s /etc/pip.conf ] || secrets+=(--secret "id=pip_conf,src=/etc/pip.conf")
  [ ! -s /etc/ssl/certs/ca-certificates.crt ] || secrets+=(--secret "id=ca_bundle,src=/etc/ssl/certs/ca-certificates.crt")
  began=$(milliseconds)
  DOCKER_BUILDKIT=1 docker_ build --network host "${secrets[@]}" --build-arg REVISION="$(git rev-parse --short HEAD 2>/dev/null || echo unknown)" \
    -f docker/Dockerfile -t "$image" . >"$scratch/build.log" 2>&1 || { tail -30 "$scratch/build.log" >&2; stop "the build failed"; }
  figure "build" "$((($(milliseconds) - began) / 1000)) s"
  figure "image size" "$(($(docker_ image inspect -f '{{.Size}}' "$image") / 1000000)) MB ($(($(docker_ image inspect -f '{{.Size}}' "$base") / 1000000)) MB of it the base)"
  check "the image's user" "$(docker_ image inspect -f '{{.Config.User}}' "$image")" 10001:10001
}

start() {
  local began
  began=$(milliseconds)
  container=$(docker_ run -d -p "127.0.0.1:$port:8000" --read-only --tmpfs /tmp --cap-drop all \
    --security-opt no-new-privileges --memory 512m --cpus 1 --pids-limit 100 "$image")
  for _ in $(seq 600); do
    curl -fsS -o /dev/null "$url/readyz" 2>/dev/null && break
    [ "$(docker_ inspect -f '{{.State.Running}}' "$container")" = true ] || break
    sleep 0.05
  done
  curl -fsS -o /dev/null "$url/readyz" 2>/dev/null || { docker_ logs "$container" 2>&1 | tail -20 >&2; stop "never ready"; }
  figure "docker run to ready" "$(($(milliseconds) - began)) ms"
  figure "memory when ready" "$(memory)"
  for _ in $(seq 60); do [ "$(health)" = healthy ] && break; sleep 0.5; done
  check "HEALTHCHECK" "$(health)" healthy
}

health() { docker_ inspect -f '{{.State.Health.Status}}' "$container"; }
memory() { docker_ stats --no-stream --format '{{.MemUsage}}' "$container"; }

confinement() {
  check "uid" "$(docker_ exec "$container" python -c 'import os; print(os.getuid())')" 10001
  check "even root cannot write" "$(docker_ exec -u 0 "$container" python -c '
import errno
try: open("/opt/brinell/written", "w")
except OSError as error: print(errno.errorcode[error.errno])')" EROFS
  check "PyTorch in the image" "$(docker_ exec "$container" python -c '
import importlib.util; print("yes" if importlib.util.find_spec("torch") else "no")')" no
  check "limits (bytes, cores, processes)" \
    "$(docker_ inspect -f '{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}}' "$container")" \
    "536870912 1000000000 100"
}

# signal FILE: a recording's samples as little-endian float32, read by the image itself.
signal() {
  docker_ run --rm --network none -v "$data:/recordings:ro" --entrypoint python "$image" -c '
import sys, numpy, scipy.io
mat = scipy.io.loadmat("/recordings/" + sys.argv[1], squeeze_me=True)
samples = mat["bearing"]["gs"].item() if "bearing" in mat else next(v for k, v in mat.items() if k.endswith("_DE_time"))
sys.stdout.buffer.write(numpy.asarray(samples, "<f4").tobytes())' "$1"
}

# post QUERY [CURL OPTIONS] <BODY
post() {
  curl -sS -X POST -H "Authorization: Bearer $key" -H 'Content-Type: application/octet-stream' --data-binary @- "${@:2}" \
    "$url/v1/diagnose?$1"
}
field() { docker_ exec -i "$container" python -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

# diagnose FILE RATE_HZ SPEED_RPM FAULT
diagnose() {
  [ -f "$data/$1" ] || { failed "no recording $data/$1 (set BRINELL_DATA)"; return; }
  signal "$1" >"$scratch/signal.f32"
  check "$1" "$(post "rate_hz=$2&speed_rpm=$3" <"$scratch/signal.f32" | field fault)" "$4"
}

find_engine
find_base
build
start
confinement
check "without a key" "$(curl -sS -o /dev/null -w '%{http_code}' "$url/v1/models")" 401
key=$(docker_ exec "$container" brinell keys api tester 2>/dev/null)
diagnose cwru/118.mat 12000 1796 rolling_element
diagnose mfpt/baseline_3.mat 97656 1500 normal
diagnose mfpt/InnerRaceFault_vload_6.mat 48828 1500 inner_race
diagnose mfpt/OuterRaceFault_3.mat 97656 1500 outer_race
check "twelve bytes of text" "$(printf 'not a signal' | post 'rate_hz=48828&speed_rpm=1500' -o /dev/null -w '%{http_code}')" 422
began=$(milliseconds)
for _ in $(seq 100); do post 'rate_hz=97656&speed_rpm=1500' <"$scratch/signal.f32" >/dev/null; done
figure "a 6 s recording, 97,656 Hz" "$((($(milliseconds) - began) / 100)) ms a request, of 100"
figure "memory after 100 requests" "$(memory)"
began=$(milliseconds)
docker_ stop -t 10 "$container" >/dev/null
check "exit code of docker stop" "$(docker_ inspect -f '{{.State.ExitCode}}' "$container")" 0
figure "docker stop" "$(($(milliseconds) - began)) ms"
[ "$failures" = 0 ] || { printf '%s FAILED\n' "$failures"; exit 1; }
echo "the image holds"
