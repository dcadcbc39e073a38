//! Roles, scopes, how accounts stand and where grants reach, in words for people.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::app::{App, Standing};
use crate::http::problem::Problem;
use crate::model::{Grant, Role, Scope};

/// What is said of a record that a grant names and that is gone, as a sample company is.
const GONE: &str = "one that is gone";

/// A grant as pages show it.
pub(in crate::http::web) struct GrantLine {
    pub(in crate::http::web) role: &'static str,
    pub(in crate::http::web) place: String,
    /// What a form calls it.
    pub(in crate::http::web) key: String,
}

/// How something stands, as a badge.
pub(super) struct Badge {
    pub(super) tone: &'static str,
    pub(super) label: &'static str,
}

/// Grants in words, with the names of what they reach.
pub(in crate::http::web) async fn grants(app: &App, grants: &[Grant]) -> Result<Vec<GrantLine>, Problem> {
    let names = names(app, grants).await?;
    Ok(lines(grants, &names))
}

/// What all that these grants name is called, looked up at once.
pub(super) async fn names<'g>(
    app: &App,
    grants: impl IntoIterator<Item = &'g Grant>,
) -> Result<HashMap<Uuid, String>, Problem> {
    let mut ids: Vec<Uuid> = grants.into_iter().flat_map(named).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(app.names(&ids).await?.into_iter().collect())
}

fn named(grant: &Grant) -> impl Iterator<Item = Uuid> + use<> {
    let Grant { role: _, company, branch, provider, customer } = *grant;
    let ids =
        [company.map(Uuid::from), branch.map(Uuid::from), provider.map(Uuid::from), customer.map(Uuid::from)];
    ids.into_iter().flatten()
}

pub(super) fn lines(grants: &[Grant], names: &HashMap<Uuid, String>) -> Vec<GrantLine> {
    let line =
        |grant: &Grant| GrantLine { role: role(grant.role), place: place(grant, names), key: key(grant) };
    grants.iter().map(line).collect()
}

fn place(grant: &Grant, names: &HashMap<Uuid, String>) -> String {
    let name = |id: Uuid| names.get(&id).map_or(GONE, String::as_str);
    let Some(company) = grant.company else { return "everywhere".to_owned() };
    let company = name(company.into());
    let own = grant.provider.map(Uuid::from).or(grant.customer.map(Uuid::from));
    match (grant.branch, own) {
        (Some(branch), _) => format!("{company}, {}", name(branch.into())),
        (None, Some(own)) => format!("{company}, as {}", name(own)),
        (None, None) => company.to_owned(),
    }
}

/// What a form calls a grant that somebody has.
pub(super) fn key(grant: &Grant) -> String {
    let ids: Vec<String> = named(grant).map(|id| id.to_string()).collect();
    format!("{}|{}", grant.role.as_str(), ids.join("|"))
}

/// The role that is called so.
pub(super) fn role_called(text: &str) -> Option<Role> {
    Role::ALL.into_iter().find(|role| role.as_str() == text)
}

/// A role in words.
pub(super) const fn role(role: Role) -> &'static str {
    match role {
        Role::Administrator => "Administrator",
        Role::Accountant => "Accountant",
        Role::Dispatcher => "Dispatcher",
        Role::FrontDesk => "Front desk",
        Role::Technician => "Technician",
        Role::RuleAuthor => "Rule author",
        Role::Customer => "Customer",
    }
}

/// What somebody with a role does.
pub(super) const fn does(role: Role) -> &'static str {
    match role {
        Role::Administrator => {
            "Sets everything up. Everywhere also people, API keys, connections and new companies."
        }
        Role::Accountant => "Sees appointments and customers, enters payments, keeps the books right.",
        Role::Dispatcher => "Books, moves, reassigns and corrects; enters leave. Does not see the books.",
        Role::FrontDesk => "Books, moves and cancels for customers, and enters payments.",
        Role::Technician => "Sees and does their own appointments, on a phone too.",
        Role::RuleAuthor => "Sees which rules and extensions decide, and what extensions said.",
        Role::Customer => "Sees, books and moves their own appointments.",
    }
}

/// What a scope allows, after "may".
pub(super) const fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Own => "know itself",
        Scope::AccountsRead => "see people and API keys",
        Scope::AccountsWrite => "change people and API keys",
        Scope::CatalogueRead => "see companies, branches, services, providers and units",
        Scope::CatalogueWrite => "change companies, branches, services, providers and units",
        Scope::LeaveWrite => "enter leave",
        Scope::CustomersRead => "see a customer",
        Scope::CustomersList => "look through all customers",
        Scope::CustomersWrite => "change customers",
        Scope::OpeningsRead => "search for openings",
        Scope::AppointmentsRead => "see appointments",
        Scope::AppointmentsBook => "book, move and cancel",
        Scope::AppointmentsAnswer => "accept and decline",
        Scope::PaymentsWrite => "enter payments",
        Scope::TrailRead => "see who did what",
        Scope::AppointmentsWork => "say how the work goes",
        Scope::VisitsRead => "see notes and photos of visits",
        Scope::VisitsWrite => "add notes and photos",
        Scope::AppointmentsDispatch => "reassign and correct",
        Scope::LinksWrite => "make links for customers",
        Scope::ReportsRead => "see reports",
        Scope::BooksRead => "see the books",
        Scope::BooksWrite => "mend the books",
        Scope::RulesRead => "see rules and extensions",
        Scope::RulesWrite => "change where extensions are used",
    }
}

/// How an account stands, as a badge.
pub(super) const fn badge(standing: Standing) -> Badge {
    let (tone, label) = match standing {
        Standing::Off => ("cancelled", "Off"),
        Standing::Active => ("done", "Active"),
        Standing::Locked(_) => ("parked", "Locked"),
        Standing::Invited(_) => ("scheduled", "Invited"),
        Standing::Uninvited => ("pending", "Link ran out"),
    };
    Badge { tone, label }
}

/// What follows from how an account stands; nothing where nothing does.
pub(super) fn standing(standing: Standing) -> String {
    match standing {
        Standing::Active => String::new(),
        Standing::Off => "Nobody logs in with it. What was done with it stays.".to_owned(),
        Standing::Locked(until) => {
            format!("There were too many tries with a wrong password. The next is possible at {}.", at(until))
        }
        Standing::Invited(until) => {
            format!("They have not set a password yet. Their link holds until {}.", at(until))
        }
        Standing::Uninvited => {
            "They have no password yet, and their link ran out. Make a new one.".to_owned()
        }
    }
}

/// A moment. People of all companies are listed here, so that no branch's zone would do.
pub(in crate::http::web) fn at(at: DateTime<Utc>) -> String {
    at.format("%-d %b %Y, %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_says_how_far_it_reaches() {
        let ids: [Uuid; 4] = std::array::from_fn(|n| Uuid::from_u128(n as u128 + 1));
        let names: HashMap<Uuid, String> =
            ids.into_iter().zip(["Praxis", "Mitte", "Kim", "Ana"].map(str::to_owned)).collect();
        let all = Grant::everywhere(Role::Administrator);
        let company = Some(ids[0].into());
        let desk = Grant { company, branch: Some(ids[1].into()), ..Grant::everywhere(Role::FrontDesk) };
        let kim = Grant { company, provider: Some(ids[2].into()), ..Grant::everywhere(Role::Technician) };
        let gone = Grant { company: Some(Uuid::nil().into()), ..all };
        let said: Vec<_> = lines(&[all, desk, kim, gone], &names)
            .into_iter()
            .map(|line| format!("{} {}", line.role, line.place))
            .collect();
        assert_eq!(
            said,
            [
                "Administrator everywhere",
                "Front desk Praxis, Mitte",
                "Technician Praxis, as Kim",
                "Administrator one that is gone"
            ]
        );
        assert_ne!(key(&all), key(&gone));
    }
}
