use super::*;
use crate::sql::{Lock, split};

fn command(sql: &str) -> Option<Command> {
    let mut found = split(sql);
    assert_eq!(found.len(), 1, "{sql}");
    found.remove(0).command
}

fn facts(sql: &str) -> Facts {
    split(sql).remove(0).facts
}

#[test]
fn all_spellings_of_transactions_are_understood() {
    let begin = |read_only| Some(Command::Begin { read_only });
    assert_eq!(command("begin"), begin(None));
    assert_eq!(command("START TRANSACTION"), begin(None));
    assert_eq!(command("BEGIN WORK READ ONLY"), begin(Some(true)));
    assert_eq!(
        command("BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE"),
        begin(Some(false))
    );
    for sql in [
        "commit",
        "END",
        "COMMIT WORK",
        "END TRANSACTION",
        "COMMIT AND NO CHAIN",
    ] {
        assert_eq!(
            command(sql),
            Some(Command::Commit { chain: false }),
            "{sql}"
        );
    }
    assert_eq!(
        command("/* x */ COMMIT AND CHAIN"),
        Some(Command::Commit { chain: true })
    );
    for sql in [
        "rollback",
        "ABORT",
        "ROLLBACK TRANSACTION",
        "ROLLBACK WORK AND NO CHAIN",
    ] {
        assert_eq!(
            command(sql),
            Some(Command::Rollback { chain: false }),
            "{sql}"
        );
    }
}

#[test]
fn notifying_is_noticed_where_it_is_called() {
    for (sql, noticed) in [
        ("SELECT pg_notify('a', 'b')", true),
        (
            "WITH x AS (SELECT PG_CATALOG.PG_NOTIFY($1, $2)) SELECT",
            true,
        ),
        ("SELECT 'pg_notify(1)', pg_notify FROM t", false),
        ("COMMENT ON FUNCTION pg_notify(text, text) IS ''", false),
        (
            "CREATE FUNCTION f() RETURNS void BEGIN ATOMIC SELECT pg_notify('a', ''); END",
            false,
        ),
    ] {
        assert_eq!(facts(sql).impossible.is_some(), noticed, "{sql}");
    }
}

#[test]
fn savepoints_have_names() {
    assert_eq!(
        command("SAVEPOINT Abc"),
        Some(Command::Savepoint("abc".to_owned()))
    );
    assert_eq!(
        command("RELEASE \"A b\""),
        Some(Command::Release("A b".to_owned()))
    );
    assert_eq!(
        command("release savepoint x"),
        Some(Command::Release("x".to_owned()))
    );
    for sql in [
        "ROLLBACK TO x",
        "ROLLBACK TO SAVEPOINT x",
        "rollback work to x",
        "ABORT TRANSACTION TO X",
    ] {
        assert_eq!(
            command(sql),
            Some(Command::RollbackTo("x".to_owned())),
            "{sql}"
        );
    }
}

#[test]
fn what_cannot_work_is_named() {
    for sql in [
        "LISTEN a",
        "NOTIFY a",
        "PREPARE TRANSACTION 'x'",
        "COMMIT PREPARED 'x'",
        "ROLLBACK PREPARED 'x'",
        "BEGIN ISOLATION LEVEL SERIALIZABLE",
        "START TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE",
        "SET default_transaction_isolation TO 'repeatable read'",
    ] {
        assert!(
            matches!(command(sql), Some(Command::Impossible(_))),
            "{sql}"
        );
    }
}

#[test]
fn other_statements_are_left_to_the_server() {
    for sql in [
        "SELECT 'commit'",
        "PREPARE p AS SELECT 1",
        "SET CONSTRAINTS ALL DEFERRED",
        "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
        "INSERT INTO begin VALUES (1)",
    ] {
        assert_eq!(command(sql), None, "{sql}");
    }
}

#[test]
fn settings_are_noticed() {
    for (sql, name, scope) in [
        ("SET search_path = a, b", "search_path", Scope::Session),
        ("SET SESSION work_mem TO '1MB'", "work_mem", Scope::Session),
        (
            "SET LOCAL app.tenant = '1'",
            "app.tenant",
            Scope::Transaction,
        ),
        ("SET TIME ZONE 'UTC'", "timezone", Scope::Session),
        ("SET LOCAL ROLE web", "role", Scope::Transaction),
        (
            "SET SESSION AUTHORIZATION web",
            "session authorization",
            Scope::Session,
        ),
        ("SET SCHEMA 'x'", "search_path", Scope::Session),
        ("RESET work_mem", "work_mem", Scope::Reset),
    ] {
        assert_eq!(
            facts(sql).settings,
            [Setting::new(name.to_owned(), scope)],
            "{sql}"
        );
    }
    assert!(facts("SET CONSTRAINTS ALL DEFERRED").is_plain());
    assert_eq!(command("RESET ALL"), Some(Command::ResetAll));
}

#[test]
fn settings_made_by_calls_are_noticed() {
    let sql =
        "SELECT set_config('App.User', $1, true), pg_catalog.set_config('b', f(g('x'), 1), false)";
    let seen: Vec<_> = facts(sql)
        .settings
        .into_iter()
        .map(|setting| (setting.name, setting.scope))
        .collect();
    let expected = [
        ("app.user".to_owned(), Scope::Transaction),
        ("b".to_owned(), Scope::Session),
    ];
    assert_eq!(seen, expected);
    assert!(facts("SELECT set_config($1, $2, true)").is_plain());
}

#[test]
fn private_names_are_marked() {
    for (sql, name, cursor, made) in [
        ("PREPARE p AS SELECT 1", "p", false, true),
        ("EXECUTE p(1, 'x')", "p", false, false),
        ("EXPLAIN ANALYZE EXECUTE p", "p", false, false),
        ("DECLARE \"C 1\" CURSOR FOR SELECT 1", "C 1", true, true),
        ("FETCH FORWARD 10 FROM c", "c", true, false),
        ("MOVE c", "c", true, false),
        ("CLOSE c", "c", true, false),
        (
            "DELETE FROM t WHERE CURRENT OF c RETURNING *",
            "c",
            true,
            false,
        ),
    ] {
        let mark = facts(sql).marks.into_iter().next().expect(sql);
        assert_eq!(
            (mark.name.as_str(), mark.cursor, mark.made),
            (name, cursor, made),
            "{sql}"
        );
    }
    let trigger = "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f()";
    assert!(facts(trigger).marks.is_empty());
}

#[test]
fn locks_that_others_would_notice_are_named() {
    assert_eq!(
        facts("SELECT 1 FROM t FOR UPDATE SKIP LOCKED").lock,
        Some(Lock::Rows("SKIP LOCKED"))
    );
    assert_eq!(
        facts("LOCK TABLE t NOWAIT").lock,
        Some(Lock::Rows("NOWAIT"))
    );
    let taken = facts("SELECT pg_advisory_lock(1), pg_try_advisory_lock(2)");
    assert_eq!((taken.lock, taken.advisory), (Some(Lock::Advisory), 2));
    let of_transaction = facts("SELECT pg_catalog.pg_advisory_xact_lock(1)");
    assert_eq!(
        (of_transaction.lock, of_transaction.advisory),
        (Some(Lock::Advisory), 0)
    );
    let all = facts("SELECT pg_advisory_unlock_all()");
    assert_eq!(all.lock, None);
    assert!(all.advisory < 0);
    assert!(facts("SELECT 'pg_advisory_lock(1)'").is_plain());
}
