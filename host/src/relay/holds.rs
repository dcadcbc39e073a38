//! Lets holds run out.
//!
//! Invariant: which hold has run out, and what becomes of it, is decided by whoever is asked; this only asks often
//! enough. Any number of hosts may ask at once.

use std::fmt::Display;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

/// How often it is asked: a slot is free again at most that long after its hold has run out.
pub const PERIOD: Duration = Duration::from_secs(1);

/// How many holds are ended at one go, so that stopping never waits for a long queue.
pub const BATCH: u32 = 100;

/// Asks `expire` to end up to so many holds, again and again, until told to stop.
pub async fn run<Expire, Ended, Error>(expire: Expire, mut stop: watch::Receiver<bool>)
where
    Expire: Fn(u32) -> Ended,
    Ended: Future<Output = Result<u32, Error>>,
    Error: Display,
{
    let mut failing = false;
    while !*stop.borrow_and_update() {
        let ended = expire(BATCH).await;
        match &ended {
            Ok(0) => {}
            Ok(count) => tracing::info!(holds.count = count, "{count} holds have run out"),
            // Said once, not every second: the store's own trouble is logged where it is met.
            Err(error) if !failing => tracing::warn!(%error, "holds that have run out could not be ended"),
            Err(_) => {}
        }
        failing = ended.is_err();
        if !matches!(ended, Ok(BATCH..)) {
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
        let expire = |_| {
            let mut asked = asked.lock().expect("nobody panicked");
            asked.push(begun.elapsed().as_secs());
            let answer = answers[asked.len() - 1];
            if asked.len() == answers.len() {
                stop.send_replace(true);
            }
            std::future::ready(answer)
        };
        run(expire, stopped).await;
        assert_eq!(*asked.lock().expect("nobody panicked"), [0, 0, 1, 2]);
    }
}
