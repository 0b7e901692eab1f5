//! HTTP: router, extractors, the JSON API, the pages.
