#!/usr/bin/env bash
# A gateway without Docker, in a container that runs systemd: the lines of docs/deploy.md install the service there, offline;
# it answers, and what wants more memory, cores or processes than the unit may have does not get it. Exit 0 when all holds.
# usage: docker/test-systemd.sh        (python3 is a Python 3.11 whose pip downloads the wheels)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. docker/engine.sh
container=""
on_exit() { [ -z "$container" ] || docker_ rm -fv "$container"; }

# The indented lines between two headings of docs/deploy.md.
lines() { sed -n '/^## Without Docker/,/^## /s/^    //p' docs/deploy.md; }
inside() { docker_ exec -i -w /root "$container" bash -euo pipefail -s; }
systemd_runs() { [ "$(docker_ exec "$container" systemctl is-system-running 2>/dev/null)" != starting ] && docker_ exec "$container" systemctl list-units; }

# greedy WHAT HOW MUCH: what a process gets that runs in the place of the service, in its unit.
greedy() {
  docker_ exec -i "$container" tee /opt/greedy.py <docker/greedy.py >/dev/null
  inside <<END
systemctl stop brinell
mkdir -p /run/systemd/system/brinell.service.d
printf '%s\n' '[Service]' Restart=no ExecStart= 'ExecStart=/opt/brinell/bin/python /opt/greedy.py $1 $2' StandardOutput=file:/run/got >/run/systemd/system/brinell.service.d/greedy.conf
rm -f /run/got
systemctl daemon-reload
systemctl reset-failed brinell 2>/dev/null || true
systemctl start brinell
while systemctl is-active -q brinell; do sleep 0.2; done
cat /run/got | grep . || echo "nothing, ended by signal \$(systemctl show -P ExecMainStatus brinell)"
END
}

find_engine
find_base "$base"
DOCKER_BUILDKIT=1 docker_ build -q --network host -f docker/stand-ins/gateway.Dockerfile -t gateway:test docker/stand-ins >"$scratch/build.log" 2>&1 ||
  { tail -5 "$scratch/build.log" >&2; stop "no Debian with systemd"; }
mkdir "$scratch/checkout"
git ls-files -z | xargs -0 cp --parents -t "$scratch/checkout"
(cd "$scratch/checkout" && lines | grep '^python3 -m pip' | bash -euo pipefail -s) >"$scratch/wheels.log" 2>&1 || { tail -5 "$scratch/wheels.log" >&2; stop "no wheels"; }
figure "wheels" "$(du -sm "$scratch/checkout/wheels" | cut -f1) MB"

container=$(docker_ run -d --network none --cap-add SYS_ADMIN --cap-add SYS_NICE \
  --security-opt seccomp=unconfined --security-opt systempaths=unconfined -v /sys/fs/cgroup:/sys/fs/cgroup --tmpfs /run --tmpfs /run/lock --tmpfs /tmp gateway:test)
until_true 30 systemd_runs || stop "systemd does not run in a container here"
for part in wheels docker; do docker_ cp "$scratch/checkout/$part" "$container:/root/$part"; done
lines | grep -v '^python3 -m pip' | inside >"$scratch/installed" 2>&1 || { tail -3 "$scratch/installed" >&2; failed "the lines of docs/deploy.md, offline"; }
check "the service" "$(docker_ exec "$container" systemctl is-active brinell)" active
check "its user" "$(docker_ exec "$container" sh -c "stat -c %U /proc/\$(systemctl show -P MainPID brinell)")" brinell
check "cores that the kernel gives it" "$(inside <<'END'
group=$(systemctl show -P ControlGroup brinell)
cat "/sys/fs/cgroup$group/cpu.max" "/sys/fs/cgroup/cpu$group/cpu.cfs_quota_us" 2>/dev/null | awk '{ print $1 / 100000 }' || true
END
)" 1.5
at_most "memory at rest" "$(docker_ exec "$container" sh -c "awk '/VmRSS/ { printf \"%.0f\", \$2 / 1024 }' /proc/\$(systemctl show -P MainPID brinell)/status")" 200 MiB
check "400 MiB of memory" "$(greedy memory 400)" 400
check "700 MiB of memory" "$(greedy memory 700)" "nothing, ended by signal 9"
at_most "threads, of 150" "$(greedy threads 150)" 99 ""
at_most "cores, of 2" "$(greedy cores 5)" 1.55 ""
finish "the unit holds"
