//! Master data of the books: looked at, and kept as a copy, so that what is missing is seen before it is needed.

use slotledger_erp::RecordKind;

use super::{App, Error, Result};
use crate::model::{Imported, connection};

/// What an import of one kind of records found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Import {
    /// What was looked for.
    pub kind: RecordKind,
    /// How many there are.
    pub found: u64,
    /// How many of them new documents may use.
    pub active: u64,
    /// How many there were before and are there no more.
    pub gone: u64,
}

impl App {
    /// Brings all records of a kind, and tells how many there are so far.
    pub async fn import_records(
        &self,
        name: &str,
        kind: RecordKind,
        tell: &mut (dyn FnMut(u64) + Send),
    ) -> Result<Import> {
        let books = self.link(name)?.books.clone();
        let at = self.ports.clock.now();
        let mut import = Import { kind, found: 0, active: 0, gone: 0 };
        let mut after: Option<String> = None;
        loop {
            let page = books.records(kind, after.as_deref()).await.map_err(Error::Books)?;
            self.ports.store.keep_imported(name, kind, &page.entries, at).await?;
            let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
            import.found += count(page.entries.len());
            import.active += count(page.entries.iter().filter(|record| record.active).count());
            tell(import.found);
            match page.next {
                // Books that name the same place again would keep us here for ever.
                Some(next) if after.as_ref() != Some(&next) => after = Some(next),
                Some(_) | None => break,
            }
        }
        import.gone = self.ports.store.forget_imported(name, kind, at).await?;
        Ok(import)
    }

    /// Imported records of a kind by code, after the given one.
    pub async fn imported(
        &self,
        name: &str,
        kind: RecordKind,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Imported>> {
        self.link(name)?;
        Ok(self.ports.store.imported(name, kind, after, limit).await?)
    }
}

/// The kind of records of this name, in the singular or the plural: `item`, `items`, `tax_templates`.
#[must_use]
pub fn record_kind(name: &str) -> Option<RecordKind> {
    let name = name.strip_suffix('s').unwrap_or(name);
    RecordKind::ALL.into_iter().find(|kind| connection::record_kind(*kind) == name)
}
