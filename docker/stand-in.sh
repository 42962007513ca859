#!/usr/bin/env bash
# Makes a stand-in for the image python:3.11-slim-bookworm out of Debian packages, for machines that cannot pull it.
# usage: docker/stand-in.sh BASE.tar [ARCHITECTURE]     (needs mmdebstrap and Debian's sources; about 30 s)
# Of another architecture (arm64) it takes minutes, inside docker/emulated.sh, and needs arch-test.
# The same Debian release and Python version, but Debian's own build of it: what runs on the one is a proof of the
# Dockerfile, not of the published image.
set -euo pipefail
tar=${1:?usage: docker/stand-in.sh BASE.tar [ARCHITECTURE]}
architecture=${2:-$(dpkg --print-architecture)}
sources=(/etc/apt/sources.list.d/debian.sources /etc/apt/sources.list)
for file in "${sources[@]}"; do [ -s "$file" ] && break; done
mkdir -p "$(dirname "$tar")"
part=$(mktemp "$tar.XXXXXX")
trap 'rm -f "$part"' EXIT
# shellcheck disable=SC2016 # $1 is expanded by mmdebstrap's shell
mmdebstrap -q --architectures="$architecture" --format=tar --variant=minbase --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
  --include=usr-is-merged,ca-certificates,netbase,tzdata,python3,python3-venv,python3-pip \
  --customize-hook='rm -f "$1"/usr/lib/python3.11/EXTERNALLY-MANAGED' \
  --customize-hook='for n in python python3 python3.11; do ln -sfn /usr/bin/python3.11 "$1"/usr/local/bin/$n; done' \
  bookworm "$part" "$file"
mv "$part" "$tar"
