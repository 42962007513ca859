#!/usr/bin/env bash
# Runs a command while this machine's kernel runs arm64 programs too, by qemu-user. What it sets up for that it takes away
# again. One command at a time: a second waits for the first. Exit 2 where the machine cannot; else the command's own.
# usage: docker/emulated.sh COMMAND...     (needs root and Debian's qemu-user-static)
set -euo pipefail
formats=/proc/sys/fs/binfmt_misc
qemu=/usr/lib/binfmt.d/qemu-aarch64.conf
mounted="" registered=""

stop() { printf 'STOPPED %s\n' "$1" >&2; exit 2; }

cleanup() {
  [ -z "$registered" ] || echo -1 >"$formats/qemu-aarch64"
  [ -z "$mounted" ] || umount "$formats"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

[ "$(uname -m)" != aarch64 ] || exec "$@"
[ -s "$qemu" ] || stop "no emulator for arm64 (Debian: apt-get install qemu-user-static)"
[ "$(id -u)" = 0 ] || stop "only root can let the kernel run arm64 programs"
exec 9<"$qemu"
flock 9
if [ ! -e "$formats/register" ]; then
  mount -t binfmt_misc binfmt_misc "$formats" || stop "the kernel has no binfmt_misc"
  mounted=yes
fi
if [ ! -e "$formats/qemu-aarch64" ]; then
  cat "$qemu" >"$formats/register"
  registered=yes
fi
"$@" 9<&- # a process that the command leaves behind does not keep the lock
