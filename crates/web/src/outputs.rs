//! Outputs as people make, change and delete them, through the API and the pages
//! alike: who may, and which rules hold.

use archivist_domain::output::{MAX_FUNDER_CHARS, MAX_TITLE_CHARS, check_transition};
use archivist_domain::permission::Actor;
use archivist_domain::{ConversationId, OutputId, PassageId, count};
use archivist_draft::citation;
use archivist_store::audit::Audited;
use archivist_store::outputs::{self, Output, OutputFields};
use archivist_store::{PgConnection, PgPool, conversations, sources};

use crate::error::{Error, FieldProblem};

/// What is stored of a new output.
#[derive(Debug)]
pub(crate) struct NewOutput {
    /// Its fields.
    pub(crate) fields: OutputFields,
    /// The conversation it came from.
    pub(crate) conversation: Option<ConversationId>,
    /// Markers and the passages they stand for.
    pub(crate) sources: Vec<(i32, PassageId)>,
}

/// The output, if it exists and the person may see and change it.
pub(crate) async fn find(pool: &PgPool, actor: &Actor, id: OutputId) -> Result<Output, Error> {
    usable(outputs::get(pool, id).await?, actor, id)
}

/// [`find`] for changing: nobody else changes it until the transaction ends.
pub(crate) async fn lock(
    conn: &mut PgConnection,
    actor: &Actor,
    id: OutputId,
) -> Result<Output, Error> {
    usable(outputs::get_for_update(conn, id).await?, actor, id)
}

/// Keeps a new output, whose owner is the person.
pub(crate) async fn create(
    tx: &mut Audited,
    actor: &Actor,
    new: &NewOutput,
) -> Result<Output, Error> {
    check(&new.fields)?;
    if let Some(id) = new.conversation {
        check_conversation(tx, actor, id).await?;
    }
    let output = outputs::create(tx, &new.fields, new.conversation, &actor.email).await?;
    sources::attach(tx, output.output_id, &new.sources).await?;
    Ok(output)
}

/// Puts `fields` in the place of what is `stored` and locked.
pub(crate) async fn change(
    tx: &mut Audited,
    actor: &Actor,
    stored: &Output,
    fields: &OutputFields,
) -> Result<Output, Error> {
    let (from, to) = (stored.status, fields.status);
    check_transition(from, to, actor.may_override_status())
        .map_err(|illegal| Error::Unprocessable(illegal.to_string()))?;
    check(fields)?;
    if check_transition(from, to, false).is_err() {
        tx.remark("override", true);
    }
    Ok(outputs::update(tx, stored, fields).await?)
}

/// Deletes an output, if the person may; returns what it was.
pub(crate) async fn delete(tx: &mut Audited, actor: &Actor, id: OutputId) -> Result<Output, Error> {
    let stored = outputs::get_for_update(tx, id).await?;
    let stored = stored.ok_or_else(|| unknown(id))?;
    check_deletable(&stored, actor)?;
    outputs::delete(tx, &stored).await?;
    Ok(stored)
}

/// Refuses a conversation that the person may not see, as one that does not exist.
async fn check_conversation(
    conn: &mut PgConnection,
    actor: &Actor,
    id: ConversationId,
) -> Result<(), Error> {
    let found = conversations::get(conn, id).await?;
    let usable = found.is_some_and(|found| actor.may_use_conversation(found.user_id.as_deref()));
    if usable {
        Ok(())
    } else {
        Err(Error::field("conversation_id", "no such conversation"))
    }
}

/// Refuses who is neither the owner nor an admin.
pub(crate) fn check_deletable(output: &Output, actor: &Actor) -> Result<(), Error> {
    if actor.may_delete_output(output.created_by.as_deref()) {
        return Ok(());
    }
    let message = "This output belongs to somebody else: only they or an admin may delete it.";
    Err(Error::Forbidden(message.to_owned()))
}

/// Words as portals count them; our markers are none.
pub(crate) fn words(content: &str) -> Option<i32> {
    i32::try_from(count::words(&citation::strip(content))).ok()
}

/// The rules of a whole record, those between its fields included.
pub(crate) fn check(fields: &OutputFields) -> Result<(), Error> {
    let mut problems = Vec::new();
    let mut refuse = |field: &str, message: String| {
        problems.push(FieldProblem::body(field, message));
    };
    if fields.title.trim().is_empty() || fields.title.chars().count() > MAX_TITLE_CHARS {
        refuse(
            "title",
            format!("a title has 1 to {MAX_TITLE_CHARS} characters"),
        );
    }
    if fields.content.trim().is_empty() {
        refuse("content", "the text must not be empty".to_owned());
    }
    let funder = fields.tracking.funder_name.as_deref().unwrap_or_default();
    if funder.chars().count() > MAX_FUNDER_CHARS {
        refuse(
            "funder_name",
            format!("a name has at most {MAX_FUNDER_CHARS} characters"),
        );
    }
    if let Err(broken) = fields.tracking.check() {
        refuse(broken.field(), broken.to_string());
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(problems))
    }
}

fn usable(found: Option<Output>, actor: &Actor, id: OutputId) -> Result<Output, Error> {
    let output = found.ok_or_else(|| unknown(id))?;
    if actor.may_use_output(output.created_by.as_deref()) {
        Ok(output)
    } else {
        let message =
            "This output belongs to somebody else: writers see and change their own only.";
        Err(Error::Forbidden(message.to_owned()))
    }
}

fn unknown(id: OutputId) -> Error {
    Error::NotFound(format!(
        "There is no output {id}: it may have been deleted."
    ))
}
