//! `archivist db verify` finds every kind of drift.

use crate::support::Site;

/// A change behind the program's back, and the row of the table that tells of it.
struct Drift {
    change: &'static str,
    row: &'static str,
}

const DRIFTS: &[Drift] = &[
    Drift {
        change: "ALTER TYPE outputstatus ADD VALUE 'withdrawn'",
        row: "enum OutputStatus ↔ type outputstatus draft, submitted, pending, awarded, not_awarded → draft, submitted, pending, awarded, not_awarded, withdrawn",
    },
    Drift {
        change: "ALTER TABLE documents DROP CONSTRAINT valid_outcome, ADD CONSTRAINT valid_outcome
                 CHECK (outcome IN ('N/A', 'Funded', 'Not Funded', 'Pending'))",
        row: "enum Outcome ↔ CHECK valid_outcome on documents.outcome N/A, Funded, Not Funded, Pending, Final Report → N/A, Funded, Not Funded, Pending",
    },
    Drift {
        change: "ALTER TABLE outputs ALTER requested_amount TYPE float8",
        row: "column outputs.requested_amount numeric(12,2) → double precision",
    },
    Drift {
        change: "ALTER TABLE outputs ALTER status DROP DEFAULT",
        row: "column outputs.status outputstatus not null default 'draft'::outputstatus → outputstatus not null",
    },
    Drift {
        change: "ALTER TABLE users ALTER full_name SET NOT NULL",
        row: "column users.full_name character varying(255) → character varying(255) not null",
    },
    Drift {
        change: "DROP INDEX idx_outputs_status",
        row: "index outputs.idx_outputs_status CREATE INDEX idx_outputs_status ON public.outputs USING btree (status) → (nothing)",
    },
    Drift {
        change: "DROP TRIGGER documents_note_change ON documents",
        row: "trigger documents.documents_note_change CREATE TRIGGER documents_note_change AFTER INSERT OR DELETE OR UPDATE ON public.documents FOR EACH ROW EXECUTE FUNCTION note_document_change() → (nothing)",
    },
    Drift {
        change: "ALTER TABLE passages DROP CONSTRAINT passages_doc_id_fkey",
        row: "constraint passages.passages_doc_id_fkey FOREIGN KEY (doc_id) REFERENCES documents(doc_id) ON DELETE CASCADE → (nothing)",
    },
    Drift {
        change: "CREATE TABLE leftovers (id int)",
        row: "table leftovers (nothing) → present",
    },
    Drift {
        change: "DROP TABLE messages",
        row: "enum MessageRole ↔ CHECK valid_role on messages.role user, assistant → (nothing)",
    },
    Drift {
        change: "ALTER TABLE users ALTER role TYPE text; DROP TYPE userrole;
                 CREATE TYPE userrole AS ENUM ('admin', 'editor', 'writer');
                 ALTER TABLE users ALTER role TYPE userrole USING role::userrole",
        row: "enum UserRole ↔ type userrole writer, editor, admin → admin, editor, writer",
    },
    Drift {
        change: "CREATE TYPE mood AS ENUM ('good', 'bad')",
        row: "type mood ↔ no enum in code (nothing) → good, bad",
    },
];

#[tokio::test]
async fn every_kind_of_drift_is_found_and_named() {
    for drift in DRIFTS {
        let site = Site::new().await;
        let pool = site.pool();
        sqlx::raw_sql(drift.change).execute(&pool).await.unwrap();
        let verified = site.run(&["db", "verify"]);
        assert_eq!(verified.code, Some(1), "{}: {verified:?}", drift.change);
        let mut rows = verified.stdout.lines().map(without_padding);
        assert_eq!(rows.next().as_deref(), Some("what expected → found"));
        assert!(rows.any(|row| row == drift.row), "{}", verified.stdout);
    }
}

#[tokio::test]
async fn differences_are_told_as_json_too() {
    let site = Site::new().await;
    let pool = site.pool();
    sqlx::raw_sql("DROP INDEX idx_users_role")
        .execute(&pool)
        .await
        .unwrap();
    let verified = site.run(&["db", "verify", "--json"]);
    assert_eq!(verified.code, Some(1), "{verified:?}");
    let told: serde_json::Value = serde_json::from_str(&verified.stdout).unwrap();
    assert_eq!(told["agrees"], false);
    assert_eq!(
        told["differences"][0]["subject"],
        "index users.idx_users_role"
    );
    assert_eq!(told["differences"][0]["found"], serde_json::Value::Null);
}

fn without_padding(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}
