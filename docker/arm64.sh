#!/usr/bin/env bash
# Runs a command in an arm64 Debian that has Python 3.11 and what the service depends on. The command works offline in
# the folder it is called from, and has this checkout on Python's path; both are read-only, as /here and /checkout.
# usage: docker/emulated.sh docker/arm64.sh COMMAND...     e.g. python3 -m brinell diagnose pump.wav
# The first time it makes that Debian (some minutes; needs root, mmdebstrap, arch-test) and keeps it in the user's cache.
# PYTHON (default python3) is the interpreter whose pip downloads the wheels, QEMU_CPU (default max) the processor that
# is emulated. Exit 2 where that Debian cannot be made; else the command's own.
set -euo pipefail
checkout=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")
python=${PYTHON:-python3}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/brinell
path=/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin
part=""

stop() { printf 'STOPPED %s\n' "$1" >&2; exit 2; }
trap '[ -z "$part" ] || rm -rf "$part"' EXIT
trap 'exit 130' INT TERM

dependencies() {
  "$python" -c 'import sys, tomllib; print(*tomllib.load(sys.stdin.buffer)["project"]["dependencies"], sep="\n")' <"$checkout/pyproject.toml"
}

# Wheels are downloaded outside, where pip knows this machine's index, and installed inside, where it knows the processor.
make_tree() {
  local base tool platforms=(manylinux_2_28_aarch64 manylinux_2_27_aarch64 manylinux2014_aarch64)
  for tool in mmdebstrap arch-test; do
    command -v "$tool" >/dev/null || stop "no arm64 Debian, and none can be made (Debian: apt-get install mmdebstrap arch-test)"
  done
  mkdir -p "$cache"
  base=$("$checkout/docker/stand-in.sh" arm64) || stop "no arm64 Debian could be made"
  rm -rf "$cache"/arm64-*
  part=$(mktemp -d "$cache/arm64-XXXXXX.part")
  tar -xf "$base" -C "$part"
  mkdir "$part/checkout" "$part/here" "$part/wheels"
  dependencies >"$part/wheels/requirements.txt"
  "$python" -m pip download -q --only-binary :all: --implementation cp --python-version 3.11 \
    "${platforms[@]/#/--platform=}" -d "$part/wheels" -r "$part/wheels/requirements.txt" || stop "pip cannot download the wheels for arm64"
  chroot "$part" env -i PATH="$path" python3 -m pip install -q --root-user-action ignore --no-compile \
    --no-index --find-links /wheels -r /wheels/requirements.txt >&2
  rm -r "$part/wheels"
  chmod 755 "$part"
  mv "$part" "$tree"
  part=""
}

[ "$(id -u)" = 0 ] || stop "only root can make an arm64 Debian and enter it"
tree=$cache/arm64-$(dependencies | sha256sum | head -c 12)
[ -d "$tree" ] || make_tree
# Its own namespace: the mounts end with the command, and no network is there to ask.
# shellcheck disable=SC2016 # expanded by the inner shell
unshare --mount --net bash -euc '
  tree=$1 checkout=$2 path=$3; shift 3
  mount --bind -o ro "$checkout" "$tree/checkout"
  mount --bind -o ro "$PWD" "$tree/here"
  mount --rbind /dev "$tree/dev"
  mount -t proc proc "$tree/proc"
  mount -t tmpfs tmpfs "$tree/tmp"
  exec chroot "$tree" env -i -C /here PATH="$path" LC_ALL=C.UTF-8 HOME=/tmp PYTHONPATH=/checkout QEMU_CPU="${QEMU_CPU:-max}" "$@"
' arm64 "$tree" "$checkout" "$path" "$@"
