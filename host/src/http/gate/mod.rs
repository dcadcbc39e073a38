//! Whether somebody may do what they ask for: stated beside each route, checked here, before any use case.
//!
//! Invariants: an operation that states no [`Need`] is refused to everybody. A role that does not allow it is refused with
//! 403; something out of reach is answered as if it did not exist, word by word.
//!
//! Deliberately absent: what the booking rules allow, and any decision that is not one of scope and place.

mod named;
mod narrowed;
mod need;
mod notes;

use std::sync::Arc;

use axum::extract::Request;
use uuid::Uuid;

pub(super) use named::{Limited, query};
pub(super) use need::{About, EXTENSION, Need, Needs, Pin, Subject};
pub(super) use notes::for_customers;

use super::problem::Problem;
use crate::app::{App, Error, Identity, Target};
use crate::codes;
use crate::model::{Acting, Actor, CompanyId, Grant, Place, Scope};
use narrowed::narrowed;

/// As whom commands may come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Voices {
    by: Uuid,
    only: Option<Actor>,
}

impl Voices {
    /// On whose behalf a command comes that asks for this; none where they may not.
    pub(super) fn acting(self, asked: Option<Actor>) -> Option<Acting> {
        let by = Some(self.by);
        match (self.only, asked) {
            (None, asked) => Some(Acting { actor: asked.unwrap_or(Actor::Staff), by }),
            (Some(only), None) => Some(Acting { actor: only, by }),
            (Some(only), Some(asked)) => (only == asked).then_some(Acting { actor: only, by }),
        }
    }

    /// Whether it is a customer, to whom not everything is shown.
    pub(super) fn is_customers(self) -> bool {
        self.only == Some(Actor::Customer)
    }
}

/// Lets a request pass, narrowed to what its sender may see, or refuses it.
pub(super) async fn check(
    app: &Arc<App>,
    identity: &Identity,
    need: Option<&Need>,
    template: &str,
    request: &mut Request,
) -> Result<(), Problem> {
    let forbidden = || Problem::new(codes::FORBIDDEN, format!("«{}» may not do this.", identity.label));
    let Some(Need { scope, about }) = need else { return Err(forbidden()) };
    let grants = identity.grants_for(*scope);
    if grants.is_empty() {
        return Err(forbidden());
    }
    if grants.iter().any(Grant::is_everywhere) {
        request.extensions_mut().insert(Voices { by: identity.id, only: None });
        return Ok(());
    }
    // Until it is known which grant reaches, the one that leaves least choice counts: somebody who is staff of one company
    // and a customer of another must not move their own appointment as staff.
    let mut only = grants.iter().find_map(|grant| grant.role.speaks_as());
    let mut placed = true;
    match about {
        About::Nobody => return Ok(()),
        About::Installation => return Err(forbidden()),
        About::Path(subject) => {
            // An identifier that is not written as the API gives it, percent signs included, is looked up nowhere.
            let target = in_path(template, request.uri().path()).and_then(|id| subject.target(id));
            only = reach(app, &grants, *scope, target.ok_or_else(unheard_of)?).await?;
        }
        About::Connection => {
            let name = in_path(template, request.uri().path()).filter(|name| !name.contains('%'));
            keeps(app, &grants, *scope, name.ok_or_else(unheard_of)?).await?;
        }
        About::List(pins) => {
            let narrowed = narrowed(&grants, *scope, pins, request.uri())?.ok_or_else(forbidden)?;
            *request.uri_mut() = narrowed;
        }
        About::Query | About::Body => placed = false,
    }
    request.extensions_mut().insert(Voices { by: identity.id, only });
    let limited = Limited { app: app.clone(), scope: *scope, grants, placed };
    if matches!(about, About::Query) {
        limited.named(&query(request.uri())).await?;
    }
    request.extensions_mut().insert(limited);
    Ok(())
}

/// Whether somebody may do this with something, to offer it or to leave it out.
pub(super) async fn allows(
    app: &App,
    identity: &Identity,
    scope: Scope,
    target: Target,
) -> Result<bool, Problem> {
    let grants = identity.grants_for(scope);
    if grants.iter().any(Grant::is_everywhere) {
        return Ok(true);
    }
    let places = app.places(target).await?;
    let reaches =
        |grant: &Grant| !places.is_empty() && places.iter().all(|place| grant.reaches(place, scope));
    Ok(grants.iter().any(reaches))
}

/// Refuses what holds for all books of a company's connection to whoever may not do it for each company whose documents
/// stand in them.
pub(super) async fn shares_books(
    app: &App,
    identity: &Identity,
    scope: Scope,
    company: CompanyId,
) -> Result<(), Problem> {
    let grants = identity.grants_for(scope);
    if app.sharing_books(company).await?.into_iter().all(|one| reaches_company(&grants, scope, one)) {
        return Ok(());
    }
    Err(shared())
}

/// Refuses to have a company's documents go into books that hold those of companies which are not theirs.
pub(super) async fn joins_books(
    app: &App,
    identity: &Identity,
    company: CompanyId,
    connection: &str,
) -> Result<(), Problem> {
    let (scope, grants) = (Scope::CatalogueWrite, identity.grants_for(Scope::CatalogueWrite));
    let others = app.companies_of(connection).await?;
    // A company that is there already is not asked again.
    if others.contains(&company) || others.iter().all(|other| reaches_company(&grants, scope, *other)) {
        return Ok(());
    }
    Err(Problem::new(codes::FORBIDDEN, "Companies that are not yours keep their books there."))
}

/// Refuses the books of a connection to whoever may not do this for each company whose documents go there. Whoever may for
/// none of them does not learn that there are such.
async fn keeps(app: &App, grants: &[Grant], scope: Scope, connection: &str) -> Result<(), Problem> {
    let companies = app.companies_of(connection).await?;
    let reached = companies.iter().filter(|company| reaches_company(grants, scope, **company)).count();
    match reached {
        0 => Err(Error::missing("connection", connection).into()),
        _ if reached < companies.len() => Err(shared()),
        _ => Ok(()),
    }
}

fn reaches_company(grants: &[Grant], scope: Scope, company: CompanyId) -> bool {
    let place = Place { company: Some(company), ..Place::default() };
    grants.iter().any(|grant| grant.reaches(&place, scope))
}

fn shared() -> Problem {
    Problem::new(codes::FORBIDDEN, "These books are shared with companies that are not yours.")
}

fn unheard_of() -> Problem {
    Problem::new(codes::BAD_PATH, "No record is ever called this.")
}

/// Whether one of the grants reaches it, and as whom commands about it come.
async fn reach(app: &App, grants: &[Grant], scope: Scope, target: Target) -> Result<Option<Actor>, Problem> {
    let places = app.places(target).await?;
    let reaches =
        |grant: &&Grant| !places.is_empty() && places.iter().all(|place| grant.reaches(place, scope));
    let mut voices = grants.iter().filter(reaches).map(|grant| grant.role.speaks_as());
    match voices.next() {
        Some(first) => Ok(voices.fold(first, |one, other| one.and(other).and(one))),
        None if is_served(app, grants, scope, &places).await? => Ok(Some(Actor::Provider)),
        None => Err(target.missing().into()),
    }
}

/// Whether it is about a customer whom a technician works for.
async fn is_served(app: &App, grants: &[Grant], scope: Scope, places: &[Place]) -> Result<bool, Error> {
    let [Place { company, provider: None, customer: Some(customer), .. }] = places else { return Ok(false) };
    for grant in grants {
        let Some(provider) = grant.provider.filter(|_| scope == Scope::CustomersRead) else { continue };
        if grant.company == *company && app.serves(provider, *customer).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The identifier in a path.
fn in_path<'p>(template: &str, path: &'p str) -> Option<&'p str> {
    template.split('/').zip(path.split('/')).find(|(part, _)| part.starts_with('{')).map(|(_, id)| id)
}
