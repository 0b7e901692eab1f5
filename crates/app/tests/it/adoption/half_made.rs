//! Databases in which some of the native types are there and some are not.

use super::original::at_head;
use super::pictures::{assert_kept, catalog, rows};
use crate::support::Site;

const HALF_MADE: &[(&str, &str)] = &[
    (
        "types are there, columns are still texts",
        "CREATE TYPE userrole AS ENUM ('writer', 'editor', 'admin');
         CREATE TYPE outputtype AS ENUM ('grant_proposal', 'letter_of_inquiry', 'grant_report', 'budget_narrative',
             'program_description', 'impact_summary', 'other');
         CREATE TYPE outputstatus AS ENUM ('draft', 'submitted', 'pending', 'awarded', 'not_awarded');",
    ),
    (
        "one column has its type already",
        "CREATE TYPE outputstatus AS ENUM ('draft', 'submitted', 'pending', 'awarded', 'not_awarded');
         ALTER TABLE outputs DROP CONSTRAINT valid_status, ALTER status DROP DEFAULT;
         ALTER TABLE outputs ALTER status TYPE outputstatus USING status::outputstatus;
         ALTER TABLE outputs ALTER status SET DEFAULT 'draft';",
    ),
    (
        "a type has fewer labels",
        "CREATE TYPE userrole AS ENUM ('writer', 'admin');
         CREATE TYPE styletype AS ENUM ('narrative', 'other');",
    ),
    (
        "the type of a column has fewer labels",
        "CREATE TYPE outputtype AS ENUM ('grant_proposal', 'budget_narrative', 'program_description', 'impact_summary', 'other');
         ALTER TABLE outputs DROP CONSTRAINT valid_output_type;
         ALTER TABLE outputs ALTER output_type TYPE outputtype USING output_type::outputtype;",
    ),
    (
        "labels are in upper case, in the order of the client that made them",
        "CREATE TYPE userrole AS ENUM ('ADMIN', 'EDITOR', 'WRITER');
         ALTER TABLE users DROP CONSTRAINT valid_user_role;
         ALTER TABLE users ALTER role TYPE userrole USING upper(role)::userrole;",
    ),
    (
        "values are in upper case",
        "ALTER TABLE users DROP CONSTRAINT valid_user_role;
         UPDATE users SET role = upper(role);
         ALTER TABLE outputs DROP CONSTRAINT valid_status;
         UPDATE outputs SET status = initcap(status);",
    ),
    (
        "columns of labels are of another text type",
        "ALTER TABLE users ALTER role TYPE varchar(6);
         ALTER TABLE outputs ALTER status TYPE text;",
    ),
    (
        "defaults, indexes, triggers, checks and a NOT NULL are missing",
        "ALTER TABLE documents ALTER doc_id DROP DEFAULT, ALTER upload_date DROP DEFAULT, DROP CONSTRAINT valid_outcome;
         ALTER TABLE users ALTER role DROP NOT NULL;
         ALTER TABLE outputs DROP CONSTRAINT fk_outputs_conversation_id;
         DROP INDEX idx_outputs_status;
         DROP TRIGGER update_documents_updated_at ON documents;
         DROP TRIGGER trigger_update_users_updated_at ON users;
         DROP FUNCTION update_users_updated_at();",
    ),
    (
        "a CHECK reads as it does after a dump was restored",
        "ALTER TABLE messages DROP CONSTRAINT valid_role;
         ALTER TABLE messages ADD CONSTRAINT valid_role CHECK (((role)::text = ANY
             ((ARRAY['user'::character varying, 'assistant'::character varying])::text[])));",
    ),
    (
        "extensions and the keys of a table are missing",
        "DROP EXTENSION pg_trgm;
         ALTER TABLE document_tags DROP CONSTRAINT document_tags_pkey, DROP CONSTRAINT document_tags_doc_id_fkey;",
    ),
];

#[tokio::test]
async fn half_made_databases_become_what_a_new_one_is() {
    let new = catalog(&Site::new().await).await;
    for (what, sql) in HALF_MADE {
        let site = at_head().in_order().then(sql).site().await;
        let before = rows(&site).await;
        site.run(&["migrate"]).ok();
        assert_eq!(catalog(&site).await, new, "{what}");
        assert_kept(&before, &rows(&site).await);
        site.run(&["db", "verify"]).ok();
    }
}

#[tokio::test]
async fn folded_values_are_told() {
    let site = at_head()
        .then("ALTER TABLE users DROP CONSTRAINT valid_user_role; UPDATE users SET role = 'ADMIN' WHERE role = 'admin';")
        .site()
        .await;
    let said = site.run(&["migrate"]).ok();
    assert!(
        said.contains("users.role: 'ADMIN' becomes 'admin' (1 row)"),
        "{said}"
    );
}
