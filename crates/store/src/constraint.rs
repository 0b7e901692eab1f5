//! A violated named constraint, told as a person's mistake.

/// What a caller did that the database refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Violation {
    /// The field to mend, as the API names it.
    pub field: &'static str,
    /// What is wrong.
    pub message: &'static str,
    /// Whether something that exists is in the way (a conflict), rather than a
    /// value that is never right.
    pub conflict: bool,
}

const fn taken(field: &'static str, message: &'static str) -> Violation {
    Violation {
        field,
        message,
        conflict: true,
    }
}

const fn wrong(field: &'static str, message: &'static str) -> Violation {
    Violation {
        field,
        message,
        conflict: false,
    }
}

/// The mistake behind a database error, where a named constraint tells it.
pub fn violation(error: &sqlx::Error) -> Option<Violation> {
    let name = error.as_database_error()?.constraint()?;
    Some(match name {
        "users_email_key" => taken("email", "Email already registered"),
        "unique_program_name" => taken("name", "a program of this name exists already"),
        "writing_styles_name_key" => taken("name", "a writing style of this name exists already"),
        "prompt_templates_name_key" => taken("name", "a prompt of this name exists already"),
        "documents_file_once" => taken("file", "this file is in the library already"),
        "jobs_one_recognition" => taken("job", "the pages of this document are being read already"),
        "fk_document_programs_program" => wrong("programs", "no such program"),
        "valid_year" => wrong("year", "the year must be between 2000 and next year"),
        "outputs_awarded_not_above_requested" => wrong(
            "awarded_amount",
            "awarded amount must not exceed the requested amount",
        ),
        "outputs_decision_not_before_submission" => wrong(
            "decision_date",
            "decision date must not be before the submission date",
        ),
        "outputs_requested_not_negative" => {
            wrong("requested_amount", "the amount must not be negative")
        }
        "outputs_awarded_not_negative" => {
            wrong("awarded_amount", "the amount must not be negative")
        }
        "fk_outputs_writing_style_id" => wrong("writing_style_id", "no such writing style"),
        "fk_outputs_conversation_id" => wrong("conversation_id", "no such conversation"),
        _ => return None,
    })
}

/// Whether a text or a JSON value was refused because it holds the character NUL,
/// which PostgreSQL cannot store.
pub fn holds_nul(error: &sqlx::Error) -> bool {
    // character_not_in_repertoire, untranslatable_character
    error
        .as_database_error()
        .is_some_and(|error| matches!(error.code().as_deref(), Some("22021" | "22P05")))
}

/// Whether the same data would be refused again: it violates a constraint, or a
/// value cannot be stored.
pub fn is_lasting(error: &sqlx::Error) -> bool {
    // Class 22: data exception. Class 23: integrity constraint violation.
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .is_some_and(|code| code.starts_with("22") || code.starts_with("23"))
}
