#!/usr/bin/env bash
# Builds the image that retrains and runs it as compose.yaml does (read-only, not root), beside a service that has heard of a
# plant and shares its volume: a short retraining comes to a verdict, and a better bundle answers. Exit 0 when it holds.
# usage: docker/test-retrain.sh        PYTHON (default python3) is the interpreter whose pip finds PyTorch where its own
# index does not answer
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. docker/engine.sh
. docker/gateway.sh
state=/var/lib/brinell
torch_index=https://download.pytorch.org/whl/cpu

# What the image takes PyTorch from, as arguments of its build: where PyTorch's index does not answer, the wheel that pip finds
# here, over a server of this script's own, which ends with it.
find_torch() {
  local wheel
  if curl -fsS -m 20 -o /dev/null "$torch_index/torch/" 2>/dev/null; then torch=(); ok "PyTorch's own index answers"; return; fi
  mkdir "$scratch/wheels"
  "${PYTHON:-python3}" -m pip download -q --no-deps -d "$scratch/wheels" "$(sed -n 's/^ARG TORCH=//p' docker/Dockerfile)" \
    || stop "neither PyTorch's own index nor pip has PyTorch"
  wheel=$(basename "$scratch"/wheels/torch-*.whl)
  python3 -m http.server -b 127.0.0.1 -d "$scratch/wheels" 18020 >/dev/null 2>&1 8>&- &
  server=$!
  torch=(--build-arg "TORCH=http://127.0.0.1:18020/${wheel/+/%2B}" --build-arg TORCH_INDEX=)
  loudly "$torch_index" "PyTorch is $wheel, which pip found here."
}
server=""
on_exit() { compose_ down -v -t 2; [ -z "$server" ] || kill "$server"; }

retrain() { compose_ run --rm -T "$@" 2>"$scratch/said"; }

find_engine
find_base "$base"
find_torch
build "$image" "$base"
build brinell-retrain:test "$base" --target retrain "${torch[@]}"
figure "unpacked" "$(megabytes "$(size brinell-retrain:test)") MB"
find_compose
mkdir -p "$files/secrets" "$files/base"
for name in mqtt_password mosquitto_passwords postgresql_password metrics_key admin_key; do openssl rand -hex 24 >"$files/secrets/$name"; done
retrain retrain retrain --help >"$scratch/help"
check "its help" "$(grep -q -- '--bundle' "$scratch/help" && echo yes)" yes

retrain --entrypoint sh brinell -c "cp -r /opt/brinell/lib/python3.11/site-packages/models/pretrained $state/bundles"
echo "BRINELL_BUNDLES=$state/bundles" >>"$settings"
brought_up up -d brinell
new_key admin --scope admin >"$files/secrets/admin_key"
check "recordings with a finding" "$(retrain --entrypoint python retrain - <docker/plant_tells.py)" 48
printf 'minutes_apart = 0.0\nwithout_base = true\n' | retrain --entrypoint sh retrain -c "cat >$state/gate.toml"
check "user and what it can write" "$(retrain --entrypoint sh retrain -c "id -u; touch /opt/x 2>/dev/null || echo nowhere else" | xargs)" "10001 nowhere else"

retrained() {
  retrain retrain retrain --bundle "$state/bundles/order" --store "$state/brinell.db" --gate "$state/gate.toml" --minutes 0.5 \
    --out "$state/retrained" --yes --activate http://brinell:8000 --key-file /run/secrets/admin_key >"$scratch/retrained" ||
    { tail -20 "$scratch/retrained" "$scratch/said" >&2; failed "the retraining"; }
}
began=$(milliseconds)
retrained
figure "a retraining of 48 recordings" "$((($(milliseconds) - began) / 1000)) s"
check "its verdict" "$(grep -oE '^(better|not better|not enough evidence)' "$scratch/retrained")" better
check "a report outlives it" "$(compose_ exec -T brinell sh -c "ls $state/retrained/reports/*.html | wc -l")" 1
check "what answers" "$(curl -sS -H "Authorization: Bearer $(cat "$files/secrets/admin_key")" "$url/v1/models/order/versions" | python3 -c '
import json, sys; print(next(each["version"] for each in json.load(sys.stdin)["versions"] if each["state"] == "active"))')" 1.1.0
retrained
check "the same again" "$(grep -o '^Nothing was found since' "$scratch/retrained")" "Nothing was found since"
finish "the image retrains"
