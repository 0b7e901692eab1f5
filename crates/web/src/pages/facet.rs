//! Values that a list or a search can be narrowed down by, with how often they occur.

use super::filter::FilterForm;

/// So many values of each kind are shown unasked.
const SHOWN: usize = 6;

/// The values of one filter.
pub(super) struct Facet {
    pub(super) heading: &'static str,
    pub(super) values: Vec<FacetValue>,
    /// Those that are shown when they are asked for.
    pub(super) more: Vec<FacetValue>,
}

/// One value: a link that sets the filter, or takes it off when it is on.
pub(super) struct FacetValue {
    pub(super) label: String,
    pub(super) count: i64,
    pub(super) address: String,
    pub(super) is_on: bool,
}

/// A field of the filters: its heading, its name in addresses and what it is set to.
#[derive(Clone, Copy)]
pub(super) struct Field<'a> {
    pub(super) heading: &'static str,
    pub(super) name: &'static str,
    pub(super) current: &'a str,
}

impl Facet {
    /// The values of a field, each with the documents that have it; `base` is the page's own
    /// address.
    pub(super) fn new(
        base: &str,
        filter: &FilterForm,
        field: Field<'_>,
        values: impl Iterator<Item = (String, i64)>,
    ) -> Self {
        let value = |(label, count): (String, i64)| {
            let is_on = field.current == label;
            let value = if is_on { "" } else { &label };
            FacetValue {
                address: filter.address_with(base, field.name, value),
                label,
                count,
                is_on,
            }
        };
        let (mut shown, mut more) = (Vec::new(), Vec::new());
        for value in values.map(value) {
            if value.is_on || shown.len() < SHOWN {
                shown.push(value);
            } else {
                more.push(value);
            }
        }
        Self {
            heading: field.heading,
            values: shown,
            more,
        }
    }
}
