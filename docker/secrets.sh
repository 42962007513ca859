#!/usr/bin/env bash
# Makes what the compose files call secrets, in docker/secrets: passwords, and certificates for the names by which the
# gateway is known: of the broker, or of the OPC UA server. What is there already stays.
# usage: docker/secrets.sh [--tls NAME... | --opcua NAME...]          (needs Docker and openssl)
# Containers of other users read the files, so they are readable; nobody else gets into the folder.
set -euo pipefail
case ${1:-} in
  "" | --tls | --opcua) ;;
  *) grep '^# usage' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
cd "$(dirname "${BASH_SOURCE[0]}")"
docker=${DOCKER:-docker}
umask 022
mkdir -p secrets
chmod 700 secrets
cd secrets

password() { [ -s "$1" ] || openssl rand -hex 24 >"$1"; }

# names NAME...: as a certificate says them, behind a comma each.
names() {
  local name kind
  for name; do
    case $name in *:*) kind=IP ;; *[!0-9.]*) kind=DNS ;; *) kind=IP ;; esac
    printf ',%s:%s' "$kind" "$name"
  done
}

# certify WORD...: a certificate by openssl, which is heard only where it fails.
certify() {
  local said
  said=$(openssl req -x509 -nodes -days 3650 "$@" 2>&1) || { printf '%s\n' "$said" >&2; rm -f authority.key; exit 1; }
}

# The broker keeps hashes, made by its own program.
broker_passwords() {
  [ ! -s mosquitto_passwords ] || return 0
  printf 'brinell:%s\nplant:%s\n' "$(cat mqtt_password)" "$(cat plant_password)" >mosquitto_passwords.part
  "$docker" run --rm --network none --user "$(id -u):$(id -g)" -v "$PWD:/secrets" --entrypoint mosquitto_passwd \
    eclipse-mosquitto:2.0 -U /secrets/mosquitto_passwords.part
  chmod 644 mosquitto_passwords.part
  mv mosquitto_passwords.part mosquitto_passwords
}

# Of an authority that signs this one certificate and is forgotten; mqtt_ca is for sensors too.
for_the_broker() {
  local names
  [ ! -s mqtt_certificate ] || return 0
  names=$(names mosquitto localhost "$@")
  certify -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj "/CN=Brinell gateway" \
    -addext keyUsage=critical,keyCertSign -keyout authority.key -out mqtt_ca
  certify -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj "/CN=mosquitto" -CA mqtt_ca -CAkey authority.key \
    -addext basicConstraints=critical,CA:FALSE -addext "subjectAltName=${names#,}" -keyout mqtt_key -out mqtt_certificate
  rm authority.key
  chmod 644 mqtt_key
}

# OPC UA wants RSA, and the name of the application beside those of the machine.
for_opcua() {
  [ ! -s opcua_certificate ] || return 0
  certify -newkey rsa:2048 -subj "/CN=Brinell" \
    -addext "subjectAltName=URI:urn:brinell$(names localhost "$@")" \
    -addext keyUsage=digitalSignature,keyEncipherment,dataEncipherment -keyout opcua_key -out opcua_certificate
  chmod 644 opcua_key
}

password mqtt_password
password plant_password
password postgresql_password
password opcua_password
: >>metrics_key # brinell keys api prometheus, once the service runs
: >>admin_key # brinell keys api retrain --scope admin
broker_passwords
case ${1:-} in
  --tls) for_the_broker "${@:2}" ;;
  --opcua) for_opcua "${@:2}" ;;
esac
