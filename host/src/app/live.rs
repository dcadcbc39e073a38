//! Telling open boards that something changed, whichever host on this store changed it.
//!
//! Invariants: a host asks the store once a round however many boards are open, and not at all while none is. An entry of
//! a trail is told once it can be read, even if one with a higher number was there before it. What is told says where to
//! look again, and nothing of what is there.
//!
//! Deliberately absent: who may know, which is for whoever passes it on.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{broadcast, watch};

use super::{App, Result};
use crate::model::{Appointment, AppointmentId, BranchId, CompanyId, ProviderId, Status, UnitId};

/// How long a change waits at most before it is noticed: a tenth of a second is not felt, and ten small reads a second cost
/// a store nothing.
const ROUND: Duration = Duration::from_millis(100);

/// In so many rounds the catalogues are looked at once: they change seldom, and whole boards follow from them.
const CATALOGUE_ROUNDS: u32 = 5;

/// Rounds for which a number that was passed over is waited for: half a minute, longer than a transaction may lie idle or
/// wait for a lock. What does not appear by then was rolled back.
const PATIENCE: u32 = 300;

/// So many entries before the latest may still be on their way when a host begins to listen: more transactions than a host
/// has connections.
const LOOK_BACK: i64 = 64;

/// Entries read at once.
const BATCH: u32 = 500;

/// What a board that is slow to listen may fall behind before it has to look at everything again.
const BEHIND: usize = 1024;

/// Changes that a board which was away is told one by one; where there are more, it looks at everything again.
const MISSED: u32 = 200;

/// Something that boards show has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// An appointment.
    Appointment(Box<Changed>),
    /// Master data of a company.
    Catalogue(CompanyId),
}

/// Where an appointment lies by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The entry of its trail.
    pub entry: i64,
    /// Which.
    pub appointment: AppointmentId,
    /// Its revision.
    pub revision: u32,
    /// Whose it is.
    pub company: CompanyId,
    /// Where it is.
    pub branch: BranchId,
    /// By whom.
    pub provider: ProviderId,
    /// The units it uses.
    pub units: Vec<UnitId>,
    /// When the time it takes starts.
    pub start: DateTime<Utc>,
    /// When it ends.
    pub end: DateTime<Utc>,
    /// Whether it is cancelled, so that no board shows it.
    pub is_gone: bool,
}

impl Changed {
    fn new(entry: i64, of: Appointment) -> Self {
        Self {
            entry,
            appointment: of.id,
            revision: of.revision,
            company: of.company,
            branch: of.branch,
            provider: of.provider,
            units: of.units,
            start: of.reserved_start,
            end: of.reserved_end,
            is_gone: of.status == Status::Cancelled,
        }
    }
}

/// Where boards listen; closed once the host stops.
#[derive(Debug)]
pub(super) struct Wire {
    sender: Mutex<Option<broadcast::Sender<Arc<News>>>>,
    /// The latest entry when the first of those who listen began to: what comes after it is told.
    began: Mutex<Option<i64>>,
}

impl Default for Wire {
    fn default() -> Self {
        Self { sender: Mutex::new(Some(broadcast::channel(BEHIND).0)), began: Mutex::default() }
    }
}

impl Wire {
    fn sender(&self) -> Option<broadcast::Sender<Arc<News>>> {
        self.sender.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn close(&self) {
        self.sender.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn begin(&self, last: i64) {
        self.began.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(last);
    }

    fn began(&self) -> Option<i64> {
        self.began.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// How far trails have been read.
#[derive(Debug, PartialEq, Eq)]
struct Reader {
    last: i64,
    /// Numbers that were passed over, each with the rounds it is still waited for.
    missing: BTreeMap<i64, u32>,
}

impl Reader {
    fn after(last: i64) -> Self {
        Self { last, missing: BTreeMap::new() }
    }

    /// Takes note of what was read.
    fn take(&mut self, read: &[(i64, AppointmentId)]) {
        for (number, _) in read {
            if self.missing.remove(number).is_none() && *number > self.last {
                self.missing.extend((self.last + 1..*number).map(|passed| (passed, PATIENCE)));
                self.last = *number;
            }
        }
    }

    /// Ends a round.
    fn age(&mut self) {
        self.missing.retain(|_, rounds| {
            *rounds = rounds.saturating_sub(1);
            *rounds > 0
        });
    }
}

impl App {
    /// What changes from now on; none once the host stops.
    pub async fn news(&self) -> Result<Option<broadcast::Receiver<Arc<News>>>> {
        let news = self.wire.sender().map(|sender| sender.subscribe());
        self.wire.begin(self.ports.store.last_entry().await?);
        Ok(news)
    }

    /// What has changed after this entry; none where it is too much to tell.
    pub async fn missed(&self, after: i64) -> Result<Option<Vec<Changed>>> {
        let entries = self.ports.store.entries(after, &[], MISSED).await?;
        if entries.len() >= MISSED as usize {
            return Ok(None);
        }
        self.changed(&entries).await.map(Some)
    }

    /// Tells boards what changes, until the host stops.
    pub async fn tell_boards(&self, mut stopped: watch::Receiver<bool>) {
        let (mut reader, mut catalogues, mut round) = (None, HashMap::new(), 0_u32);
        loop {
            let is_over = tokio::time::timeout(ROUND, stopped.wait_for(|stopped| *stopped)).await.is_ok();
            let Some(sender) = self.wire.sender().filter(|_| !is_over) else { break };
            if sender.receiver_count() == 0 {
                (reader, round) = (None, 0);
                catalogues.clear();
                self.wire.began();
                continue;
            }
            if let Err(error) = self.tell(&sender, &mut reader).await {
                tracing::debug!(%error, "Trails could not be read; the next round tries again.");
            }
            if round.is_multiple_of(CATALOGUE_ROUNDS) {
                match self.ports.store.catalog_versions().await {
                    Ok(versions) => tell_catalogues(&sender, &mut catalogues, versions),
                    Err(error) => tracing::debug!(%error, "Catalogues could not be read."),
                }
            }
            round = round.wrapping_add(1);
        }
        self.wire.close();
    }

    async fn tell(&self, sender: &broadcast::Sender<Arc<News>>, reader: &mut Option<Reader>) -> Result<()> {
        let store = &self.ports.store;
        let Some(reader) = reader else {
            let last = match self.wire.began() {
                Some(began) => began,
                None => store.last_entry().await?,
            };
            let mut fresh = Reader::after((last - LOOK_BACK).max(0));
            let known = store.entries(fresh.last, &[], BATCH).await?;
            fresh.take(&known.into_iter().filter(|(number, _)| *number <= last).collect::<Vec<_>>());
            *reader = Some(fresh);
            return Ok(());
        };
        loop {
            let missing: Vec<i64> = reader.missing.keys().copied().collect();
            let entries = store.entries(reader.last, &missing, BATCH).await?;
            for changed in self.changed(&entries).await? {
                // Who listens may have left meanwhile.
                let _nobody = sender.send(Arc::new(News::Appointment(Box::new(changed))));
            }
            reader.take(&entries);
            if entries.len() < BATCH as usize {
                break;
            }
        }
        reader.age();
        Ok(())
    }

    /// Where the appointments of these entries lie, each once.
    async fn changed(&self, entries: &[(i64, AppointmentId)]) -> Result<Vec<Changed>> {
        let latest: HashMap<AppointmentId, i64> = entries.iter().map(|(entry, id)| (*id, *entry)).collect();
        let ordered: BTreeSet<(i64, AppointmentId)> =
            latest.into_iter().map(|(id, entry)| (entry, id)).collect();
        let mut changed = Vec::with_capacity(ordered.len());
        for (entry, id) in ordered {
            changed.extend(self.ports.store.appointment(id).await?.map(|found| Changed::new(entry, found)));
        }
        Ok(changed)
    }
}

fn tell_catalogues(
    sender: &broadcast::Sender<Arc<News>>,
    known: &mut HashMap<CompanyId, i64>,
    versions: Vec<(CompanyId, i64)>,
) {
    for (company, version) in versions {
        if known.insert(company, version).is_some_and(|before| before != version) {
            let _nobody = sender.send(Arc::new(News::Catalogue(company)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(numbers: &[i64]) -> Vec<(i64, AppointmentId)> {
        numbers.iter().map(|number| (*number, AppointmentId(uuid::Uuid::nil()))).collect()
    }

    #[test]
    fn what_was_passed_over_is_waited_for_and_not_for_ever() {
        let mut reader = Reader::after(10);
        reader.take(&read(&[11, 14]));
        assert_eq!((reader.last, reader.missing.keys().copied().collect::<Vec<_>>()), (14, vec![12, 13]));
        reader.take(&read(&[12, 15]));
        assert_eq!((reader.last, reader.missing.keys().copied().collect::<Vec<_>>()), (15, vec![13]));
        for _ in 0..PATIENCE {
            reader.age();
        }
        assert_eq!(reader, Reader::after(15));
    }
}
