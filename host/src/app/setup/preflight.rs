//! What a connection to the books needs, looked at or made: what `slotledger connect` does.

use slotledger_erp::{Check, Mode, Standing, Tell};

use super::{App, Error, Result};

impl App {
    /// Looks at everything that a connection needs, and changes nothing. Each check is told as soon as it is known.
    pub async fn look_at_books(&self, name: &str, tell: Tell<'_>) -> Result<Vec<Check>> {
        let books = self.link(name)?.books.clone();
        books.prepare_telling(Mode::Look, tell).await.map_err(Error::Books)
    }

    /// Makes what a connection lacks, as far as it can be made. Repeating it changes nothing more.
    pub async fn prepare_books(&self, name: &str, by: &str) -> Result<()> {
        let books = self.link(name)?.books.clone();
        let checks = books.prepare(Mode::Apply).await.map_err(Error::Books)?;
        let made = checks.into_iter().filter(|check| check.standing == Standing::Made);
        let made: Vec<_> = made.map(|check| check.name).collect();
        let what = if made.is_empty() { "nothing".to_owned() } else { made.join(", ") };
        self.note(by, "books.prepared", None, format!("In the books «{name}» was made: {what}.")).await
    }
}
