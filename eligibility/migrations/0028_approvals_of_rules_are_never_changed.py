"""The database itself keeps how rules were approved: what was read, tried and enacted is what is there.

A text changes only while it is written, each time as another edition, and its digest is its own. A proposal
is enacted, returned or ended as it stands; what has ended stays. Of a version only its last day, the note
that it has begun and its being taken back are written later. Editions and replays never change. Nothing
of it is removed. Whole rows are compared, so a column that is added later is kept too.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION eligibility_refuse_change_of_approval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: what an approval rests on is never changed', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION eligibility_text_has_its_digest() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sha256 <> encode(sha256(convert_to(NEW.text, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION '% on % is refused: sha256 is not that of the text', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION eligibility_draft_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    expected eligibility_ruledraft := OLD;
BEGIN
    IF OLD.state = 'draft' OR OLD.state = 'proposed' AND NEW.state = 'draft' THEN
        expected := NEW;
        expected.id := OLD.id;
        expected.public_id := OLD.public_id;
        expected.created_at := OLD.created_at;
        expected.programme_id := OLD.programme_id;
        expected.title := OLD.title;
        expected.base_id := OLD.base_id;
        expected.is_revert := OLD.is_revert;
        expected.written_by_id := OLD.written_by_id;
        expected.decree_id := OLD.decree_id;
        expected.enacted_by_id := OLD.enacted_by_id;
        expected.enacted_at := OLD.enacted_at;
        expected.rule_set_id := OLD.rule_set_id;
        IF OLD.state <> 'draft' OR NEW.state <> 'draft' THEN
            expected.text := OLD.text;
            expected.sha256 := OLD.sha256;
            expected.edition := OLD.edition;
        ELSE
            expected.edition := OLD.edition + (NEW.text <> OLD.text)::int;
        END IF;
    ELSIF OLD.state = 'proposed' AND NEW.state <> 'proposed' THEN
        expected.state := NEW.state;
        expected.updated_at := NEW.updated_at;
        IF NEW.state = 'enacted' THEN
            expected.decree_id := NEW.decree_id;
            expected.enacted_by_id := NEW.enacted_by_id;
            expected.enacted_at := NEW.enacted_at;
            expected.rule_set_id := NEW.rule_set_id;
        END IF;
    END IF;
    IF NEW IS DISTINCT FROM expected THEN
        RAISE EXCEPTION '% on % is refused: what an approval rests on is never changed', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.state = 'enacted' AND EXISTS (
        SELECT FROM eligibility_ruledraftedition edition
        WHERE edition.draft_id = NEW.id AND edition.saved_by_id = NEW.enacted_by_id
            AND (edition.number > 1 OR NEW.is_revert)
    ) THEN
        RAISE EXCEPTION '% on % is refused: who wrote at a text does not enact it', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION eligibility_rule_set_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    expected eligibility_ruleset := OLD;
BEGIN
    IF OLD.withdrawn_at IS NULL THEN
        expected.updated_at := NEW.updated_at;
        expected.begun_at := NEW.begun_at;
        expected.withdrawn_at := NEW.withdrawn_at;
        expected.withdrawn_under_id := NEW.withdrawn_under_id;
        IF NEW.withdrawn_at IS NOT NULL OR lower(NEW.valid_during) = lower(OLD.valid_during) THEN
            expected.valid_during := NEW.valid_during;
        END IF;
    END IF;
    IF NEW IS DISTINCT FROM expected THEN
        RAISE EXCEPTION '% on % is refused: a version is followed by the next one, never changed', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION eligibility_golden_family_keeps_its_code() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.code, NEW.created_at) IS DISTINCT FROM (OLD.id, OLD.code, OLD.created_at) THEN
        RAISE EXCEPTION '% on % is refused: a golden family keeps its code', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER rule_draft_text_has_its_digest BEFORE INSERT OR UPDATE ON eligibility_ruledraft
    FOR EACH ROW EXECUTE FUNCTION eligibility_text_has_its_digest();
CREATE TRIGGER rule_draft_is_kept BEFORE UPDATE ON eligibility_ruledraft
    FOR EACH ROW EXECUTE FUNCTION eligibility_draft_is_kept();
CREATE TRIGGER rule_draft_is_never_removed BEFORE DELETE ON eligibility_ruledraft
    FOR EACH ROW EXECUTE FUNCTION eligibility_refuse_change_of_approval();
CREATE TRIGGER rule_draft_no_truncate BEFORE TRUNCATE ON eligibility_ruledraft
    FOR EACH STATEMENT EXECUTE FUNCTION eligibility_refuse_change_of_approval();
CREATE TRIGGER rule_draft_edition_is_never_changed BEFORE UPDATE OR DELETE ON eligibility_ruledraftedition
    FOR EACH ROW EXECUTE FUNCTION eligibility_refuse_change_of_approval();
CREATE TRIGGER rule_draft_edition_no_truncate BEFORE TRUNCATE ON eligibility_ruledraftedition
    FOR EACH STATEMENT EXECUTE FUNCTION eligibility_refuse_change_of_approval();
CREATE TRIGGER draft_replay_is_never_changed BEFORE UPDATE OR DELETE ON eligibility_draftreplay
    FOR EACH ROW EXECUTE FUNCTION eligibility_refuse_change_of_approval();
CREATE TRIGGER draft_replay_no_truncate BEFORE TRUNCATE ON eligibility_draftreplay
    FOR EACH STATEMENT EXECUTE FUNCTION eligibility_refuse_change_of_approval();
CREATE TRIGGER rule_set_is_kept BEFORE UPDATE ON eligibility_ruleset
    FOR EACH ROW EXECUTE FUNCTION eligibility_rule_set_is_kept();
CREATE TRIGGER rule_set_is_never_removed BEFORE DELETE ON eligibility_ruleset
    FOR EACH ROW EXECUTE FUNCTION eligibility_refuse_change_of_approval();
CREATE TRIGGER rule_set_no_truncate BEFORE TRUNCATE ON eligibility_ruleset
    FOR EACH STATEMENT EXECUTE FUNCTION eligibility_refuse_change_of_approval();
CREATE TRIGGER golden_family_keeps_its_code BEFORE UPDATE ON eligibility_goldenfamily
    FOR EACH ROW EXECUTE FUNCTION eligibility_golden_family_keeps_its_code();
CREATE TRIGGER golden_family_is_never_removed BEFORE DELETE ON eligibility_goldenfamily
    FOR EACH ROW EXECUTE FUNCTION eligibility_refuse_change_of_approval();
CREATE TRIGGER golden_family_no_truncate BEFORE TRUNCATE ON eligibility_goldenfamily
    FOR EACH STATEMENT EXECUTE FUNCTION eligibility_refuse_change_of_approval();
"""

BACKWARD = """
DROP TRIGGER golden_family_no_truncate ON eligibility_goldenfamily;
DROP TRIGGER golden_family_is_never_removed ON eligibility_goldenfamily;
DROP TRIGGER golden_family_keeps_its_code ON eligibility_goldenfamily;
DROP TRIGGER rule_set_no_truncate ON eligibility_ruleset;
DROP TRIGGER rule_set_is_never_removed ON eligibility_ruleset;
DROP TRIGGER rule_set_is_kept ON eligibility_ruleset;
DROP TRIGGER draft_replay_no_truncate ON eligibility_draftreplay;
DROP TRIGGER draft_replay_is_never_changed ON eligibility_draftreplay;
DROP TRIGGER rule_draft_edition_no_truncate ON eligibility_ruledraftedition;
DROP TRIGGER rule_draft_edition_is_never_changed ON eligibility_ruledraftedition;
DROP TRIGGER rule_draft_no_truncate ON eligibility_ruledraft;
DROP TRIGGER rule_draft_is_never_removed ON eligibility_ruledraft;
DROP TRIGGER rule_draft_is_kept ON eligibility_ruledraft;
DROP TRIGGER rule_draft_text_has_its_digest ON eligibility_ruledraft;
DROP FUNCTION eligibility_golden_family_keeps_its_code();
DROP FUNCTION eligibility_rule_set_is_kept();
DROP FUNCTION eligibility_draft_is_kept();
DROP FUNCTION eligibility_text_has_its_digest();
DROP FUNCTION eligibility_refuse_change_of_approval();
"""


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0027_keep_which_replay_was_proposed")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
