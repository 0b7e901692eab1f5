//! Deferred constraints, which a server checks when it commits. Here it never
//! does: so they are checked when a client thinks that it does.

use super::turn::Turn;
use crate::wire::{Broken, Message};

const ANY: &str = "SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE condeferrable)::text;";

const CHECK: &str = "SET CONSTRAINTS ALL IMMEDIATE;";

/// Defers again, for the next transactions, what is deferred from the start.
const RESTORE: &str = "DO $testbed$ DECLARE deferred text; BEGIN \
     SELECT pg_catalog.string_agg(DISTINCT pg_catalog.format('%I.%I', n.nspname, c.conname), ', ') \
       INTO deferred FROM pg_catalog.pg_constraint c \
       JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace WHERE c.condeferred; \
     IF deferred IS NOT NULL THEN EXECUTE 'SET CONSTRAINTS ' || deferred || ' DEFERRED'; END IF; \
     END $testbed$;";

impl Turn<'_, '_> {
    /// Checks what is deferred; returns the error of a violated constraint.
    pub(super) async fn check_deferred(&mut self) -> Result<Option<Message>, Broken> {
        if !self.has_deferrable().await? {
            return Ok(None);
        }
        match self.run(CHECK).await? {
            Ok(_) => Ok(self.run(RESTORE).await?.err()),
            Err(error) => Ok(Some(error)),
        }
    }

    /// Whether there is any constraint that can be deferred.
    pub(super) async fn has_deferrable(&mut self) -> Result<bool, Broken> {
        if let Some(known) = self.session.deferrable {
            return Ok(known);
        }
        // An error leads to the same check as a yes, and shows there.
        let any = !matches!(self.run(ANY).await?, Ok(Some(answer)) if answer == "false");
        self.session.deferrable = Some(any);
        Ok(any)
    }
}
