//! What a connection to the books needs, looked at or made: what `slotledger connect` does.

use slotledger_erp::{Check, Mode, Tell};

use super::{App, Error, Result};

impl App {
    /// Looks at everything that a connection needs; with [`Mode::Apply`] makes what is missing and can be made, which
    /// changes nothing when it is repeated. Each check is told as soon as it is known.
    pub async fn prepare_books(&self, name: &str, mode: Mode, tell: Tell<'_>) -> Result<Vec<Check>> {
        let books = self.link(name)?.books.clone();
        books.prepare_telling(mode, tell).await.map_err(Error::Books)
    }
}
