"""The database itself keeps the audit trail: no change, no removal, one hash chain in commit order.

The chain is extended by a deferred constraint trigger, that is, at COMMIT. The advisory lock is
therefore held only while the transaction ends, and no lock on a case is waited for under it.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: the audit trail is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE ON core_auditevent
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON core_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER audit_link_append_only BEFORE UPDATE OR DELETE ON core_auditlink
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER audit_link_no_truncate BEFORE TRUNCATE ON core_auditlink
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();

CREATE FUNCTION core_audit_hash(previous bytea, event core_auditevent) RETURNS bytea
LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(previous || convert_to(jsonb_build_array(
        event.id, extract(epoch FROM event.at), event.action, event.actor_id, event.subject_type,
        event.subject_id, event.request_id, event.data)::text, 'UTF8'))
$$;

CREATE FUNCTION core_audit_link() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    head core_auditlink;
    start bytea := decode(repeat('00', 32), 'hex');
BEGIN
    PERFORM pg_advisory_xact_lock(7236100451);
    SELECT * INTO head FROM core_auditlink ORDER BY position DESC LIMIT 1;
    INSERT INTO core_auditlink (position, event_id, previous_hash, hash)
    VALUES (coalesce(head.position, 0) + 1, NEW.id, coalesce(head.hash, start),
            core_audit_hash(coalesce(head.hash, start), NEW));
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER audit_event_joins_the_chain AFTER INSERT ON core_auditevent
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION core_audit_link();

CREATE FUNCTION core_audit_broken_links() RETURNS TABLE ("position" bigint) LANGUAGE sql STABLE AS $$
    SELECT link.position
    FROM (SELECT l.*, lag(l.hash, 1, decode(repeat('00', 32), 'hex')) OVER w AS before,
                 lag(l.position, 1, 0::bigint) OVER w AS position_before
          FROM core_auditlink l WINDOW w AS (ORDER BY l.position)) link
    LEFT JOIN core_auditevent event ON event.id = link.event_id
    WHERE event.id IS NULL
       OR link.position <> link.position_before + 1
       OR link.previous_hash <> link.before
       OR link.hash <> core_audit_hash(link.previous_hash, event)
    UNION ALL
    SELECT NULL FROM core_auditevent event
    LEFT JOIN core_auditlink link ON link.event_id = event.id WHERE link.position IS NULL
$$;
"""

BACKWARD = """
DROP FUNCTION core_audit_broken_links();
DROP TRIGGER audit_event_joins_the_chain ON core_auditevent;
DROP FUNCTION core_audit_link();
DROP FUNCTION core_audit_hash(bytea, core_auditevent);
DROP TRIGGER audit_link_no_truncate ON core_auditlink;
DROP TRIGGER audit_link_append_only ON core_auditlink;
DROP TRIGGER audit_event_no_truncate ON core_auditevent;
DROP TRIGGER audit_event_append_only ON core_auditevent;
DROP FUNCTION core_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_first_tables")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
