# shellcheck shell=bash
# What the tests of the containers share: how they report, the Docker engine that they find or start, the base that they
# pull or stand in for, and the image that they build. Sourced from the project's root; a function `on_exit` of the
# script's is run before the engine goes.
# shellcheck disable=SC2034 # for the scripts
base=python:3.11-slim-bookworm
# shellcheck disable=SC2034
image=brinell:test
scratch=$(mktemp -d)
# One script at a time: they share ports, and the addresses of an engine of their own. The file may be another user's.
lock=${TMPDIR:-/tmp}/brinell-docker.lock
[ -e "$lock" ] || (umask 022; : >>"$lock") 2>/dev/null || true
exec 8<"$lock"
flock 8
engine="" failures=0

ok() { printf 'ok      %s\n' "$1"; }
figure() { printf 'figure  %-38s %s\n' "$1" "$2"; }
failed() { printf 'FAILED  %s\n' "$1"; failures=$((failures + 1)); }
stop() { printf 'STOPPED %s\n' "$1" >&2; exit 2; }
check() { if [ "$2" = "$3" ]; then ok "$1: $2"; else failed "$1: $2, wanted $3"; fi; }
milliseconds() { echo $(($(date +%s%N) / 1000000)); }

# at_most NAME VALUE LIMIT UNIT
at_most() {
  figure "$1" "$2 $4 (at most $3)"
  awk "BEGIN { exit !($2 <= $3) }" || failed "$1: more than $3 $4"
}

# until_true SECONDS COMMAND...: tries it twice a second.
until_true() {
  local _
  for _ in $(seq $((2 * $1))); do "${@:2}" >/dev/null 2>&1 && return; sleep 0.5; done
  return 1
}

on_exit() { :; }
leave() {
  on_exit >/dev/null 2>&1 || true
  if [ -n "$engine" ]; then
    kill "$engine" 2>/dev/null || true
    wait "$engine" 2>/dev/null || true
    umount "$scratch"/exec/netns/* 2>/dev/null || true
  fi
  flock -u 8
  rm -rf "$scratch"
}
trap leave EXIT
trap 'exit 130' INT TERM

finish() {
  [ "$failures" = 0 ] || { printf '%s FAILED\n' "$failures"; exit 1; }
  echo "$1"
}

# Debian's client is of its engine's version; a newer one may want buildx.
docker=$([ -x /usr/bin/docker ] && echo /usr/bin/docker || command -v docker || true)
docker_() { "$docker" "$@"; }

# Where no Docker engine answers and this is root, one of its own is started and removed again (Debian: docker.io).
find_engine() {
  if [ -n "$docker" ] && docker_ info >/dev/null 2>&1; then ok "the Docker engine that runs here"; return; fi
  [ -x /usr/sbin/dockerd ] || stop "no Docker engine answers, and none is installed (Debian: apt-get install docker.io)"
  [ "$(id -u)" = 0 ] || stop "no Docker engine answers, and only root can start one"
  export DOCKER_HOST=unix://$scratch/docker.sock
  /usr/sbin/dockerd -H "$DOCKER_HOST" --data-root "$scratch/data" --exec-root "$scratch/exec" --pidfile "$scratch/pid" \
    --iptables=false --ip6tables=false --bip 172.31.250.1/24 >"$scratch/dockerd.log" 2>&1 8>&- &
  engine=$!
  until_true 10 docker_ info || { tail -5 "$scratch/dockerd.log" >&2; stop "the Docker engine did not start"; }
  ok "a Docker engine of its own"
}

loudly() { printf '\n******** STAND-IN ********  %s could not be pulled.\n%s\n\n' "$1" "$2"; }

# pulled NAME PROOF: is it here, or can it be had? A stand-in of before is here too, and PROOF says what it proves.
pulled() {
  if docker_ image inspect "$1" >/dev/null 2>&1; then
    if [ "$(docker_ image inspect -f '{{index .Config.Labels "stand-in"}}' "$1")" = "$1" ]; then loudly "$1" "$2"; else ok "$1 is here"; fi
    return
  fi
  timeout 30 "$docker" pull -q "$1" >/dev/null 2>&1 && ok "pulled $1"
}

# find_base NAME [ARCHITECTURE]: another one than this machine's under an emulator.
find_base() {
  local stand_in
  local proof="This proves the Dockerfile on Debian's Python 3.11, not on the published base."
  pulled "$1" "$proof" && return
  stand_in=$(docker/stand-in.sh "${@:2}" 2>"$scratch/stand-in.log") || { tail -5 "$scratch/stand-in.log" >&2; stop "$1 can neither be pulled nor stood in for"; }
  mkdir "$scratch/base"
  cp "$stand_in" "$scratch/base/base.tar"
  printf '%s\n' 'FROM scratch' 'ADD base.tar /' "LABEL stand-in=$1" 'CMD ["python3"]' \
    'ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin' >"$scratch/base/Dockerfile"
  DOCKER_BUILDKIT=1 docker_ build -q ${2:+--platform "linux/$2"} -t "$1" "$scratch/base" >/dev/null
  rm -r "$scratch/base"
  loudly "$1" "$proof"
}

# build IMAGE BASE [OPTION...]: options of docker build.
build() {
  local began options=("${@:3}")
  [ ! -s /etc/pip.conf ] || options+=(--secret "id=pip_conf,src=/etc/pip.conf")
  [ ! -s /etc/ssl/certs/ca-certificates.crt ] || options+=(--secret "id=ca_bundle,src=/etc/ssl/certs/ca-certificates.crt")
  began=$(milliseconds)
  DOCKER_BUILDKIT=1 docker_ build --network host "${options[@]}" --build-arg BASE="$2" \
    --build-arg REVISION="$(git rev-parse --short HEAD 2>/dev/null || echo unknown)" \
    -f docker/Dockerfile -t "$1" . >"$scratch/build.log" 2>&1 || { tail -30 "$scratch/build.log" >&2; stop "the build failed"; }
  figure "build of $1" "$((($(milliseconds) - began) / 1000)) s"
}

megabytes() { awk "BEGIN { printf \"%.1f\", $1 / 1000000 }"; }
size() { docker_ image inspect -f '{{.Size}}' "$1"; }

# weigh IMAGE BASE: against what a gateway has room for.
weigh() {
  at_most "unpacked" "$(megabytes "$(size "$1")")" 560 MB
  at_most "compressed" "$(megabytes "$(docker_ save "$1" | gzip | wc -c)")" 190 MB
  docker_ run --rm -i --network none --entrypoint python "$1" - "$(size "$2")" <docker/parts.py
}
