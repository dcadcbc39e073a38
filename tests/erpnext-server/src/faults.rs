//! What can go wrong on the way, switched on by a test.

use std::time::Duration;

/// Which requests a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strikes {
    /// Those that may store something.
    Writes,
    /// Those that only read.
    Reads,
    /// All.
    All,
}

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It is carried out, but only after a while. Whoever gave up waiting finds the document later.
    Late(Duration),
    /// It is carried out at once and answered after a while.
    LateAnswer(Duration),
    /// It is carried out, and an error page is answered: the queue for webhooks is down.
    StoredButError,
    /// Too many requests; nothing is carried out.
    TooMany {
        /// `Retry-After`, in seconds.
        seconds: u64,
    },
    /// The database is gone: an error page.
    DeadDatabase,
    /// A lock was not obtained in time.
    LockWait,
    /// A background job holds the document.
    Locked,
    /// The site is being updated.
    Maintenance,
    /// Somebody else's page.
    LoginPage,
}

/// A trouble that strikes some of the next requests.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// Which of them.
    pub strikes: Strikes,
    /// How many; after that it is over.
    pub times: usize,
    /// What happens to them.
    pub trouble: Trouble,
}

/// The faults that are switched on.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// What strikes a request, if anything.
    pub(crate) fn next(&mut self, writes: bool) -> Option<Trouble> {
        let fault = self.0.iter_mut().find(|fault| match fault.strikes {
            Strikes::Writes => writes,
            Strikes::Reads => !writes,
            Strikes::All => true,
        })?;
        fault.times = fault.times.saturating_sub(1);
        let trouble = fault.trouble;
        self.0.retain(|fault| fault.times > 0);
        Some(trouble)
    }
}
