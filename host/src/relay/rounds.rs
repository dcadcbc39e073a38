//! Work that is looked for again and again: holds that have run out, and freed time that somebody waits for.
//!
//! Invariant: what there is to do, and what becomes of it, is decided by whoever is asked; this only asks often enough. Any
//! number of hosts may ask at once.

use std::fmt::Display;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

/// What is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Rounds {
    /// What was done, in the plural and the past: `holds ended`.
    pub what: &'static str,
    /// How much is done in one go, so that stopping never waits for a long queue.
    pub batch: u32,
    /// How often it is looked for.
    pub every: Duration,
}

/// Holds that run out.
pub const HOLDS: Rounds = Rounds { what: "holds ended", batch: 100, every: PERIOD };

/// Freed time that somebody may be offered: each takes several decisions.
pub const OFFERS: Rounds = Rounds { what: "freed times looked at", batch: 10, every: PERIOD };

/// Looks at the books that wait: each takes as long as the books do.
pub const LOOKS: Rounds = Rounds { what: "looks at the books", batch: 1, every: PERIOD };

/// Work of a week or month that is over and is to be invoiced: customers, each of whom takes many decisions.
pub const INVOICES: Rounds = Rounds { what: "customers invoiced", batch: 10, every: Duration::from_secs(60) };

/// Records of decisions that are older than they are kept: few at a time, because bookings go between two of them.
pub const FORGET: Rounds =
    Rounds { what: "records of decisions forgotten", batch: 200, every: Duration::from_secs(60) };

/// How often it is asked: a slot is free again at most that long after its hold has run out, and offered to the next in
/// line at most that long after.
pub const PERIOD: Duration = Duration::from_secs(1);

impl Rounds {
    /// Asks `act` to do up to so much, again and again, until told to stop.
    pub async fn run<Act, Done, Error>(self, act: Act, mut stop: watch::Receiver<bool>)
    where
        Act: Fn(u32) -> Done,
        Done: Future<Output = Result<u32, Error>>,
        Error: Display,
    {
        let what = self.what;
        let mut failing = false;
        while !*stop.borrow_and_update() {
            let done = act(self.batch).await;
            match &done {
                Ok(0) => {}
                Ok(count) => tracing::info!(rounds.done = count, "{count} {what}"),
                // Said once, not every second: the store's own trouble is logged where it is met.
                Err(error) if !failing => tracing::warn!(%error, "no {what}"),
                Err(_) => {}
            }
            failing = done.is_err();
            if !matches!(done, Ok(count) if count >= self.batch) {
                tokio::select! {
                    changed = stop.changed() => if changed.is_err() { return },
                    () = sleep(self.every) => {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_asks_every_second_at_once_after_a_full_batch_and_goes_on_after_a_failure() {
        let (stop, stopped) = watch::channel(false);
        let begun = Instant::now();
        let asked = Mutex::new(Vec::new());
        let answers = [Ok(HOLDS.batch), Ok(3), Err("the store is away"), Ok(0)];
        let expire = |_| {
            let mut asked = asked.lock().expect("nobody panicked");
            asked.push(begun.elapsed().as_secs());
            let answer = answers[asked.len() - 1];
            if asked.len() == answers.len() {
                stop.send_replace(true);
            }
            std::future::ready(answer)
        };
        HOLDS.run(expire, stopped).await;
        assert_eq!(*asked.lock().expect("nobody panicked"), [0, 0, 1, 2]);
    }
}
