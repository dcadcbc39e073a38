//! What days came to, kept until something of them changes.
//!
//! Invariants: how often a day changed is read before it is counted, so that what is kept is never older than its number says:
//! where the numbers are the same, so are the figures. Whatever is kept may be forgotten at any time.

use std::collections::HashMap;
use std::ops::{Range, RangeInclusive};
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::{CompanyId, ProviderId};
use crate::store::{Counted, Error, Figure, Share, Store, Stretch};

/// Shares that are kept at most, some two hundred bytes each: a year of two hundred people's days.
const MOST: usize = 80_000;

/// Shares that are counted by one statement.
const AT_ONCE: usize = 2_000;

const DAY_SECONDS: i64 = 86_400;

/// A time of a company, and what is counted of it.
type Key = (CompanyId, Counted, Stretch);

/// What days came to.
#[derive(Default)]
pub(in crate::app) struct Kept(Mutex<HashMap<Key, Arc<Day>>>);

/// What a day came to.
#[derive(Debug, Default)]
pub(super) struct Day {
    changes: i64,
    shares: HashMap<ProviderId, Counts>,
    /// Of all shares, side by side: a report goes through each of them.
    figures: Vec<(ProviderId, Figure)>,
}

/// What a provider's day came to.
#[derive(Debug)]
struct Counts {
    changes: i64,
    /// Where its figures lie among the day's.
    figures: Range<usize>,
}

impl Day {
    /// Each figure, with whose it is.
    pub(super) fn figures(&self) -> &[(ProviderId, Figure)] {
        &self.figures
    }

    /// The figures of a provider, unless something of them has changed since.
    fn unchanged(&self, provider: ProviderId, changes: i64) -> Option<&[(ProviderId, Figure)]> {
        let counts = self.shares.get(&provider).filter(|counts| counts.changes == changes)?;
        self.figures.get(counts.figures.clone())
    }

    fn add(&mut self, provider: ProviderId, changes: i64, figures: impl IntoIterator<Item = Figure>) {
        let first = self.figures.len();
        self.figures.extend(figures.into_iter().map(|figure| (provider, figure)));
        self.shares.insert(provider, Counts { changes, figures: first..self.figures.len() });
    }
}

/// A day of which something has changed since it was counted, or that nobody has counted yet.
struct Stale {
    place: usize,
    time: Stretch,
    changes: i64,
    before: Option<Arc<Day>>,
}

impl Kept {
    /// What these days came to, in their order.
    pub(super) async fn days(
        &self,
        store: &dyn Store,
        (company, counted): (CompanyId, Counted),
        days: &[Stretch],
    ) -> Result<Vec<Arc<Day>>, Error> {
        let (Some(first), Some(last)) = (days.first(), days.last()) else { return Ok(Vec::new()) };
        let span = (*touched(*first).start(), *touched(*last).end());
        let changes: HashMap<i64, i64> = store.changes(company, counted, span).await?.into_iter().collect();
        let mut found = self.known((company, counted), days);
        let mut stale = Vec::new();
        for (place, (time, before)) in days.iter().zip(&found).enumerate() {
            let changes = touched(*time).filter_map(|day| changes.get(&day)).sum();
            if before.as_ref().is_none_or(|before| before.changes != changes) {
                stale.push(Stale { place, time: *time, changes, before: before.clone() });
            }
        }
        let is_fresh = stale.is_empty();
        for (place, day) in count(store, (company, counted), stale).await? {
            if let Some(found) = found.get_mut(place) {
                *found = Some(day);
            }
        }
        let found: Vec<Arc<Day>> = found.into_iter().map(Option::unwrap_or_default).collect();
        if !is_fresh {
            self.keep((company, counted), days, &found);
        }
        Ok(found)
    }

    fn known(&self, (company, counted): (CompanyId, Counted), days: &[Stretch]) -> Vec<Option<Arc<Day>>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        days.iter().map(|day| all.get(&(company, counted, *day)).cloned()).collect()
    }

    /// Keeps what was counted last; everything else goes where it is too much.
    fn keep(&self, (company, counted): (CompanyId, Counted), days: &[Stretch], found: &[Arc<Day>]) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || days.iter().zip(found).map(|(day, found)| ((company, counted, *day), found.clone()));
        all.extend(fresh());
        if all.values().map(|day| day.shares.len() + 1).sum::<usize>() > MOST {
            *all = fresh().collect();
        }
    }
}

/// Counts anew what has changed of these days.
async fn count(
    store: &dyn Store,
    (company, counted): (CompanyId, Counted),
    stale: Vec<Stale>,
) -> Result<Vec<(usize, Arc<Day>)>, Error> {
    if stale.is_empty() {
        return Ok(Vec::new());
    }
    let mut days: Vec<i64> = stale.iter().flat_map(|stale| touched(stale.time)).collect();
    days.dedup();
    let mut numbers: HashMap<i64, Vec<(ProviderId, i64)>> = HashMap::new();
    for (day, provider, changes) in store.changes_of(company, counted, &days).await? {
        numbers.entry(day).or_default().push((provider, changes));
    }
    let mut recount = Recount::default();
    for stale in stale {
        recount.add(stale, &numbers);
    }
    let figures = figures(store, (company, counted), &recount.shares).await?;
    Ok(recount.with(figures))
}

/// Days on their way to being counted anew.
#[derive(Default)]
struct Recount {
    days: Vec<(usize, Day)>,
    /// What has to be counted; of each, the place among the days, and how often it had changed.
    shares: Vec<Share>,
    whose: Vec<(usize, i64)>,
}

impl Recount {
    /// Takes over what has not changed of a day, and notes the rest.
    fn add(&mut self, stale: Stale, numbers: &HashMap<i64, Vec<(ProviderId, i64)>>) {
        let mut changes: HashMap<ProviderId, i64> = HashMap::new();
        for (provider, more) in touched(stale.time).filter_map(|day| numbers.get(&day)).flatten() {
            *changes.entry(*provider).or_default() += more;
        }
        let shares = HashMap::with_capacity(changes.len());
        let mut day = Day { changes: stale.changes, shares, figures: Vec::new() };
        for (provider, changes) in changes {
            let before = stale.before.as_ref().and_then(|before| before.unchanged(provider, changes));
            if let Some(before) = before {
                day.add(provider, changes, before.iter().map(|(_, figure)| figure.clone()));
            } else {
                self.shares.push(Share { provider, time: stale.time });
                self.whose.push((self.days.len(), changes));
            }
        }
        self.days.push((stale.place, day));
    }

    /// The days with what their shares came to.
    fn with(mut self, figures: Vec<Vec<Figure>>) -> Vec<(usize, Arc<Day>)> {
        for ((share, (place, changes)), figures) in self.shares.iter().zip(self.whose).zip(figures) {
            if let Some((_, day)) = self.days.get_mut(place) {
                day.add(share.provider, changes, figures);
            }
        }
        self.days.into_iter().map(|(place, day)| (place, Arc::new(day))).collect()
    }
}

/// What these shares came to, in their order.
async fn figures(
    store: &dyn Store,
    (company, counted): (CompanyId, Counted),
    shares: &[Share],
) -> Result<Vec<Vec<Figure>>, Error> {
    let mut all = vec![Vec::new(); shares.len()];
    for (shares, all) in shares.chunks(AT_ONCE).zip(all.chunks_mut(AT_ONCE)) {
        for (place, figure) in store.figures(company, counted, shares).await? {
            if let Some(figures) = all.get_mut(place) {
                figures.push(figure);
            }
        }
    }
    Ok(all)
}

/// The days in UTC that a time touches.
fn touched((first, after): Stretch) -> RangeInclusive<i64> {
    first.timestamp().div_euclid(DAY_SECONDS)..=(after.timestamp() - 1).div_euclid(DAY_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{App, Ports};
    use crate::clock::SystemClock;
    use crate::model::{Company, Status};
    use crate::store::SharedStore;
    use crate::store::conformance::house::{EPOCH, House, cancel, claim, minute, moved, next};
    use crate::store::sqlite::Sqlite;
    use crate::store::{Change, Slots};
    use crate::wasm::Rules;

    /// Days of a zone whose midnight is no midnight in UTC.
    fn days() -> Vec<Stretch> {
        let midnight = EPOCH.div_euclid(DAY_SECONDS) * DAY_SECONDS - EPOCH;
        (0..4).map(|n| midnight / 60 + 330 + n * 1440).map(|at| (minute(at), minute(at + 1440))).collect()
    }

    /// What days came to, day by day, and how often each provider's was counted.
    async fn told(kept: &Kept, store: &SharedStore, house: &House) -> Vec<Vec<String>> {
        let whose = (house.company.into(), Counted::Visits);
        let found = kept.days(&**store, whose, &days()).await.unwrap();
        let day = |day: &Arc<Day>| {
            let mut told: Vec<_> = day.figures().iter().map(|figure| format!("{figure:?}")).collect();
            told.sort();
            told
        };
        found.iter().map(day).collect()
    }

    /// Adds a minute to what is kept of a provider's day.
    fn make_wrong(kept: &Kept, key: Key, provider: ProviderId) {
        let mut all = kept.0.lock().unwrap();
        let day = Arc::get_mut(all.get_mut(&key).unwrap()).unwrap();
        let of = day.shares[&provider].figures.start;
        day.figures[of].1.minutes += 1;
    }

    #[tokio::test]
    async fn the_usual_report_is_counted_before_anybody_asks() {
        let directory = tempfile::tempdir().unwrap();
        let store: SharedStore =
            Arc::new(Sqlite::open(&directory.path().join("store.sqlite")).await.unwrap());
        let app = App::new(Ports {
            store,
            rules: Rules::compiled_once(),
            clock: Arc::new(SystemClock),
            books: Arc::default(),
            wake: Arc::default(),
        });
        let company = r#"{"name":"C","currency":"EUR","time_zone":"UTC"}"#;
        app.create::<Company>(None, serde_json::from_str(company).unwrap(), None).await.unwrap();
        app.count_ahead().await;
        let kept: Vec<Counted> = app.counted.0.lock().unwrap().keys().map(|key| key.1).collect();
        for counted in [Counted::Visits, Counted::Documents] {
            assert!(kept.contains(&counted), "{counted:?}: {kept:?}");
        }
    }

    #[tokio::test]
    async fn what_is_kept_follows_every_change_and_nothing_else_is_counted() {
        let directory = tempfile::tempdir().unwrap();
        let store: SharedStore =
            Arc::new(Sqlite::open(&directory.path().join("store.sqlite")).await.unwrap());
        let house = House::build(&store).await;
        let kept = Kept::default();
        assert_eq!(told(&kept, &store, &house).await, vec![Vec::<String>::new(); 4]);
        let same = async || {
            let (old, new) =
                (told(&kept, &store, &house).await, told(&Kept::default(), &store, &house).await);
            assert_eq!(old, new);
            old
        };
        // Over two midnights, that of the zone and that in UTC, and on the third day with somebody else.
        let long = house.store(&store, house.hold(800, 1500)).await.unwrap();
        let mut other = house.hold(3000, 3060);
        other.appointment.provider = house.providers[1].into();
        other.slots = Slots::Take(claim(&other.appointment));
        let other = house.store(&store, other).await.unwrap();
        assert_eq!(same().await.concat(), Vec::<String>::new());
        let long = house.store(&store, next(&long, Status::Confirmed)).await.unwrap();
        let other = house.store(&store, next(&other, Status::Confirmed)).await.unwrap();
        let first = same().await;
        assert_eq!(first.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1, 2, 0]);
        let (whose, untouched) = ((house.company.into(), Counted::Visits), house.providers[1].into());
        let minutes = |days: &[Arc<Day>]| {
            let figures = days[2].figures().iter().filter(|(provider, _)| *provider == untouched);
            figures.map(|(_, figure)| figure.minutes).sum::<u32>()
        };
        // What is kept is made wrong: whoever counts it anew would notice.
        let true_minutes = minutes(&kept.days(&*store, whose, &days()).await.unwrap());
        make_wrong(&kept, (whose.0, whose.1, days()[2]), untouched);
        let mut given = next(&long, Status::Scheduled);
        given.appointment.provider = house.providers[1].into();
        given.slots = Slots::Take(claim(&given.appointment));
        let given = house.store(&store, given).await.unwrap();
        let after = kept.days(&*store, whose, &days()).await.unwrap();
        assert_ne!(after[1].figures(), [], "it was given away");
        assert_eq!(minutes(&after), true_minutes + 1, "nothing of it has changed");
        *kept.0.lock().unwrap() = HashMap::new();
        assert_ne!(same().await, first);
        let changes: [Change; 2] = [moved(&given, 4400, 4500), cancel(&other)];
        for change in changes {
            house.store(&store, change).await.unwrap();
            same().await;
        }
    }
}
