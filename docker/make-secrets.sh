#!/bin/sh
# Makes docker/secrets, once: passwords of the two database roles, their addresses, the key of sessions.
set -eu
cd "$(dirname "$0")"
if [ -e secrets ]; then
    echo "docker/secrets exists already; nothing was changed." >&2
    exit 1
fi
umask 077
mkdir secrets
random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
random > secrets/database_owner_password
random > secrets/database_app_password
random > secrets/secret_key
printf 'postgresql://weighbridge_owner:%s@database/weighbridge' "$(cat secrets/database_owner_password)" > secrets/database_owner_url
printf 'postgresql://weighbridge_app:%s@database/weighbridge' "$(cat secrets/database_app_password)" > secrets/database_url
# Compose shows them to the containers with the modes they have here, and those run as users of their own.
chmod 644 secrets/*
echo "Made docker/secrets. Only you may enter the folder; keep it out of backups that others read."
