//! Databases of the original system are taken over, or refused and left alone.

mod half_made;
mod original;
mod pictures;
mod refusals;
mod revisions;
mod signing_in;
mod turns;
mod way_back;
