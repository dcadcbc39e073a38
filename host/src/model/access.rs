//! Who may do what: roles, the scopes they come with, and how far a grant reaches.
//!
//! Invariant: [`Role::scopes`] is the only place that says what a role may do; an endpoint names one [`Scope`], and
//! nothing else decides whether it answers. Deliberately absent: what the booking rules allow a customer or a provider to
//! do with an appointment of theirs, which is the rules' business.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Actor, BranchId, CompanyId, CustomerId, FieldError, ProviderId};

/// What somebody works as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sets everything up; without a company also accounts, API keys and connections.
    Administrator,
    /// Sees to it that the books are right.
    Accountant,
    /// Decides who goes where and when.
    Dispatcher,
    /// Books for customers.
    FrontDesk,
    /// Does the work; sees their own appointments only.
    Technician,
    /// Writes and watches extensions.
    RuleAuthor,
    /// Is served; sees their own appointments only.
    Customer,
}

/// What an endpoint needs, and what an API key can be limited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub enum Scope {
    /// To know oneself: who one is, one's sessions, one's password.
    #[serde(rename = "self")]
    Own,
    /// To see accounts, API keys and what was done with them.
    #[serde(rename = "accounts:read")]
    AccountsRead,
    /// To make and change accounts and API keys.
    #[serde(rename = "accounts:write")]
    AccountsWrite,
    /// To see companies, branches, services, providers and units.
    #[serde(rename = "catalogue:read")]
    CatalogueRead,
    /// To change them.
    #[serde(rename = "catalogue:write")]
    CatalogueWrite,
    /// To enter time away.
    #[serde(rename = "leave:write")]
    LeaveWrite,
    /// To see a customer and their cases.
    #[serde(rename = "customers:read")]
    CustomersRead,
    /// To look through all of them.
    #[serde(rename = "customers:list")]
    CustomersList,
    /// To change them.
    #[serde(rename = "customers:write")]
    CustomersWrite,
    /// To search for openings.
    #[serde(rename = "openings:read")]
    OpeningsRead,
    /// To see appointments, bookings, series and places on the waitlist.
    #[serde(rename = "appointments:read")]
    AppointmentsRead,
    /// To book, to move and to call off.
    #[serde(rename = "appointments:book")]
    AppointmentsBook,
    /// To accept and to decline.
    #[serde(rename = "appointments:answer")]
    AppointmentsAnswer,
    /// To say what was paid.
    #[serde(rename = "payments:write")]
    PaymentsWrite,
    /// To see what happened, by whom and why.
    #[serde(rename = "trail:read")]
    TrailRead,
    /// To say how the work goes.
    #[serde(rename = "appointments:work")]
    AppointmentsWork,
    /// To decide who performs it, and to put mistakes right.
    #[serde(rename = "appointments:dispatch")]
    AppointmentsDispatch,
    /// To make links for customers.
    #[serde(rename = "links:write")]
    LinksWrite,
    /// To see what became of a company's work, added up.
    #[serde(rename = "reports:read")]
    ReportsRead,
    /// To see documents, deliveries and findings.
    #[serde(rename = "books:read")]
    BooksRead,
    /// To do something about them.
    #[serde(rename = "books:write")]
    BooksWrite,
    /// To see which rules and extensions decide, and what extensions said.
    #[serde(rename = "rules:read")]
    RulesRead,
    /// To change where extensions are used.
    #[serde(rename = "rules:write")]
    RulesWrite,
}

impl Scope {
    /// As the API calls it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "self",
            Self::AccountsRead => "accounts:read",
            Self::AccountsWrite => "accounts:write",
            Self::CatalogueRead => "catalogue:read",
            Self::CatalogueWrite => "catalogue:write",
            Self::LeaveWrite => "leave:write",
            Self::CustomersRead => "customers:read",
            Self::CustomersList => "customers:list",
            Self::CustomersWrite => "customers:write",
            Self::OpeningsRead => "openings:read",
            Self::AppointmentsRead => "appointments:read",
            Self::AppointmentsBook => "appointments:book",
            Self::AppointmentsAnswer => "appointments:answer",
            Self::PaymentsWrite => "payments:write",
            Self::TrailRead => "trail:read",
            Self::AppointmentsWork => "appointments:work",
            Self::AppointmentsDispatch => "appointments:dispatch",
            Self::LinksWrite => "links:write",
            Self::ReportsRead => "reports:read",
            Self::BooksRead => "books:read",
            Self::BooksWrite => "books:write",
            Self::RulesRead => "rules:read",
            Self::RulesWrite => "rules:write",
        }
    }

    /// Every scope.
    pub const ALL: [Self; 23] = [
        Self::Own,
        Self::AccountsRead,
        Self::AccountsWrite,
        Self::CatalogueRead,
        Self::CatalogueWrite,
        Self::LeaveWrite,
        Self::CustomersRead,
        Self::CustomersList,
        Self::CustomersWrite,
        Self::OpeningsRead,
        Self::AppointmentsRead,
        Self::AppointmentsBook,
        Self::AppointmentsAnswer,
        Self::PaymentsWrite,
        Self::TrailRead,
        Self::AppointmentsWork,
        Self::AppointmentsDispatch,
        Self::LinksWrite,
        Self::ReportsRead,
        Self::BooksRead,
        Self::BooksWrite,
        Self::RulesRead,
        Self::RulesWrite,
    ];

    /// Whether it is about what everybody of a company may know, so that a grant for a branch, a provider or a customer
    /// reaches all of the company.
    #[must_use]
    pub const fn is_common(self) -> bool {
        matches!(self, Self::CatalogueRead | Self::OpeningsRead)
    }

    /// Whether what belongs to a whole company is out of reach of those who are bound to a branch of it.
    #[must_use]
    pub const fn is_by_branch(self) -> bool {
        matches!(
            self,
            Self::CatalogueWrite
                | Self::LeaveWrite
                | Self::ReportsRead
                | Self::BooksRead
                | Self::BooksWrite
                | Self::RulesRead
                | Self::RulesWrite
                | Self::PaymentsWrite
        )
    }
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 7] = [
        Self::Administrator,
        Self::Accountant,
        Self::Dispatcher,
        Self::FrontDesk,
        Self::Technician,
        Self::RuleAuthor,
        Self::Customer,
    ];

    /// As the API calls it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Accountant => "accountant",
            Self::Dispatcher => "dispatcher",
            Self::FrontDesk => "front_desk",
            Self::Technician => "technician",
            Self::RuleAuthor => "rule_author",
            Self::Customer => "customer",
        }
    }

    /// What they may do. Customers do not see the catalogue itself, which has commissions and colleagues' leave in it.
    #[must_use]
    pub const fn scopes(self) -> &'static [Scope] {
        use Scope::*;
        match self {
            Self::Administrator => &Scope::ALL,
            Self::Accountant => &[
                Own,
                CatalogueRead,
                CustomersRead,
                CustomersList,
                AppointmentsRead,
                TrailRead,
                PaymentsWrite,
                ReportsRead,
                BooksRead,
                BooksWrite,
            ],
            Self::Dispatcher => &[
                Own,
                CatalogueRead,
                LeaveWrite,
                CustomersRead,
                CustomersList,
                CustomersWrite,
                OpeningsRead,
                AppointmentsRead,
                AppointmentsBook,
                AppointmentsAnswer,
                PaymentsWrite,
                TrailRead,
                AppointmentsWork,
                AppointmentsDispatch,
                LinksWrite,
                ReportsRead,
            ],
            Self::FrontDesk => &[
                Own,
                CatalogueRead,
                CustomersRead,
                CustomersList,
                CustomersWrite,
                OpeningsRead,
                AppointmentsRead,
                AppointmentsBook,
                AppointmentsAnswer,
                PaymentsWrite,
                TrailRead,
                LinksWrite,
            ],
            // A follow-up wants a time.
            Self::Technician => &[
                Own,
                CatalogueRead,
                CustomersRead,
                OpeningsRead,
                AppointmentsRead,
                AppointmentsAnswer,
                AppointmentsWork,
            ],
            // What they write is put to use by somebody else.
            Self::RuleAuthor => &[Own, CatalogueRead, RulesRead],
            Self::Customer => {
                &[Own, CustomersRead, OpeningsRead, AppointmentsRead, AppointmentsBook, AppointmentsAnswer]
            }
        }
    }

    /// Whether they may do this.
    #[must_use]
    pub fn may(self, scope: Scope) -> bool {
        self.scopes().contains(&scope)
    }

    /// As whom their commands come, where they have no choice.
    #[must_use]
    pub const fn speaks_as(self) -> Option<Actor> {
        match self {
            Self::Technician => Some(Actor::Provider),
            Self::Customer => Some(Actor::Customer),
            Self::Administrator
            | Self::Accountant
            | Self::Dispatcher
            | Self::FrontDesk
            | Self::RuleAuthor => None,
        }
    }
}

/// A role, and how far it reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// What they work as.
    pub role: Role,
    /// Only in this company; none means in every one.
    #[serde(default)]
    pub company: Option<CompanyId>,
    /// Only at this branch of it.
    #[serde(default)]
    pub branch: Option<BranchId>,
    /// Of a technician, who they are.
    #[serde(default)]
    pub provider: Option<ProviderId>,
    /// Of a customer, who they are.
    #[serde(default)]
    pub customer: Option<CustomerId>,
}

impl Grant {
    /// A role in every company.
    #[must_use]
    pub const fn everywhere(role: Role) -> Self {
        Self { role, company: None, branch: None, provider: None, customer: None }
    }

    /// What is wrong with its shape. Whether the records it names exist is the use case's question.
    #[must_use]
    pub fn check(&self, path: &str) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut wrong = |field: &str, message: &str| {
            errors.push(FieldError { field: format!("{path}.{field}"), message: message.to_owned() });
        };
        let (technician, customer) = (self.role == Role::Technician, self.role == Role::Customer);
        if technician != self.provider.is_some() {
            wrong("provider", "is named for a technician, and for nobody else");
        }
        if customer != self.customer.is_some() {
            wrong("customer", "is named for a customer, and for nobody else");
        }
        if self.company.is_none() && (technician || customer || self.branch.is_some()) {
            wrong("company", "has to be named");
        }
        if self.branch.is_some() && (technician || customer) {
            wrong("branch", "is not named for a technician or a customer");
        }
        errors
    }

    /// Whether it reaches everything there is.
    #[must_use]
    pub const fn is_everywhere(&self) -> bool {
        self.company.is_none()
    }

    /// The grant without what does not count for this scope.
    #[must_use]
    pub const fn within(self, scope: Scope) -> Self {
        if scope.is_common() { Self { branch: None, provider: None, customer: None, ..self } } else { self }
    }

    /// Whether it reaches something that is at this place.
    #[must_use]
    pub fn reaches(&self, place: &Place, scope: Scope) -> bool {
        fn is<T: PartialEq>(wanted: Option<T>, found: Option<T>) -> bool {
            wanted.is_none() || wanted == found
        }
        let grant = self.within(scope);
        // What belongs to a whole company, as a customer does, is in reach of its branches, but for some scopes.
        let common = place.branch.is_none() && !scope.is_by_branch();
        is(grant.company, place.company)
            && (common || is(grant.branch, place.branch))
            && is(grant.provider, place.provider)
            && is(grant.customer, place.customer)
    }

    /// Whether something at this place may be named in a request: nothing of it is somebody else's.
    #[must_use]
    pub fn admits(&self, place: &Place, scope: Scope) -> bool {
        fn is<T: PartialEq>(wanted: Option<T>, found: Option<T>) -> bool {
            wanted.is_none() || found.is_none() || wanted == found
        }
        let grant = self.within(scope);
        is(grant.company, place.company)
            && is(grant.branch, place.branch)
            && is(grant.provider, place.provider)
            && is(grant.customer, place.customer)
    }
}

/// Where something is, as far as that says who may reach it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// Its company.
    pub company: Option<CompanyId>,
    /// Its branch, if it belongs to one.
    pub branch: Option<BranchId>,
    /// Who performs it.
    pub provider: Option<ProviderId>,
    /// Whose it is.
    pub customer: Option<CustomerId>,
}

/// On whose behalf a command comes, and who sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acting {
    /// On whose behalf.
    pub actor: Actor,
    /// The account or the API key; none where the host acts by itself.
    pub by: Option<Uuid>,
}

impl From<Actor> for Acting {
    fn from(actor: Actor) -> Self {
        Self { actor, by: None }
    }
}

/// Who sent a command, as the trail names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct By {
    /// The account or the API key.
    pub id: Uuid,
    /// What it is called now, as the store knows; none before it is stored.
    #[serde(default)]
    pub name: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id<T: From<Uuid>>(n: u128) -> T {
        Uuid::from_u128(n).into()
    }

    #[test]
    fn scopes_and_roles_are_called_as_json_calls_them() {
        for scope in Scope::ALL {
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.as_str());
        }
        for role in Role::ALL {
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
        }
    }

    #[test]
    fn everybody_may_know_themselves_and_nobody_but_an_administrator_others() {
        for role in Role::ALL {
            assert!(role.may(Scope::Own), "{role:?}");
            let administers = role == Role::Administrator;
            assert_eq!(
                role.may(Scope::AccountsRead) || role.may(Scope::AccountsWrite),
                administers,
                "{role:?}"
            );
        }
    }

    #[test]
    fn a_grant_reaches_no_further_than_it_says() {
        let desk = Grant { company: Some(id(1)), branch: Some(id(2)), ..Grant::everywhere(Role::FrontDesk) };
        let here = Place { company: Some(id(1)), branch: Some(id(2)), ..Place::default() };
        assert!(desk.reaches(&here, Scope::AppointmentsRead));
        assert!(desk.reaches(&Place { branch: None, ..here }, Scope::CustomersRead), "of the company");
        let elsewhere = Place { branch: Some(id(3)), ..here };
        assert!(!desk.reaches(&elsewhere, Scope::AppointmentsRead));
        assert!(desk.reaches(&elsewhere, Scope::CatalogueRead), "what everybody may know");
        for scope in Scope::ALL {
            assert!(!desk.reaches(&Place { company: Some(id(9)), ..here }, scope), "{scope:?}");
            assert!(!desk.reaches(&Place::default(), scope), "what belongs to no company: {scope:?}");
            assert!(Grant::everywhere(Role::Administrator).reaches(&elsewhere, scope));
        }
    }

    #[test]
    fn a_technician_and_a_customer_reach_their_own() {
        let technician =
            Grant { company: Some(id(1)), provider: Some(id(4)), ..Grant::everywhere(Role::Technician) };
        let customer =
            Grant { company: Some(id(1)), customer: Some(id(5)), ..Grant::everywhere(Role::Customer) };
        let place = |provider: Option<u128>, customer: Option<u128>| Place {
            company: Some(id(1)),
            branch: Some(id(2)),
            provider: provider.map(id),
            customer: customer.map(id),
        };
        let scope = Scope::AppointmentsRead;
        assert!(technician.reaches(&place(Some(4), Some(6)), scope));
        assert!(!technician.reaches(&place(Some(7), Some(6)), scope));
        assert!(!technician.reaches(&place(None, Some(6)), scope));
        assert!(customer.reaches(&place(Some(7), Some(5)), scope));
        assert!(!customer.reaches(&place(Some(7), Some(6)), scope));
        assert!(!customer.reaches(&place(Some(7), None), scope));
    }

    #[test]
    fn a_grant_has_to_say_whose_it_is() {
        assert!(Grant::everywhere(Role::Administrator).check("g").is_empty());
        assert!(!Grant::everywhere(Role::Technician).check("g").is_empty());
        assert!(!Grant::everywhere(Role::Customer).check("g").is_empty());
        let whose = Grant { customer: Some(id(1)), ..Grant::everywhere(Role::FrontDesk) };
        assert!(!whose.check("g").is_empty());
        let where_ = Grant { branch: Some(id(1)), ..Grant::everywhere(Role::FrontDesk) };
        assert!(!where_.check("g").is_empty());
    }
}
