//! The pages, used as people use them: in a real Chromium.

mod chromium;
mod deleting;
mod first_sitting;
mod looks;
mod recognition;
mod refusals;
mod roles;
mod searching;
mod tab;
mod uploads;
mod versions;

use tab::Tab;
