//! Has freed time offered to those who wait for it.
//!
//! Invariant: what has become free, and who is offered it, is decided by whoever is asked; this only asks often enough.
//! Any number of hosts may ask at once.

use std::fmt::Display;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

/// How often it is asked: an offer is made at most that long after a time has become free.
pub const PERIOD: Duration = Duration::from_secs(1);

/// How many freed times are looked at in one go, so that stopping never waits for a long queue.
pub const BATCH: u32 = 10;

/// Asks `offer` to look at up to so many freed times, again and again, until told to stop.
pub async fn run<Offer, Offered, Error>(offer: Offer, mut stop: watch::Receiver<bool>)
where
    Offer: Fn(u32) -> Offered,
    Offered: Future<Output = Result<u32, Error>>,
    Error: Display,
{
    let mut failing = false;
    while !*stop.borrow_and_update() {
        let looked = offer(BATCH).await;
        match &looked {
            Ok(0) => {}
            Ok(count) => tracing::debug!(freed.count = count, "{count} freed times were looked at"),
            // Said once, not every second: the store's own trouble is logged where it is met.
            Err(error) if !failing => tracing::warn!(%error, "freed time could not be offered"),
            Err(_) => {}
        }
        failing = looked.is_err();
        if !matches!(looked, Ok(BATCH..)) {
            tokio::select! {
                changed = stop.changed() => if changed.is_err() { return },
                () = sleep(PERIOD) => {}
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
        let answers = [Ok(BATCH), Ok(3), Err("the store is away"), Ok(0)];
        let offer = |_| {
            let mut asked = asked.lock().expect("nobody panicked");
            asked.push(begun.elapsed().as_secs());
            let answer = answers[asked.len() - 1];
            if asked.len() == answers.len() {
                stop.send_replace(true);
            }
            std::future::ready(answer)
        };
        run(offer, stopped).await;
        assert_eq!(*asked.lock().expect("nobody panicked"), [0, 0, 1, 2]);
    }
}
