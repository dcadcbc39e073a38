//! Master data: kept, changed, listed, and gathered for decisions.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::model::master::{Kind, Master};
use crate::model::{Branch, Company, CompanyId, Extension, FieldError, Provider, Service, Stored, Unit};
use crate::store::{ACTIVE_USE, Answer, DeliveryFilter, Page, Record, Store};
use crate::{codes, model, store};

use super::expanded::Expanded;
use super::request::earlier;
use super::{App, Error, Reply, Request, Result, TRIES};

/// How many records are read at a time when a company's catalogue is gathered.
const BATCH: u32 = 500;

/// How deep units may be parts of each other: a site, a building, a floor, a room, a chair, and some more.
const MAX_DEPTH: usize = 16;

impl App {
    /// Adds a master record. `company` is none only for a company.
    pub async fn create<T: Master>(
        &self,
        company: Option<CompanyId>,
        data: T,
        request: Option<&Request>,
    ) -> Result<Reply<Stored<T>>> {
        self.create_by(None, (company, data), request).await
    }

    /// Adds a record, on behalf of whoever is named.
    pub async fn create_by<T: Master>(
        &self,
        by: Option<&str>,
        (company, data): (Option<CompanyId>, T),
        request: Option<&Request>,
    ) -> Result<Reply<Stored<T>>> {
        if let Some(answer) = earlier(&*self.ports.store, request).await? {
            return Ok(Reply::Replayed(answer));
        }
        self.check(company, &data).await?;
        self.check_currency(&data).await?;
        let id = self.ports.clock.new_id();
        let company = company.map_or(id, |company| company.0);
        let warnings = self.warnings(CompanyId(company), &data).await?;
        let stored = Stored { id, company, version: 1, updated_at: self.ports.clock.now(), data, warnings };
        let answer = request.map(|request| answer_of(request, &stored)).transpose()?;
        match self.ports.store.insert(&record_of(&stored, by)?, answer.as_ref()).await {
            Ok(()) => Ok(Reply::Fresh(stored)),
            Err(store::Error::AnswerExists) => self.replay(request).await,
            Err(store::Error::Missing(COMPONENT)) => Err(not_installed()),
            Err(store::Error::Exists(ACTIVE_USE)) => {
                Err(self.used_already(CompanyId(stored.company), stored.data.name()).await)
            }
            Err(store::Error::Missing(kind)) => Err(Error::missing(kind, stored.company)),
            Err(other) => Err(other.into()),
        }
    }

    /// Replaces the fields of a record that is still at version `expected`.
    pub async fn replace<T: Master>(&self, id: Uuid, expected: i64, data: T) -> Result<Stored<T>> {
        self.replace_by(None, (id, expected), data).await
    }

    /// The same, on behalf of whoever is named.
    pub async fn replace_by<T: Master>(
        &self,
        by: Option<&str>,
        (id, expected): (Uuid, i64),
        data: T,
    ) -> Result<Stored<T>> {
        for _ in 0..TRIES {
            match self.try_replace(by, (id, expected), data.clone()).await {
                // Another record of the company changed between the checks and the commit: they are made anew.
                Err(Error::Store(store::Error::Unjudged)) => {}
                done => return done,
            }
        }
        Err(Error::Busy)
    }

    async fn try_replace<T: Master>(
        &self,
        by: Option<&str>,
        (id, expected): (Uuid, i64),
        data: T,
    ) -> Result<Stored<T>> {
        let old = self.get::<T>(id).await?;
        if old.version != expected {
            return Err(Error::Stale { current: old.version.to_string() });
        }
        let owner = CompanyId(old.company);
        // Two units could each be made a part of the other at once: each is right on the catalogue without the other.
        let judged_on =
            if T::KIND == Kind::Unit { Some(self.ports.store.catalog_version(owner).await?) } else { None };
        self.check((T::KIND != Kind::Company).then_some(owner), &data).await?;
        self.check_chain(id, &data).await?;
        self.check_currency(&data).await?;
        self.check_books(owner, &old.data, &data).await?;
        let warnings = self.warnings(owner, &data).await?;
        let version = expected + 1;
        let stored = Stored { version, updated_at: self.ports.clock.now(), data, warnings, ..old };
        let record = Record { judged_on, ..record_of(&stored, by)? };
        match self.ports.store.replace(&record, expected, None).await {
            Ok(()) => Ok(stored),
            Err(store::Error::Missing(COMPONENT)) => Err(not_installed()),
            Err(store::Error::Exists(ACTIVE_USE)) => {
                Err(self.used_already(CompanyId(stored.company), stored.data.name()).await)
            }
            Err(store::Error::Stale(_)) => {
                let current = self.get::<T>(id).await?.version.to_string();
                Err(Error::Stale { current })
            }
            Err(other) => Err(other.into()),
        }
    }

    /// One record.
    pub async fn get<T: Master>(&self, id: Uuid) -> Result<Stored<T>> {
        let found = self.ports.store.record(T::KIND, id).await?;
        typed(found.ok_or_else(|| Error::missing(T::KIND.as_str(), id))?)
    }

    /// Records of a kind, by identifier.
    pub async fn list<T: Master>(&self, company: Option<CompanyId>, page: Page) -> Result<Vec<Stored<T>>> {
        let records = self.ports.store.records(T::KIND, company.map(Uuid::from), page).await?;
        records.into_iter().map(typed).collect()
    }

    pub(super) async fn replay<T>(&self, request: Option<&Request>) -> Result<Reply<T>> {
        earlier(&*self.ports.store, request).await?.map(Reply::Replayed).ok_or(Error::Busy)
    }

    /// What came of a request, unless it failed because the same request has succeeded before: then its answer is given
    /// again. Whatever succeeds has no earlier answer, because the commit keeps its own under the same key.
    pub(super) async fn unless_answered<T>(
        &self,
        request: Option<&Request>,
        tried: Result<T>,
    ) -> Result<Result<Reply<T>>> {
        match tried {
            Ok(done) => Ok(Ok(Reply::Fresh(done))),
            Err(error) => match earlier(&*self.ports.store, request).await? {
                Some(answer) => Ok(Ok(Reply::Replayed(answer))),
                None => Ok(Err(error)),
            },
        }
    }

    async fn check<T: Master>(&self, company: Option<CompanyId>, data: &T) -> Result<()> {
        let mut errors = data.check();
        if let Some(company) = company {
            let value = serde_json::to_value(data).map_err(corrupt)?;
            errors.extend(self.strangers(company, &value).await?);
            if T::KIND == Kind::Extension && errors.is_empty() {
                errors.extend(self.check_extension(company, &value).await?);
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
    }

    /// Refuses a unit that would be a part of itself, directly or not.
    async fn check_chain<T: Master>(&self, id: Uuid, data: &T) -> Result<()> {
        let mut next = parent(&serde_json::to_value(data).map_err(corrupt)?);
        for _ in 0..MAX_DEPTH {
            let Some(above) = next else { return Ok(()) };
            if above == id {
                return Err(Error::field("parent", "the unit would be a part of itself"));
            }
            let found = self.ports.store.record(Kind::Unit, above).await?;
            next = found.and_then(|record| parent(&record.data));
        }
        Err(Error::field("parent", format!("units are parts of each other at most {MAX_DEPTH} deep")))
    }

    /// Refuses other books for a company whose documents were asked for: whatever follows looks for them where they are.
    async fn check_books<T: Master>(&self, company: CompanyId, old: &T, new: &T) -> Result<()> {
        if T::KIND != Kind::Company {
            return Ok(());
        }
        let (old, new) = (books(old)?, books(new)?);
        if old == new {
            return Ok(());
        }
        if !self.has_documents(company).await? {
            return Ok(());
        }
        let old = old.as_ref().and_then(Value::as_str).unwrap_or_default();
        let message = format!("documents of the company went to «{old}» already");
        Err(Error::Unfit { code: codes::BOOKS_IN_USE, field: "erp", message })
    }

    /// Whether documents of a company were asked for.
    pub(super) async fn has_documents(&self, company: CompanyId) -> Result<bool> {
        let filter = DeliveryFilter { company: Some(company), ..DeliveryFilter::default() };
        Ok(!self.ports.store.deliveries(&filter, 0, 1).await?.is_empty())
    }

    /// References to records that do not exist in this company, or to a unit at another branch.
    async fn strangers(&self, company: CompanyId, data: &Value) -> Result<Vec<FieldError>> {
        let mut errors = Vec::new();
        for (field, kind, id) in references(data) {
            let found = self.ports.store.record(kind, id).await?;
            let message = match found.filter(|record| record.company == company.0) {
                None => format!("the company has no {} {id}", kind.as_str()),
                Some(record) if kind == Kind::Unit && record.data.get("branch") != data.get("branch") => {
                    "the unit it would be a part of is at another branch".to_owned()
                }
                Some(_) => continue,
            };
            errors.push(FieldError { field, message });
        }
        Ok(errors)
    }
}

/// What the store misses where an extension is used that is not installed.
pub(super) const COMPONENT: &str = "component";

/// Somebody removed the component in this moment.
pub(super) fn not_installed() -> Error {
    Error::field("digest", "no component with this digest is installed")
}

/// The books that a company's documents go to.
fn books<T: Master>(company: &T) -> Result<Option<Value>> {
    Ok(serde_json::to_value(company).map_err(corrupt)?.get("erp").cloned())
}

/// The unit that a unit is a part of.
fn parent(data: &Value) -> Option<Uuid> {
    data.get("parent")?.as_str()?.parse().ok()
}

/// The records that a record names, with the field each is named in.
fn references(data: &Value) -> Vec<(String, Kind, Uuid)> {
    let one = |field: &str, kind| {
        let id = data.get(field)?.as_str()?.parse().ok()?;
        Some((field.to_owned(), kind, id))
    };
    let providers = data.get("providers").and_then(Value::as_array).into_iter().flatten().enumerate();
    let providers = providers
        .filter_map(|(n, id)| Some((format!("providers[{n}]"), Kind::Provider, id.as_str()?.parse().ok()?)));
    one("branch", Kind::Branch)
        .into_iter()
        .chain(one("parent", Kind::Unit))
        .chain(one("customer", Kind::Customer))
        .chain(providers)
        .collect()
}

fn answer_of<T: Master>(request: &Request, stored: &Stored<T>) -> Result<Answer> {
    Ok(Answer {
        key: request.key.clone(),
        fingerprint: request.fingerprint.clone(),
        status: 201,
        body: serde_json::to_string(stored).map_err(corrupt)?,
        at: stored.updated_at,
    })
}

/// The record, as whoever is named writes it.
pub(super) fn record_of<T: Master>(stored: &Stored<T>, by: Option<&str>) -> Result<Record> {
    Ok(Record {
        kind: T::KIND,
        id: stored.id,
        company: stored.company,
        name: stored.data.name().to_owned(),
        active: stored.data.active(),
        version: stored.version,
        updated_at: stored.updated_at,
        data: serde_json::to_value(&stored.data).map_err(corrupt)?,
        by: by.map(str::to_owned),
        judged_on: None,
    })
}

/// The record as what it is.
pub(super) fn typed<T: Master>(record: Record) -> Result<Stored<T>> {
    let data = serde_json::from_value(record.data).map_err(corrupt)?;
    let Record { id, company, version, updated_at, .. } = record;
    Ok(Stored { id, company, version, updated_at, data, warnings: Vec::new() })
}

fn corrupt(error: serde_json::Error) -> Error {
    Error::Store(store::Error::Corrupt("record", Box::new(error)))
}

/// A company's master data as of one version, apart from its customers.
pub(super) struct Catalog {
    pub(super) version: i64,
    pub(super) company: Company,
    pub(super) branches: HashMap<Uuid, Branch>,
    pub(super) services: HashMap<Uuid, Service>,
    pub(super) providers: HashMap<Uuid, Provider>,
    pub(super) units: HashMap<Uuid, Unit>,
    /// Those in use, in the order in which they are asked.
    pub(super) extensions: Vec<Extension>,
    /// Its calendars, as far as they were asked for.
    pub(super) expanded: Expanded,
}

/// The catalogues last used. One that is out of date is noticed by its version and gathered anew.
#[derive(Default)]
pub(super) struct Cache(Mutex<HashMap<CompanyId, Arc<Kept>>>);

/// The catalogue as of one version, once somebody has gathered it. Whoever asks meanwhile waits: a thousand customers who
/// come in the same moment would each read all of it.
struct Kept {
    version: i64,
    gathered: OnceCell<Arc<Catalog>>,
}

impl Cache {
    /// The company's catalogue at this version, which was just read.
    pub(super) async fn at(
        &self,
        store: &dyn Store,
        company: CompanyId,
        version: i64,
    ) -> Result<Arc<Catalog>> {
        let kept = self.kept(company, version);
        let gathering = async || Ok(Arc::new(gather(store, company, version).await?));
        kept.gathered.get_or_try_init(gathering).await.cloned()
    }

    fn kept(&self, company: CompanyId, version: i64) -> Arc<Kept> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match all.get(&company) {
            Some(kept) if kept.version == version => kept.clone(),
            _ => {
                let kept = Arc::new(Kept { version, gathered: OnceCell::new() });
                all.insert(company, kept.clone());
                kept
            }
        }
    }
}

/// Reads the catalogue. A change meanwhile is harmless: whatever is decided on it is stored only if the version read
/// before is still the present one.
async fn gather(store: &dyn Store, company: CompanyId, version: i64) -> Result<Catalog> {
    let record = store.record(Kind::Company, company.0).await?;
    let record = record.ok_or_else(|| Error::missing("company", company))?;
    let extensions: HashMap<Uuid, Extension> = all(store, company).await?;
    let mut extensions: Vec<Extension> = extensions.into_values().filter(|one| one.active).collect();
    extensions.sort_by(|a, b| (a.priority, &a.name).cmp(&(b.priority, &b.name)));
    Ok(Catalog {
        version,
        extensions,
        company: typed::<model::Company>(record)?.data,
        branches: all(store, company).await?,
        services: all(store, company).await?,
        providers: all(store, company).await?,
        units: all(store, company).await?,
        expanded: Expanded::default(),
    })
}

async fn all<T: Master>(store: &dyn Store, company: CompanyId) -> Result<HashMap<Uuid, T>> {
    let mut found = HashMap::new();
    let mut after = None;
    loop {
        let page = store.records(T::KIND, Some(company.0), Page { after, limit: BATCH }).await?;
        let Some(last) = page.last() else { return Ok(found) };
        after = Some(last.id);
        for record in page {
            let stored = typed::<T>(record)?;
            found.insert(stored.id, stored.data);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join;

    use super::*;
    use crate::store::Records as _;
    use crate::store::sqlite::Sqlite;

    #[tokio::test]
    async fn whoever_asks_while_a_catalogue_is_gathered_gets_the_same() {
        let directory = tempfile::tempdir().unwrap();
        let store = Sqlite::open(&directory.path().join("store.sqlite")).await.unwrap();
        let data: Company =
            serde_json::from_str(r#"{"name":"C","currency":"EUR","time_zone":"UTC"}"#).unwrap();
        let id = Uuid::from_u128(1);
        let warnings = Vec::new();
        let company =
            Stored { id, company: id, version: 1, updated_at: chrono::DateTime::UNIX_EPOCH, data, warnings };
        store.insert(&record_of(&company, None).unwrap(), None).await.unwrap();
        let cache = Cache::default();
        let ask = async |version| cache.at(&store, CompanyId(id), version).await.unwrap();
        let (one, other) = join(ask(1), ask(1)).await;
        assert!(Arc::ptr_eq(&one, &other), "it was gathered twice");
        assert!(!Arc::ptr_eq(&one, &ask(2).await), "it is out of date");
    }
}
