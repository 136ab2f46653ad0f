"""Row triggers that write the journal, made for every table whose model does not say why it needs none."""

from collections.abc import Iterator

from django.apps import apps
from django.db import connections, models

from apps.core.models import BaseModel

_RECORD = """
CREATE OR REPLACE FUNCTION audit_id() RETURNS uuid LANGUAGE sql VOLATILE SET search_path = pg_catalog AS $body$
    -- A UUIDv7 (RFC 9562): milliseconds over the first six bytes of a random UUID, version 4 turned into 7.
    SELECT encode(set_bit(set_bit(overlay(
        uuid_send(gen_random_uuid()) PLACING
        substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6
    ), 52, 1), 53, 1), 'hex')::uuid
$body$;
CREATE OR REPLACE FUNCTION audit_record() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $body$
DECLARE
    subject text := TG_ARGV[0];
    ignored text[] := string_to_array(TG_ARGV[1], ',') || ARRAY['updated_at', 'row_version'];
    secret text[] := string_to_array(TG_ARGV[2], ',');
    old_row jsonb := CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) - ignored END;
    new_row jsonb := CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) - ignored END;
    subject_id uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END;
    before jsonb := old_row;
    after jsonb := new_row;
    hidden text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, n.value) INTO before, after
        FROM jsonb_each(old_row) o JOIN jsonb_each(new_row) n ON n.key = o.key
        WHERE o.value IS DISTINCT FROM n.value;
        IF after IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    IF coalesce(current_setting('weighbridge.action', true), '') = '' THEN
        RAISE EXCEPTION 'write to % outside of a recorded change', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOREACH hidden IN ARRAY secret LOOP
        IF before ? hidden THEN before := jsonb_set(before, ARRAY[hidden], '"(secret)"'); END IF;
        IF after ? hidden THEN after := jsonb_set(after, ARRAY[hidden], '"(secret)"'); END IF;
    END LOOP;
    INSERT INTO audit_entry (id, at, change_id, action, reason, actor_kind, actor_id, actor_label, origin, request_id,
                             operation, subject_type, subject_id, before, after)
    VALUES (audit_id(), clock_timestamp(), current_setting('weighbridge.change_id')::uuid,
            current_setting('weighbridge.action'), current_setting('weighbridge.reason'),
            current_setting('weighbridge.actor_kind'), nullif(current_setting('weighbridge.actor_id'), '')::uuid,
            current_setting('weighbridge.actor_label'), current_setting('weighbridge.origin'),
            current_setting('weighbridge.request_id'), lower(TG_OP), subject, subject_id, before, after);
    RETURN NULL;
END $body$;
REVOKE ALL ON FUNCTION audit_record() FROM PUBLIC;
"""

_REFUSE = """
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public AS $body$
BEGIN
    RAISE EXCEPTION 'the journal is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $body$;
CREATE OR REPLACE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE OR REPLACE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""

_ONLY_READ = """
DO $body$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'weighbridge_app' AND rolname <> current_user) THEN
        REVOKE ALL ON audit_entry FROM weighbridge_app;
        REVOKE ALL ON SEQUENCE audit_entry_seq_seq FROM weighbridge_app;
        GRANT SELECT ON audit_entry TO weighbridge_app;
    END IF;
END $body$;
"""


def journaled_models() -> Iterator[type[BaseModel]]:
    """Every model of the product whose changes are recorded."""
    for model in apps.get_models():
        if issubclass(model, BaseModel) and not model.journal_exempt:
            yield model


def _trigger(model: type[BaseModel]) -> str:
    table = model._meta.db_table
    silent = ",".join(_columns(model, model.journal_silent))
    secret = ",".join(_columns(model, model.journal_secret))
    return (
        f'CREATE OR REPLACE TRIGGER audit_record AFTER INSERT OR UPDATE OR DELETE ON "{table}" '
        f"FOR EACH ROW EXECUTE FUNCTION audit_record('{model._meta.label_lower}', '{silent}', '{secret}');"
    )


def _columns(model: type[models.Model], names: tuple[str, ...]) -> list[str]:
    return [str(getattr(model._meta.get_field(name), "column", name)) for name in names]


def install_triggers(using: str) -> None:
    """Make or renew the journal's functions, triggers and grants. Needs the role that owns the tables."""
    with connections[using].cursor() as cursor:
        cursor.execute(_RECORD)
        cursor.execute(_REFUSE)
        cursor.execute(_ONLY_READ)
        for model in journaled_models():
            cursor.execute(_trigger(model))
