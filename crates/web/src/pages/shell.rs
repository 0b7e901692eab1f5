//! What surrounds a page: navigation and the person who is signed in.

use archivist_domain::UserRole;

use super::assets;

/// Where in the navigation a page belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Library,
    Search,
    Write,
    Outputs,
    Account,
}

/// The person at the screen, for the navigation.
#[derive(Debug, Clone)]
pub(super) struct Person {
    /// The name, or else the address.
    pub(super) name: String,
    pub(super) role: UserRole,
    pub(super) csrf: String,
}

/// What the base template needs.
#[derive(Debug, Clone)]
pub(super) struct Shell {
    /// `None` on pages for people who are not signed in.
    pub(super) person: Option<Person>,
    pub(super) place: Option<Place>,
}

/// A link of the navigation.
pub(super) struct NavLink {
    pub(super) href: &'static str,
    pub(super) label: &'static str,
    pub(super) is_here: bool,
}

impl Shell {
    /// A page outside the sign-in.
    pub(super) fn outside() -> Self {
        Self {
            person: None,
            place: None,
        }
    }

    /// The address of a static file.
    #[expect(
        clippy::unused_self,
        reason = "templates reach functions through values"
    )]
    pub(super) fn asset(&self, path: &str) -> String {
        assets::url(path)
    }

    /// The token that forms and scripts send back; empty when nobody is signed in.
    pub(super) fn csrf(&self) -> &str {
        self.person.as_ref().map_or("", |person| &person.csrf)
    }

    /// The main navigation.
    pub(super) fn links(&self) -> Vec<NavLink> {
        [
            ("/library", "Library", Place::Library),
            ("/search", "Search", Place::Search),
            ("/write", "Write", Place::Write),
            ("/outputs", "Outputs", Place::Outputs),
        ]
        .map(|(href, label, place)| NavLink {
            href,
            label,
            is_here: self.place == Some(place),
        })
        .into()
    }

    /// Whether this is the page of one's own account.
    pub(super) fn is_account(&self) -> bool {
        self.place == Some(Place::Account)
    }
}
