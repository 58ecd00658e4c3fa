//! A form as it came: what was typed, and what is wrong with it. It is shown again with both, so that nothing typed is
//! lost. Secrets are taken out of it and so cannot come back.

use crate::{Refusal, Result};
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};

/// `values` in the order of the page; `errors` by field, each a sentence that says what to do.
#[derive(Clone, Default, Debug)]
pub struct Form {
    values: Vec<(String, String)>,
    errors: Vec<(&'static str, String)>,
}

impl Form {
    /// A form that has values before anything is typed; a field may have several.
    pub fn of<'a>(values: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let values = values.into_iter().map(|(field, value)| (field.to_owned(), value)).collect();
        Self { values, errors: Vec::new() }
    }

    /// What was typed into `field`; empty if nothing.
    pub fn value(&self, field: &str) -> &str {
        self.values.iter().find(|(name, _)| name == field).map_or("", |(_, value)| value)
    }

    /// All that was chosen for `field`, where several can be.
    pub fn values_of<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a str> {
        self.values.iter().filter(move |(name, _)| name == field).map(|(_, value)| value.as_str())
    }

    /// Takes a secret out: the form that is shown again has it no more.
    pub fn take_secret(&mut self, field: &str) -> String {
        match self.values.iter().position(|(name, _)| name == field) {
            Some(at) => self.values.swap_remove(at).1,
            None => String::new(),
        }
    }

    pub fn error(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, error)| error.as_str())
    }

    pub fn errors(&self) -> &[(&'static str, String)] {
        &self.errors
    }

    pub fn refuse(&mut self, field: &'static str, error: impl ToString) {
        self.errors.push((field, error.to_string()));
    }

    /// Reads one field: its value, or `None` and the reason kept at the field.
    pub fn check<T, E: ToString>(&mut self, field: &'static str, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|error| self.refuse(field, error)).ok()
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|_| Refusal::BadRequest("The form was too large or did not arrive whole."))?;
        let values: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
        // Postgres keeps none, and no browser sends one.
        if values.iter().any(|(_, value)| value.contains('\0')) {
            return Err(Refusal::BadRequest("A text holds no NUL character."));
        }
        Ok(Self { values, errors: Vec::new() })
    }
}
