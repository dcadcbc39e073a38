//! The part of a form that chooses a role and how far it reaches: for a person, and for a key.
//!
//! All of it is in the page. The style sheet shows what the chosen role asks for, so that it works without a script.

use askama::Template;
use uuid::Uuid;

use super::super::form::Form;
use super::super::names::choices;
use super::super::words::Choice;
use super::super::wrong::Wrong;
use super::say;
use crate::app::{App, Error};
use crate::http::problem::Problem;
use crate::model::{
    Branch, BranchId, Company, CompanyId, Customer, CustomerId, FieldError, Grant, Provider, ProviderId, Role,
};
use crate::store::{CustomerFilter, Page};

/// What is chosen to reach everything.
const EVERYWHERE: &str = "everywhere";

/// Customers that are offered of those who are found; of more, somebody types more of the name.
const OFFERED: u32 = 10;

/// A role to choose.
struct RoleChoice {
    value: &'static str,
    label: &'static str,
    does: &'static str,
    is_chosen: bool,
}

/// The records of a company to choose from.
struct Group {
    company: String,
    choices: Vec<Choice>,
}

/// What is wrong with each part.
struct Faults {
    role: String,
    reach: String,
    provider: String,
    customer: String,
}

/// The fields.
#[derive(Template)]
#[template(path = "accounts/choose.html")]
pub(super) struct Choose {
    roles: Vec<RoleChoice>,
    reaches: Vec<Choice>,
    providers: Vec<Group>,
    sought: String,
    customers: Vec<Choice>,
    wrong: Faults,
}

impl Choose {
    /// The fields as a form has them.
    pub(super) async fn of(app: &App, form: &Form, wrong: &Wrong) -> Result<Self, Problem> {
        let companies = choices::<Company>(app, None, "").await?;
        let of_roles = |role: Role| RoleChoice {
            value: role.as_str(),
            label: say::role(role),
            does: say::does(role),
            is_chosen: form.text("role") == role.as_str(),
        };
        Ok(Self {
            roles: Role::ALL.into_iter().map(of_roles).collect(),
            reaches: reaches(app, &companies, form.text("reach")).await?,
            providers: providers(app, &companies, form.text("provider")).await?,
            sought: form.text("customer-name").to_owned(),
            customers: found(app, form).await?,
            wrong: Faults {
                role: wrong.at("role"),
                reach: wrong.at("reach"),
                provider: wrong.at("provider"),
                customer: wrong.at("customer-name"),
            },
        })
    }

    /// What the page calls these fields where one of them is wrong.
    pub(super) fn labels() -> [(String, String); 4] {
        [
            ("role", "Role"),
            ("reach", "How far it reaches"),
            ("provider", "Whose work they do"),
            ("customer-name", "Which customer"),
        ]
        .map(|(field, label)| (field.to_owned(), label.to_owned()))
    }
}

async fn reaches(app: &App, companies: &[Choice], chosen: &str) -> Result<Vec<Choice>, Problem> {
    let choice = |value: String, label: String| Choice { is_chosen: value == chosen, value, label };
    let mut all = vec![choice(EVERYWHERE.to_owned(), "Everywhere".to_owned())];
    for company in companies {
        let branches = match company.value.parse::<CompanyId>() {
            Ok(id) => choices::<Branch>(app, Some(id), "").await?,
            Err(_) => Vec::new(),
        };
        all.push(choice(company.value.clone(), company.label.clone()));
        // Of one branch there is nothing to choose, until there is a second.
        let several = branches.len() > 1;
        let of_branch = |branch: Choice| {
            let value = format!("{}/{}", company.value, branch.value);
            choice(value, format!("{}, only {}", company.label, branch.label))
        };
        all.extend(branches.into_iter().map(of_branch).filter(|one| several || one.is_chosen));
    }
    Ok(all)
}

async fn providers(app: &App, companies: &[Choice], chosen: &str) -> Result<Vec<Group>, Problem> {
    let mut groups = Vec::new();
    for company in companies {
        let Ok(id) = company.value.parse::<CompanyId>() else { continue };
        let choices = choices::<Provider>(app, Some(id), chosen).await?;
        groups.push(Group { company: company.label.clone(), choices });
    }
    groups.retain(|group| !group.choices.is_empty());
    Ok(groups)
}

/// The customers whom the text in the form finds at the company in it.
async fn found(app: &App, form: &Form) -> Result<Vec<Choice>, Problem> {
    let text = form.text("customer-name");
    let Some(company) = reach(form.text("reach")).and_then(|(company, _)| company) else {
        return Ok(Vec::new());
    };
    if text.is_empty() || text.contains('\0') {
        return Ok(Vec::new());
    }
    let filter = CustomerFilter { company, text: Some(text.to_owned()), active: false };
    let found = app.customers(&filter, Page { after: None, limit: OFFERED }).await?;
    let choice = |customer: crate::model::Stored<Customer>| {
        let value = customer.id.to_string();
        let Customer { name, email, phone, .. } = customer.data;
        let label = [Some(name), email, phone].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        Choice { is_chosen: value == form.text("customer"), value, label }
    };
    Ok(found.into_iter().map(choice).collect())
}

/// A choice of how far something reaches: a company, and a branch of it; none of either reaches everything.
fn reach(text: &str) -> Option<(Option<CompanyId>, Option<BranchId>)> {
    if text == EVERYWHERE {
        return Some((None, None));
    }
    let (company, branch) = text.split_once('/').map_or((text, None), |(one, other)| (one, Some(other)));
    let branch = branch.map(str::parse).transpose().ok()?;
    Some((Some(company.parse().ok()?), branch))
}

/// The grant that a form asks for, or what is wrong with it.
pub(super) async fn read(app: &App, form: &Form) -> Result<Result<Grant, Vec<FieldError>>, Problem> {
    let wrong = |field: &str, message: &str| {
        Err(vec![FieldError { field: field.to_owned(), message: message.to_owned() }])
    };
    let Some(role) = say::role_called(form.text("role")) else {
        return Ok(wrong("role", "has to be chosen"));
    };
    let grant = Grant::everywhere(role);
    if role == Role::Technician {
        let Some(provider) = form.text("provider").parse::<Uuid>().ok() else {
            return Ok(wrong("provider", "has to be chosen"));
        };
        return Ok(match app.get::<Provider>(provider).await {
            Ok(found) => Ok(Grant {
                company: Some(found.company.into()),
                provider: Some(ProviderId(provider)),
                ..grant
            }),
            Err(Error::Missing { .. }) => wrong("provider", "is not there any longer"),
            Err(error) => return Err(error.into()),
        });
    }
    let Some((company, branch)) = reach(form.text("reach")) else {
        return Ok(wrong("reach", "has to be chosen"));
    };
    if role != Role::Customer {
        return Ok(Ok(Grant { company, branch, ..grant }));
    }
    if company.is_none() {
        return Ok(wrong("reach", "has to be a company: nobody is a customer of all"));
    }
    Ok(match customer(app, form).await? {
        Ok(customer) => Ok(Grant { company, customer: Some(customer), ..grant }),
        Err(message) => wrong("customer-name", message),
    })
}

/// The customer who is chosen of those that the form found, if it looked for the same.
async fn customer(app: &App, form: &Form) -> Result<Result<CustomerId, &'static str>, Problem> {
    let text = form.text("customer-name");
    if text.is_empty() {
        return Ok(Err("has to be said: a name, an e-mail address, a telephone number or a code"));
    }
    let is_same = form.text("customer-sought") == text;
    match form.text("customer").parse() {
        Ok(customer) if is_same => Ok(Ok(customer)),
        _ if found(app, form).await?.is_empty() => Ok(Err("finds nobody at this company")),
        _ => Ok(Err("finds these: choose one")),
    }
}

/// What a use case said of a grant, at the fields that the form has for it.
pub(super) fn at_fields(mut wrong: Wrong) -> Wrong {
    for error in &mut wrong.fields {
        let Some(part) = error.field.strip_prefix("grants").map(|rest| rest.rsplit('.').next()) else {
            continue;
        };
        error.field = match part {
            Some("company" | "branch") => "reach",
            Some("provider") => "provider",
            Some("customer") => "customer-name",
            _ => "role",
        }
        .to_owned();
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reach_is_everything_a_company_or_a_branch() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(reach(EVERYWHERE), Some((None, None)));
        assert_eq!(reach(&one.to_string()), Some((Some(one.into()), None)));
        assert_eq!(reach(&format!("{one}/{other}")), Some((Some(one.into()), Some(other.into()))));
        for text in ["", "x", "/", &format!("{one}/"), &format!("{one}/x")] {
            assert_eq!(reach(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_grant_stands_at_a_field_of_the_form() {
        let fields = ["login", "grants", "grants[3].branch", "grants[0].customer"];
        let error = |field: &str| FieldError { field: field.to_owned(), message: "is wrong".to_owned() };
        let wrong = at_fields(Wrong::fields(fields.into_iter().map(error).collect()));
        let at: Vec<_> = wrong.fields.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(at, ["login", "role", "reach", "customer-name"]);
    }
}
