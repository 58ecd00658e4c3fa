//! Sequences: what is written to whom, and when.
