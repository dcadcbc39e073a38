//! The same documents without a relay: so many callers take the next one and call the connector.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use slotledger_erp::{Connector as _, Posting};
use slotledger_tryton::Tryton;
use tokio::task::JoinSet;

/// Posts all of it.
pub(super) async fn deliver(books: Arc<Tryton>, postings: Vec<Posting>, callers: u32) -> Result<()> {
    let postings = Arc::new(Mutex::new(postings.into_iter()));
    let mut running = JoinSet::new();
    for _ in 0..callers {
        let (books, postings) = (books.clone(), postings.clone());
        running.spawn(async move {
            loop {
                let next = postings.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some(posting) = next else { return anyhow::Ok(()) };
                books.post(&posting).await?;
            }
        });
    }
    while let Some(caller) = running.join_next().await {
        caller??;
    }
    Ok(())
}
