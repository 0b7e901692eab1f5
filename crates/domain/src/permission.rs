//! Who may do what (contract, chapter 4, column REC).
//!
//! The web layer turns these into argument types; nothing else compares roles.

use crate::enums::UserRole;
use crate::ids::UserId;

/// The person who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The account.
    pub user_id: UserId,
    /// Its address: outputs name their owner by it.
    pub email: String,
    /// Its role.
    pub role: UserRole,
    /// A superuser may do what an admin may, whatever the role.
    pub is_superuser: bool,
}

impl Actor {
    /// The role that counts.
    pub const fn effective_role(&self) -> UserRole {
        if self.is_superuser {
            UserRole::Admin
        } else {
            self.role
        }
    }

    /// Whether this person holds at least `role`.
    pub fn is_at_least(&self, role: UserRole) -> bool {
        self.effective_role() >= role
    }

    /// Writers see and edit their own outputs, editors and admins all.
    pub fn may_use_output(&self, owner: Option<&str>) -> bool {
        self.is_at_least(UserRole::Editor) || self.owns(owner)
    }

    /// Writers and editors delete their own outputs, admins any.
    pub fn may_delete_output(&self, owner: Option<&str>) -> bool {
        self.is_at_least(UserRole::Admin) || self.owns(owner)
    }

    /// Admins may move an output from any status to any other.
    pub fn may_override_status(&self) -> bool {
        self.is_at_least(UserRole::Admin)
    }

    /// The owner whose outputs alone this person sees: `None` means everybody's.
    pub fn outputs_scope(&self) -> Option<&str> {
        if self.is_at_least(UserRole::Editor) {
            None
        } else {
            Some(&self.email)
        }
    }

    /// Everybody has conversations of their own; admins see all, also those that belong
    /// to nobody, as on adopted sites.
    pub fn may_use_conversation(&self, owner: Option<&str>) -> bool {
        self.is_at_least(UserRole::Admin) || self.owns(owner)
    }

    /// The owner whose conversations alone this person sees: `None` means everybody's.
    pub fn conversations_scope(&self) -> Option<&str> {
        if self.is_at_least(UserRole::Admin) {
            None
        } else {
            Some(&self.email)
        }
    }

    /// The person whose jobs alone this person sees and stops: `None` means everybody's.
    pub fn jobs_scope(&self) -> Option<UserId> {
        (!self.is_at_least(UserRole::Editor)).then_some(self.user_id)
    }

    fn owns(&self, owner: Option<&str>) -> bool {
        owner == Some(self.email.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(role: UserRole) -> Actor {
        Actor {
            user_id: UserId(uuid::Uuid::nil()),
            email: "me@example.org".into(),
            role,
            is_superuser: false,
        }
    }

    #[test]
    fn ownership_by_role() {
        let (mine, other) = (Some("me@example.org"), Some("you@example.org"));
        let writer = actor(UserRole::Writer);
        assert!(writer.may_use_output(mine) && !writer.may_use_output(other));
        assert!(writer.may_delete_output(mine) && !writer.may_use_output(None));
        let editor = actor(UserRole::Editor);
        assert!(editor.may_use_output(other) && !editor.may_delete_output(other));
        assert!(actor(UserRole::Admin).may_delete_output(other));
    }

    #[test]
    fn conversations_are_their_owners_and_the_admins() {
        let (mine, other) = (Some("me@example.org"), Some("you@example.org"));
        for role in [UserRole::Writer, UserRole::Editor] {
            let person = actor(role);
            assert!(person.may_use_conversation(mine));
            assert!(!person.may_use_conversation(other) && !person.may_use_conversation(None));
            assert_eq!(person.conversations_scope(), mine);
        }
        let admin = actor(UserRole::Admin);
        assert!(admin.may_use_conversation(other) && admin.may_use_conversation(None));
        assert_eq!(admin.conversations_scope(), None);
    }

    #[test]
    fn d_53_a_superuser_counts_as_admin() {
        let mut writer = actor(UserRole::Writer);
        assert_eq!(writer.outputs_scope(), Some("me@example.org"));
        writer.is_superuser = true;
        assert!(writer.may_override_status());
        assert_eq!(writer.outputs_scope(), None);
    }
}
