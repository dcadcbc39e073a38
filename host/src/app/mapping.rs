//! What our codes are called in the books: kept, shown, and at hand when something is sent.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{App, Result};
use crate::model::connection::codes;
use crate::model::fields::{CODE, Fields, TEXT};
use crate::model::{CodeKind, Delivery, FieldError, MappedCode, Mapping};

/// Most codes that are mapped in one go: a page of a list that somebody works through.
pub const MAX_CODES: usize = 200;

/// The mappings last used. One that is out of date is noticed by its version and read anew.
#[derive(Default)]
pub(super) struct Cache(Mutex<HashMap<String, (i64, Arc<Mapping>)>>);

/// What one of our codes shall be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCode {
    /// Of what.
    pub kind: CodeKind,
    /// Ours.
    #[schema(min_length = 1, max_length = 100)]
    pub code: String,
    /// Theirs.
    #[schema(min_length = 1, max_length = 100)]
    pub theirs: String,
    /// Why, for whoever reads it later.
    #[serde(default)]
    #[schema(max_length = 10_000)]
    pub note: String,
}

/// What is wrong with a list of codes; `at` is the list's field.
fn check_codes(at: &str, codes: &[NewCode], fields: &mut Fields) {
    fields.at_most(at, codes, MAX_CODES);
    fields.require(!codes.is_empty(), at, "must not be empty");
    for (n, NewCode { kind: _, code, theirs, note }) in codes.iter().enumerate() {
        fields.line(&format!("{at}[{n}].code"), code, CODE);
        fields.line(&format!("{at}[{n}].theirs"), theirs, CODE);
        fields.text(&format!("{at}[{n}].note"), note, TEXT);
    }
}

impl App {
    /// What our codes are called in the books of a connection.
    pub(super) async fn mapping(&self, connection: &str) -> Result<Arc<Mapping>> {
        let version = self.ports.store.mapping_version(connection).await?;
        let known = self.mappings.0.lock().unwrap_or_else(PoisonError::into_inner).get(connection).cloned();
        if let Some((_, known)) = known.filter(|(known, _)| *known == version) {
            return Ok(known);
        }
        let mapping = Arc::new(Mapping::of(self.ports.store.mapped_codes(connection).await?));
        let entry = (version, mapping.clone());
        self.mappings.0.lock().unwrap_or_else(PoisonError::into_inner).insert(connection.to_owned(), entry);
        Ok(mapping)
    }

    /// What holds, by kind and code.
    pub async fn mapped_codes(&self, connection: &str) -> Result<Vec<MappedCode>> {
        self.link(connection)?;
        Ok(self.ports.store.mapped_codes(connection).await?)
    }

    /// The codes that a document names, and what they are called in its books.
    pub async fn named_codes(&self, delivery: &Delivery) -> Result<Vec<NewCode>> {
        let (_, _, mapping) = self.mapped_connection(delivery.company).await?;
        let called = |(kind, code): (CodeKind, String)| {
            let theirs = mapping.theirs(kind, &code).to_owned();
            NewCode { kind, code, theirs, note: String::new() }
        };
        Ok(codes(&delivery.posting).into_iter().map(called).collect())
    }

    /// Has codes called something else from now on.
    pub async fn map_codes(
        &self,
        connection: &str,
        codes: Vec<NewCode>,
        by: &str,
    ) -> Result<Vec<MappedCode>> {
        self.link(connection)?;
        self.ports.store.map_codes(connection, &self.said(codes, by)).await?;
        self.mapped_codes(connection).await
    }

    /// What codes shall be called, as said by somebody now.
    pub(super) fn said(&self, codes: Vec<NewCode>, by: &str) -> Vec<MappedCode> {
        let at = self.ports.clock.now();
        let said = |NewCode { kind, code, theirs, note }| {
            let (theirs, by) = (Some(theirs), by.to_owned());
            MappedCode { kind, code, theirs, note, by, at }
        };
        codes.into_iter().map(said).collect()
    }

    /// Has a code called what it is called here. Doing so twice changes nothing more.
    pub async fn unmap_code(
        &self,
        connection: &str,
        kind: CodeKind,
        code: String,
        by: &str,
    ) -> Result<Vec<MappedCode>> {
        let known = self.mapped_codes(connection).await?;
        if !known.iter().any(|mapped| mapped.kind == kind && mapped.code == code) {
            return Ok(known);
        }
        let (note, by, at) = (String::new(), by.to_owned(), self.ports.clock.now());
        let gone = MappedCode { kind, code, theirs: None, note, by, at };
        self.ports.store.map_codes(connection, &[gone]).await?;
        self.mapped_codes(connection).await
    }
}

impl NewCode {
    /// What is wrong with it.
    #[must_use]
    pub fn check_all(at: &str, codes: &[Self]) -> Vec<FieldError> {
        let mut fields = Fields::default();
        check_codes(at, codes, &mut fields);
        fields.into_errors()
    }
}
