//! Sequences: what is written to whom, and when. Never sends, never looks at the clock.

pub mod template;

pub use template::{Blocked, Field, MergeData, Scope, Template, TemplateError, UnknownField, looks_like_placeholder};
