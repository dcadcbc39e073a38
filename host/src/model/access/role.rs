//! What people work as, and what that lets them do.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Scope;
use crate::model::Actor;

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
                VisitsRead,
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
                VisitsRead,
                VisitsWrite,
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
                VisitsRead,
                VisitsWrite,
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
                VisitsRead,
                VisitsWrite,
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
