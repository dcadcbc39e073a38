//! The first step: the company, and the branch that it begins with.

use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::Serialize;

use super::{App, Error, Result, Week};
use crate::model::{
    Attributes, Branch, Company, CompanyId, FieldError, Master, Portal, PostingPolicy, Stored,
};

/// Minutes that a time is held for somebody who is booking, and for somebody on the waitlist.
const HELD: (u32, u32) = (10, 60);

/// What the form says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Founding {
    /// The company's name.
    pub name: String,
    /// ISO 4217 code.
    pub currency: String,
    /// IANA zone.
    pub time_zone: String,
    /// The first branch's name.
    pub branch: String,
    /// Its address.
    pub address: String,
    /// When it is open; none leaves that as it is.
    pub hours: Option<Week>,
}

/// Both records, as they will be.
struct Founded {
    company: Company,
    branch: Branch,
}

impl App {
    /// Makes a company and its first branch. `form` is the key of the form that asks for it.
    pub async fn found_company(&self, by: &str, wanted: &Founding, form: &str) -> Result<CompanyId> {
        let erp = self.fitting_books(&wanted.currency).await?;
        let Founded { company, branch } = wanted.founded(new_company(erp), new_branch())?;
        let company = CompanyId(self.make(by, (None, company), (form, "company"), wanted).await?);
        self.make(by, (Some(company), branch), (form, "branch"), wanted).await?;
        Ok(company)
    }

    /// Changes both, as far as they differ; each is still at the version that the form was filled from.
    pub async fn refound_company(
        &self,
        by: &str,
        id: CompanyId,
        wanted: &Founding,
        (version, branch_version): (i64, i64),
    ) -> Result<()> {
        let old = self.get::<Company>(id.0).await?;
        let old_branch = self.every::<Branch>(id).await?.into_iter().next();
        let branch = old_branch.as_ref().map_or_else(new_branch, |branch| branch.data.clone());
        let Founded { company, branch } = wanted.founded(old.data.clone(), branch)?;
        if company != old.data {
            self.replace_by(Some(by), (id.0, version), company).await?;
        }
        match old_branch {
            Some(Stored { data, .. }) if data == branch => {}
            Some(Stored { id, .. }) => {
                self.replace_by(Some(by), (id, branch_version), branch).await?;
            }
            None => {
                self.create_by(Some(by), (Some(id), branch), None).await?;
            }
        }
        Ok(())
    }

    /// Has a company's documents go to this connection from now on.
    pub async fn choose_books(&self, by: &str, id: CompanyId, erp: &str) -> Result<()> {
        if self.ports.books.get(erp).is_none() {
            return Err(Error::field("erp", "must be one of the connections of the configuration"));
        }
        let Stored { version, data, .. } = self.get::<Company>(id.0).await?;
        if data.erp != erp {
            self.replace_by(Some(by), (id.0, version), Company { erp: erp.to_owned(), ..data }).await?;
        }
        Ok(())
    }

    /// Lets customers book for themselves.
    pub async fn open_portal(&self, by: &str, id: CompanyId) -> Result<()> {
        let Stored { version, data, .. } = self.get::<Company>(id.0).await?;
        if !data.portal.open {
            let portal = Portal { open: true, ..data.portal.clone() };
            self.replace_by(Some(by), (id.0, version), Company { portal, ..data }).await?;
        }
        Ok(())
    }

    /// A connection whose books can be kept in this currency, built-in ones first; else a name that says what is missing.
    async fn fitting_books(&self, currency: &str) -> Result<String> {
        let (own, others): (Vec<_>, Vec<_>) =
            self.ports.books.iter().partition(|(_, link)| link.makes_records);
        for (name, _) in own.into_iter().chain(others) {
            if self.currency_trouble(name, currency).await?.is_none() {
                return Ok(name.to_owned());
            }
        }
        Ok(format!("ledger-{}", currency.to_lowercase()))
    }
}

impl Founding {
    /// Everything that is wrong with it.
    #[must_use]
    pub fn check(&self) -> Vec<FieldError> {
        match self.founded(new_company("ledger".to_owned()), new_branch()) {
            Err(Error::Invalid(errors)) => errors,
            _ => Vec::new(),
        }
    }

    /// Both records; the company keeps what the form does not ask about, and so does the branch.
    fn founded(&self, company: Company, branch: Branch) -> Result<Founded> {
        let mut errors = Vec::new();
        let zone = self.time_zone.parse::<Tz>();
        if zone.is_err() {
            let message = "must be a time zone from the list, such as Europe/Berlin".to_owned();
            errors.push(FieldError { field: "time_zone".to_owned(), message });
        }
        if self.hours.is_some_and(|week| week.is_empty()) {
            let message = "the branch has to be open on some day".to_owned();
            errors.push(FieldError { field: "hours".to_owned(), message });
        }
        let zone = zone.unwrap_or(Tz::UTC);
        let company =
            Company { name: self.name.clone(), currency: self.currency.clone(), time_zone: zone, ..company };
        let branch = Branch {
            name: self.branch.clone(),
            address: self.address.clone(),
            time_zone: zone,
            opening_hours: self.hours.map_or(branch.opening_hours, |week| week.hours()),
            ..branch
        };
        errors.extend(company.check());
        errors.extend(branch.check().into_iter().map(of_branch));
        if errors.is_empty() { Ok(Founded { company, branch }) } else { Err(Error::Invalid(errors)) }
    }
}

/// Both records have a name; the form has a field for each.
fn of_branch(error: FieldError) -> FieldError {
    let field = if error.field == "name" { "branch".to_owned() } else { error.field };
    FieldError { field, ..error }
}

fn new_company(erp: String) -> Company {
    Company {
        name: String::new(),
        currency: String::new(),
        time_zone: Tz::UTC,
        erp,
        hold_minutes: HELD.0,
        offer_minutes: HELD.1,
        late_cancel_fee: None::<Decimal>,
        no_show_fee: None,
        fee_item: "FEE".to_owned(),
        switched_off: Vec::new(),
        posting: PostingPolicy::default(),
        books_closed_until: None,
        coupons: Vec::new(),
        portal: Portal::default(),
        attributes: Attributes::new(),
        active: true,
    }
}

fn new_branch() -> Branch {
    Branch {
        name: String::new(),
        address: String::new(),
        time_zone: Tz::UTC,
        opening_hours: Vec::new(),
        holidays: Vec::new(),
        active: true,
    }
}
