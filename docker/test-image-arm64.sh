#!/usr/bin/env bash
# Builds the image for arm64 under an emulator, and asks it and this machine's own about the same real recording: the
# shipped graphs must give their golden answers there, and the diagnosis must be the same. Exit 0 when it is.
# usage: docker/test-image-arm64.sh    BRINELL_DATA (default ../shared/data) holds mfpt/; some minutes
# Needs root and Debian's qemu-user-static and arch-test. How the graphs fare on several ARM processors is for
# tests/docker/test_arm64.py, which needs no Docker.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[ -n "${EMULATED:-}" ] || EMULATED=yes exec docker/emulated.sh docker/test-image-arm64.sh
. docker/engine.sh
recordings=$(realpath "${BRINELL_DATA:-../shared/data}")/mfpt
[ -f "$recordings/OuterRaceFault_3.mat" ] || stop "no recording $recordings/OuterRaceFault_3.mat (set BRINELL_DATA)"

# Without this machine's own description of its processor, on which an emulated onnxruntime stumbles.
brinell_() { docker_ run --rm --network none --read-only --tmpfs /tmp --tmpfs /sys/devices/system/cpu --cap-drop all -v "$recordings:/recordings:ro" "$@"; }
diagnosis() {
  brinell_ "$1" diagnose /recordings/OuterRaceFault_3.mat --bearing NICE --bundle "$2" --json | python3 -c '
import json, sys; found = json.load(sys.stdin)
print(found["verdict"], found["fault"], found["window_count"], *(round(each, 3) for each in found["probabilities"].values()))'
}

find_engine
find_base "$base"
build "$image" "$base"
find_base arm64v8/python:3.11-slim-bookworm arm64
build "$image-arm64" arm64v8/python:3.11-slim-bookworm --platform linux/arm64
check "its processor" "$(brinell_ --entrypoint uname "$image-arm64" -m)" aarch64
weigh "$image-arm64" arm64v8/python:3.11-slim-bookworm
for bundle in models/pretrained/*/*; do
  name=$(basename "$(dirname "$bundle")")
  check "$name, its golden answers" \
    "$(brinell_ "$image-arm64" bundle check "/opt/brinell/lib/python3.11/site-packages/$bundle" 2>&1 | grep -o 'right on this processor.*')" \
    "right on this processor (model.onnx, model.int8.onnx)"
  check "diagnosis by $name" "$(diagnosis "$image-arm64" "$name")" "$(diagnosis "$image" "$name")"
done
finish "the image holds on arm64"
