//! What a connection to the books needs, looked at or made: what `slotledger connect` does.
//!
//! Invariant: what was made is written down, also where the making broke off.

use std::sync::{Mutex, PoisonError};

use slotledger_erp::{Check, Mode, Standing, Tell};

use super::{App, Error, Result};

impl App {
    /// Looks at everything that a connection needs, and changes nothing. Each check is told as soon as it is known.
    pub async fn look_at_books(&self, name: &str, tell: Tell<'_>) -> Result<Vec<Check>> {
        let books = self.link(name)?.books.clone();
        books.prepare_telling(Mode::Look, tell).await.map_err(Error::Books)
    }

    /// Makes what a connection lacks, as far as it can be made. Repeating it changes nothing more. Each check is told as
    /// soon as it is known.
    pub async fn prepare_books(&self, name: &str, by: &str, tell: Tell<'_>) -> Result<Vec<Check>> {
        let books = self.link(name)?.books.clone();
        // Kept as it is told: whoever breaks off gives no list.
        let made = Mutex::new(Vec::new());
        let keep = |check: &Check| {
            tell(check);
            if check.standing == Standing::Made {
                made.lock().unwrap_or_else(PoisonError::into_inner).push(check.name.clone());
            }
        };
        let outcome = books.prepare_telling(Mode::Apply, &keep).await.map_err(Error::Books);
        let made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
        let Some(message) = told(name, &made, outcome.is_ok()) else { return outcome };
        let noted = self.note(by, "books.prepared", None, message).await;
        // What the books say comes first: it is what the person has to mend.
        let checks = outcome?;
        noted.map(|()| checks)
    }
}

/// What is written down; none where nothing came of it.
fn told(name: &str, made: &[String], finished: bool) -> Option<String> {
    let all = made.join(", ");
    match (made.is_empty(), finished) {
        (true, false) => None,
        (true, true) => Some(format!("In the books «{name}» was made: nothing.")),
        (false, true) => Some(format!("In the books «{name}» was made: {all}.")),
        (false, false) => Some(format!("In the books «{name}» was made: {all}. Then it broke off.")),
    }
}
