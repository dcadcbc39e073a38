//! The frame around the portal's pages, and the pages that say that something is not there.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::assets;
use super::super::trouble::Trouble;
use super::super::words;
use crate::app::{App, Offer, Result};
use crate::model::{Company, CompanyId};

/// The frame of a page.
pub(super) struct Frame {
    pub(super) title: String,
    /// Whose page it is; nobody's where that is not known, or not said.
    pub(super) name: String,
    /// Where booking begins, if it is open.
    pub(super) home: Option<String>,
    pub(super) style: &'static str,
    pub(super) script: &'static str,
}

impl Frame {
    /// A page about which nothing is known.
    pub(super) fn plain(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            name: "Booking".to_owned(),
            home: None,
            style: &assets::STYLE.path,
            script: &assets::SCRIPT.path,
        }
    }

    /// A page on which somebody books.
    pub(super) fn of(offer: &Offer, title: &str) -> Self {
        Self { name: offer.name().to_owned(), home: Some(home(offer.id)), ..Self::plain(title) }
    }

    /// A page about a visit with a company, whether or not it lets anybody book.
    pub(super) async fn about(app: &App, id: CompanyId, title: &str) -> Result<(Self, Company)> {
        let company = app.get::<Company>(id.0).await?.data;
        let name = company.portal.name.clone().unwrap_or_else(|| company.name.clone());
        let home = (company.active && company.portal.open).then(|| home(id));
        Ok((Self { name, home, ..Self::plain(title) }, company))
    }
}

/// Where booking with a company begins.
pub(super) fn home(id: CompanyId) -> String {
    format!("/portal/{id}")
}

#[derive(Template)]
#[template(path = "portal/problem.html")]
struct ProblemPage<'a> {
    frame: Frame,
    trouble: &'a Trouble,
}

#[derive(Template)]
#[template(path = "portal/gone.html")]
struct Gone {
    frame: Frame,
}

/// A problem as a page of the portal.
pub(super) fn trouble(trouble: &Trouble) -> Response {
    let title = if trouble.title.is_empty() { "It did not work" } else { &trouble.title };
    words::html(trouble.status(), &ProblemPage { frame: Frame::plain(title), trouble })
}

/// A link that leads nowhere. Why is not said: forged, too old and used look the same.
pub(super) fn gone() -> Response {
    words::html(StatusCode::GONE, &Gone { frame: Frame::plain("This link does not work any more") })
}
