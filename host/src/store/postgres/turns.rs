//! Turns of a company's bookings at its number.
//!
//! Whoever takes a company's next number locks it until the commit: its bookings go one at a time, whatever they are asked
//! by. Those that would only wait for the lock wait here, where it costs nothing, and not on connections, where each of them
//! costs the database a process to put to sleep and to wake, and other requests a connection.
//!
//! Deliberately absent: order among hosts. The database's lock is what keeps numbers without gaps.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::error::failed;
use crate::model::CompanyId;
use crate::store::Error;

/// How many of a host are in the database at a time: one that has the number, and one that is there when it is free.
const AT_ONCE: usize = 2;

/// How long a booking waits for its turn: those of a thousand clients who all want one time take some seconds, on a machine
/// that has other things to do.
const PATIENCE: Duration = Duration::from_secs(30);

/// Who may go on, for each company that has booked since the start.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<HashMap<CompanyId, Arc<Semaphore>>>);

impl Turns {
    /// Waits for a turn. It lasts until it is dropped.
    pub(super) async fn take(&self, company: CompanyId) -> Result<OwnedSemaphorePermit, Error> {
        let line = {
            let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            lines.entry(company).or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE))).clone()
        };
        match timeout(PATIENCE, line.acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            // It is never closed.
            Ok(Err(_)) | Err(_) => Err(failed(sqlx::Error::PoolTimedOut)),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;
    use uuid::Uuid;

    use super::*;

    #[tokio::test]
    async fn a_few_go_on_and_another_company_waits_for_none_of_them() {
        let (turns, busy, other) =
            (Turns::default(), CompanyId(Uuid::from_u128(1)), CompanyId(Uuid::from_u128(2)));
        let one = turns.take(busy).await.expect("a turn");
        let _second = turns.take(busy).await.expect("a turn");
        let mut third = Box::pin(turns.take(busy));
        assert!(third.as_mut().now_or_never().is_none());
        let _other = turns.take(other).await.expect("a turn");
        drop(one);
        let _third = third.await.expect("a turn");
    }
}
