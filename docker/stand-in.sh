#!/usr/bin/env bash
# Makes a stand-in for the image python:3.11-slim-bookworm out of Debian packages, for machines that cannot pull it, and
# prints where it lies: in the user's cache, as a tar.
# usage: docker/stand-in.sh [ARCHITECTURE]     (needs mmdebstrap and Debian's sources; about 30 s, the first time)
# Of another architecture (arm64) it takes minutes, inside docker/emulated.sh, and needs arch-test.
# The same Debian release and Python version, without what Debian's slim images leave out, but Debian's own build of Python:
# what runs on the one is a proof of the Dockerfile, not of the published image.
set -euo pipefail
architecture=${1:-$(dpkg --print-architecture)}
# Another one where this script has changed.
tar=${XDG_CACHE_HOME:-$HOME/.cache}/brinell/stand-in-$architecture-$(sha256sum "${BASH_SOURCE[0]}" | head -c 12).tar
if [ -s "$tar" ]; then echo "$tar"; exit; fi
command -v mmdebstrap >/dev/null || { echo "no stand-in can be made (Debian: apt-get install mmdebstrap)" >&2; exit 2; }
sources=(/etc/apt/sources.list.d/debian.sources /etc/apt/sources.list)
for file in "${sources[@]}"; do [ -s "$file" ] && break; done
mkdir -p "$(dirname "$tar")"
part=$(mktemp "$tar.XXXXXX")
trap 'rm -f "$part"' EXIT
slim=()
for folder in doc groff info linda lintian/overrides locale man; do slim+=("--dpkgopt=path-exclude=/usr/share/$folder/*"); done
# shellcheck disable=SC2016 # $1 is expanded by mmdebstrap's shell
mmdebstrap -q --architectures="$architecture" --format=tar --variant=minbase --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
  --include=usr-is-merged,ca-certificates,netbase,tzdata,python3,python3-venv,python3-pip \
  "${slim[@]}" --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --customize-hook='rm -f "$1"/usr/lib/python3.11/EXTERNALLY-MANAGED' \
  --customize-hook='for n in python python3 python3.11; do ln -sfn /usr/bin/python3.11 "$1"/usr/local/bin/$n; done' \
  bookworm "$part" "$file" >&2
mv "$part" "$tar"
echo "$tar"
