//! Who may do what: roles, the scopes they come with, and how far a grant reaches.
//!
//! Invariant: [`Role::scopes`] is the only place that says what a role may do; an endpoint names one [`Scope`], and
//! nothing else decides whether it answers. Deliberately absent: what the booking rules allow a customer or a provider to
//! do with an appointment of theirs, which is the rules' business.

mod role;
mod scope;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use role::Role;
pub use scope::Scope;

use super::{Actor, BranchId, CompanyId, CustomerId, FieldError, ProviderId};

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
