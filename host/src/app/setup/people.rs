//! The third step: who works there, when, and what each offers.

use serde::Serialize;
use uuid::Uuid;

use super::{App, Error, Result, Week};
use crate::app::TRIES;
use crate::model::{Attributes, CompanyId, FieldError, Master, Provider, ProviderId, Service, Stored};

/// Somebody, as the form says it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// When they work; none leaves that as it is.
    pub week: Option<Week>,
    /// What they offer, of what the company offers.
    pub services: Vec<Uuid>,
}

impl App {
    /// Adds somebody. `form` is the key of the form that asks for it.
    pub async fn employ(&self, by: &str, company: CompanyId, wanted: &Person, form: &str) -> Result<Uuid> {
        let setup = self.setup(company).await?;
        let branch = setup.branch().ok_or_else(|| Error::field("branch", "the company has no branch yet"))?;
        let provider = wanted.provider(nobody(branch.id))?;
        let id = self.make(by, (Some(company), provider), (form, "person"), wanted).await?;
        self.assign(by, &setup.services, id, &wanted.services).await?;
        Ok(id)
    }

    /// Changes somebody who is still as the form was filled.
    pub async fn reemploy(
        &self,
        by: &str,
        company: CompanyId,
        (id, version): (Uuid, i64),
        wanted: &Person,
    ) -> Result<()> {
        let old = self.own::<Provider>(company, id).await?;
        let provider = wanted.provider(old.data.clone())?;
        if provider != old.data {
            self.replace_by(Some(by), (id, version), provider).await?;
        }
        let setup = self.setup(company).await?;
        self.assign(by, &setup.services, id, &wanted.services).await
    }

    /// Has exactly these of the services offered by somebody.
    async fn assign(
        &self,
        by: &str,
        services: &[Stored<Service>],
        person: Uuid,
        offered: &[Uuid],
    ) -> Result<()> {
        for service in services {
            self.assign_one(by, service.clone(), person.into(), offered.contains(&service.id)).await?;
        }
        Ok(())
    }

    /// What others change of the service in the meantime stays changed.
    async fn assign_one(
        &self,
        by: &str,
        mut service: Stored<Service>,
        person: ProviderId,
        offers: bool,
    ) -> Result<()> {
        for _ in 0..TRIES {
            if service.data.providers.contains(&person) == offers {
                return Ok(());
            }
            let Stored { id, version, mut data, .. } = service;
            if offers {
                data.providers.push(person);
            } else {
                data.providers.retain(|one| *one != person);
            }
            match self.replace_by(Some(by), (id, version), data).await {
                Err(Error::Stale { .. }) => service = self.get(id).await?,
                done => return done.map(drop),
            }
        }
        Err(Error::Busy)
    }
}

impl Person {
    /// Everything that is wrong with it.
    #[must_use]
    pub fn check(&self) -> Vec<FieldError> {
        match self.provider(nobody(Uuid::nil())) {
            Err(Error::Invalid(errors)) => errors,
            _ => Vec::new(),
        }
    }

    fn provider(&self, old: Provider) -> Result<Provider> {
        let shifts = self.week.map_or(old.shifts, |week| week.shifts());
        let provider = Provider { name: self.name.clone(), shifts, ..old };
        let mut errors = provider.check();
        if self.week.is_some_and(|week| week.is_empty()) {
            let message = "somebody has to work on some day".to_owned();
            errors.push(FieldError { field: "hours".to_owned(), message });
        }
        if errors.is_empty() { Ok(provider) } else { Err(Error::Invalid(errors)) }
    }
}

fn nobody(branch: Uuid) -> Provider {
    Provider {
        name: String::new(),
        branch: branch.into(),
        party_code: None,
        commission_percent: None,
        gender: None,
        languages: Vec::new(),
        skills: Vec::new(),
        shifts: Vec::new(),
        leave: Vec::new(),
        attributes: Attributes::new(),
        active: true,
    }
}
