//! Composing drafts from passages: prompts, providers, citations, grounding.
