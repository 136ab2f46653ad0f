#!/bin/sh
# Runs once, when the volume of PostgreSQL is empty: the role that owns the tables, and the one the application uses.
set -eu
owner=$(cat /run/secrets/database_owner_password)
app=$(cat /run/secrets/database_app_password)
psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 --set owner="$owner" --set app="$app" <<'SQL'
CREATE ROLE weighbridge_owner LOGIN PASSWORD :'owner';
CREATE ROLE weighbridge_app LOGIN PASSWORD :'app';
GRANT weighbridge_app TO weighbridge_owner;
CREATE DATABASE weighbridge OWNER weighbridge_owner ENCODING 'UTF8' TEMPLATE template0;
\connect weighbridge
SET ROLE weighbridge_owner;
GRANT USAGE ON SCHEMA public TO weighbridge_app;
ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO weighbridge_app;
ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT ON SEQUENCES TO weighbridge_app;
SQL
