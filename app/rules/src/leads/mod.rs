//! Leads: how a file of them is read, and which rows are taken.
