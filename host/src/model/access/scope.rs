//! What can be done, each with one name.
//!
//! Deliberately absent: who may do it, which roles say.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
    /// To see what was noted and photographed at a visit.
    #[serde(rename = "visits:read")]
    VisitsRead,
    /// To note something, and to add photos.
    #[serde(rename = "visits:write")]
    VisitsWrite,
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
            Self::VisitsRead => "visits:read",
            Self::VisitsWrite => "visits:write",
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
    pub const ALL: [Self; 25] = [
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
        Self::VisitsRead,
        Self::VisitsWrite,
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
