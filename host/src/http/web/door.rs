//! The door before the pages: who comes in, from where, and what of it they may see.
//!
//! Invariants: a form is read only if it comes from a page of ours and carries the session's token. The gate is asked with
//! the query as it is handed on: no field empty, none twice. Whatever goes wrong behind it is shown as a page.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::{BodyExt, Limited as Measured};
use url::{Position, Url, form_urlencoded};

use super::accounts;
use super::customers;
use super::form::Form;
use super::kept;
use super::phone;
use super::setup;
use super::trouble::{self, Trouble};
use super::upload;
use super::words::{self, Shell, Way};
use crate::app::{App, Identity, Target};
use crate::codes;
use crate::http::auth::{Caller, Door};
use crate::http::gate::{self, About, Limited};
use crate::http::problem::{MEDIA_TYPE, Problem};
use crate::http::site;
use crate::http::visits::UPLOADS;
use crate::model::{Appointment, AppointmentId, CompanyId, CustomerId, Delivery, Grant, Place, Scope};
use crate::store::Sample;

/// Bytes of a form: notes of 10,000 characters in any script fit.
const FORM: usize = 256 * 1024;

/// Whoever works on a page.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) app: Arc<App>,
    pub(super) identity: Identity,
    pub(super) csrf: String,
    /// What was just done, as the address says.
    done: String,
    /// The sample company there is, for whoever may remove it.
    sample: Option<Sample>,
}

impl Desk {
    /// The frame of a page; `here` is the way that leads to it.
    pub(super) fn shell(&self, title: &str, here: &str) -> Shell {
        let may = |scope| !self.identity.grants_for(scope).is_empty();
        let ways = [
            (phone::PATH, "My day", !phone::own(&self.identity).is_empty()),
            ("/appointments", "Appointments", may(Scope::AppointmentsRead)),
            // Customers do not see the catalogue, nor who else is served.
            ("/board", "Board", may(Scope::AppointmentsRead) && may(Scope::CatalogueRead)),
            (customers::PATH, "Customers", may(Scope::CustomersList)),
            ("/book", "New booking", may(Scope::AppointmentsBook) && may(Scope::CustomersList)),
            ("/books", "Books", may(Scope::BooksRead)),
            ("/reports", "Reports", may(Scope::ReportsRead)),
            ("/rules", "Rules", may(Scope::RulesRead)),
            (accounts::PATH, "People", accounts::may(self)),
        ];
        let ways = ways.into_iter().filter(|(_, _, may)| *may);
        Shell {
            nav: ways.map(|(path, label, _)| Way { path, label, is_here: path == here }).collect(),
            who: Some(self.identity.label.clone()),
            csrf: self.csrf.clone(),
            flash: words::done(&self.done),
            sample: self.sample.as_ref().map(|one| (one.name.clone(), setup::removal(one.company))),
            ..Shell::outside(title)
        }
    }

    /// The frame of a page about an appointment. An address is looked at again later: what was done is said while it is so.
    pub(super) fn shell_of(&self, of: &Appointment) -> Shell {
        let shell = self.shell(&of.name, "/appointments");
        Shell { flash: shell.flash.filter(|_| words::stands(&self.done, of.status)), ..shell }
    }

    /// The same of a page about a delivery.
    pub(super) fn shell_of_delivery(&self, of: &Delivery) -> Shell {
        let shell = self.shell(&of.posting.subject, "/books");
        Shell { flash: shell.flash.filter(|_| words::is_so(&self.done, of.state)), ..shell }
    }

    /// Whether they may do this somewhere in a company.
    pub(super) fn reaches(&self, scope: Scope, company: CompanyId) -> bool {
        let grants = self.identity.grants_for(scope);
        grants.iter().any(|grant| grant.company.is_none_or(|named| named == company))
    }

    /// Where a customer of a company is shown, for whoever may see them.
    pub(super) fn customer(&self, company: CompanyId, customer: CustomerId) -> Option<String> {
        let place = Place { company: Some(company), customer: Some(customer), ..Place::default() };
        let reaches = |grant: &Grant| grant.reaches(&place, Scope::CustomersList);
        let may = self.identity.grants_for(Scope::CustomersList).iter().any(reaches);
        may.then(|| customers::path(customer))
    }

    /// Whether they may do this with an appointment.
    pub(super) async fn may(&self, scope: Scope, id: AppointmentId) -> Result<bool, Problem> {
        gate::allows(&self.app, &self.identity, scope, Target::Appointment(id)).await
    }
}

/// Has whatever goes wrong on an open page shown as a page.
pub(super) async fn legibly(request: Request, next: Next) -> Response {
    legible(None, next.run(request).await).await
}

/// Lets whoever is logged in pass to what they may see, and everybody else log in first.
pub(super) async fn enter(State(door): State<Door>, request: Request, next: Next) -> Response {
    let known = match known(&door, request.headers().clone(), request.uri().clone()).await {
        Ok(known) => known,
        Err(problem) => return trouble::page(None, &Trouble::from(&problem)),
    };
    let Some(desk) = known else { return outside(request).await };
    match admitted(&door, &desk, request).await {
        Ok(request) => legible(Some(&desk), next.run(request).await).await,
        Err(Stop::Refused(problem)) => trouble::page(Some(&desk), &Trouble::from(&problem)),
        Err(Stop::Again(page)) => *page,
    }
}

/// Sends whoever has no session to log in, without losing what they typed.
async fn outside(request: Request) -> Response {
    let way = way_back(request.method(), request.uri(), request.headers());
    if request.method().is_safe() || !kept::is_wanted(request.headers()) {
        return words::to(&way);
    }
    let kept = read(request).await.ok().and_then(|(request, form)| kept::page(None, request.uri(), &form));
    kept.unwrap_or_else(|| words::to(&way))
}

/// Why somebody with a session is not let pass.
enum Stop {
    Refused(Problem),
    /// The form is of a session that is over, and can be sent again from this page.
    Again(Box<Response>),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

async fn known(door: &Door, headers: HeaderMap, uri: Uri) -> Result<Option<Desk>, Problem> {
    let Some(secret) = door.site.session(&headers) else { return Ok(None) };
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let desk = |identity| Desk {
        app: door.app.clone(),
        identity,
        csrf: site::token(&secret),
        done: query.text("done").to_owned(),
        sample: None,
    };
    let Some(mut desk) = door.app.identify_session(&secret).await?.map(desk) else { return Ok(None) };
    if setup::may_found(&desk) {
        desk.sample = door.app.samples().await?.into_iter().next();
    }
    Ok(Some(desk))
}

async fn admitted(door: &Door, desk: &Desk, mut request: Request) -> Result<Request, Stop> {
    let mut sent = None;
    if !request.method().is_safe() {
        door.site.same_origin(request.headers())?;
        let form;
        (request, form) = read(request).await?;
        if !is_ours(&form, &desk.csrf) {
            let again =
                kept::is_wanted(request.headers()).then(|| kept::page(Some(desk), request.uri(), &form));
            let refused = || Problem::new(codes::FOREIGN_PAGE, "The form lacks the session's token.");
            return Err(again.flatten().map_or_else(|| refused().into(), |page| Stop::Again(Box::new(page))));
        }
        sent = Some(form);
    }
    *request.uri_mut() = tidy(request.uri())?;
    let template = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let template = template.unwrap_or_default();
    let need = door.needs.find(request.method(), &template).and_then(Option::as_ref);
    gate::check(&door.app, &desk.identity, need, &template, &mut request).await?;
    let lists = need.is_some_and(|need| matches!(need.about, About::List(_)));
    if let Some(limited) = request.extensions().get::<Limited>().cloned() {
        if let Some(form) = &sent {
            limited.named(&form.value()).await?;
        } else if lists {
            limited.named(&gate::query(request.uri())).await?;
        }
    }
    request.extensions_mut().insert(sent.unwrap_or_default());
    request.extensions_mut().insert(Caller(desk.identity.label.clone()));
    request.extensions_mut().insert(desk.clone());
    Ok(request)
}

async fn read(request: Request) -> Result<(Request, Form), Problem> {
    let (parts, body) = request.into_parts();
    let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    if path.ends_with(UPLOADS)
        && let Some(boundary) = upload::boundary(&parts.headers)
    {
        let form = upload::read(boundary, body, FORM).await?;
        return Ok((Request::from_parts(parts, Body::empty()), form));
    }
    let too_large = |_| Problem::new(codes::BODY_TOO_LARGE, format!("A form has at most {FORM} bytes."));
    let bytes = Measured::new(body, FORM).collect().await.map_err(too_large)?.to_bytes();
    Ok((Request::from_parts(parts, Body::empty()), Form::parse(&bytes)))
}

fn is_ours(form: &Form, csrf: &str) -> bool {
    use sha2::{Digest, Sha256};
    // Hashes are compared, so that the time it takes tells nothing.
    Sha256::digest(form.text("csrf")) == Sha256::digest(csrf)
}

/// The address with each field of its query once, and without those left empty.
fn tidy(uri: &Uri) -> Result<Uri, Problem> {
    let Some(query) = uri.query() else { return Ok(uri.clone()) };
    let query = Form::parse(query.as_bytes()).without(&[]);
    let text = if query.is_empty() { uri.path().to_owned() } else { format!("{}?{query}", uri.path()) };
    text.parse().map_err(|_| Problem::new(codes::BAD_QUERY, "The query is too long."))
}

/// Where to log in, so as to come back here; after a form, to the page that it stood on.
fn way_back(method: &Method, uri: &Uri, headers: &HeaderMap) -> String {
    let here = if method.is_safe() {
        uri.path_and_query().map(|path| path.as_str().to_owned())
    } else {
        left(headers)
    };
    match here.as_deref() {
        None | Some("/") => "/log-in".to_owned(),
        Some(here) => {
            let query = form_urlencoded::Serializer::new(String::new()).append_pair("to", here).finish();
            format!("/log-in?{query}")
        }
    }
}

/// The page that a form was sent from, as a path of this server.
fn left(headers: &HeaderMap) -> Option<String> {
    let page = Url::parse(headers.get(header::REFERER)?.to_str().ok()?).ok()?;
    own_path(&page[Position::BeforePath..Position::AfterQuery])
}

/// A path of this server, as a link to log in with carries it; none if it leads anywhere else.
pub(super) fn own_path(text: &str) -> Option<String> {
    let base = Url::parse("http://here.invalid").ok()?;
    let joined = base.join(text).ok()?;
    let own = text.starts_with('/') && joined.origin() == base.origin() && joined.username().is_empty();
    let path =
        joined.query().map_or_else(|| joined.path().to_owned(), |query| format!("{}?{query}", joined.path()));
    Some(path).filter(|path| own && !path.starts_with("//"))
}

/// A problem on its way out, as a page.
async fn legible(desk: Option<&Desk>, response: Response) -> Response {
    match trouble_in(response).await {
        Ok(response) => response,
        Err(trouble) => trouble::page(desk, &trouble),
    }
}

/// Answers whoever looks at an address in a browser with a page, also where there is none. The API, and whoever does not ask for
/// a page, get what they always get.
pub(in crate::http) async fn in_browsers(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let accepts = request.headers().get_all(header::ACCEPT).iter();
    let is_looking = accepts.filter_map(|value| value.to_str().ok()).any(|kinds| kinds.contains("text/html"));
    if !is_looking || path.starts_with("/api/") {
        return next.run(request).await;
    }
    if request.extensions().get::<MatchedPath>().is_none() {
        let problem = Problem::new(codes::NO_SUCH_PATH, format!("There is nothing at {path}."));
        return trouble::page(None, &Trouble::from(&problem));
    }
    legible(None, next.run(request).await).await
}

/// The problem that a response is, if it is one.
pub(super) async fn trouble_in(response: Response) -> Result<Response, Trouble> {
    let is_problem = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes() == MEDIA_TYPE.as_bytes());
    if !is_problem {
        return Ok(response);
    }
    let Ok(body) = response.into_body().collect().await else { return Err(Trouble::default()) };
    Err(Trouble::of(serde_json::from_slice(&body.to_bytes()).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for (text, path) in [
            ("/appointments?status=open", Some("/appointments?status=open")),
            ("/a b", Some("/a%20b")),
            ("//evil.example/x", None),
            ("/\\evil.example", None),
            ("/\t/evil.example", None),
            ("https://evil.example", None),
            ("javascript:alert(1)", None),
            ("/.//evil.example", None),
            ("", None),
        ] {
            assert_eq!(own_path(text).as_deref(), path, "{text:?}");
        }
    }

    #[test]
    fn whoever_has_to_log_in_comes_back() {
        let uri: Uri = "/appointments?text=a%26b".parse().unwrap();
        let from = |page: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::REFERER, page.parse().unwrap());
            way_back(&Method::POST, &uri, &headers)
        };
        let none = HeaderMap::new();
        assert_eq!(way_back(&Method::GET, &uri, &none), "/log-in?to=%2Fappointments%3Ftext%3Da%2526b");
        assert_eq!(way_back(&Method::POST, &uri, &none), "/log-in");
        assert_eq!(from("http://here/book?customer=1"), "/log-in?to=%2Fbook%3Fcustomer%3D1");
        for elsewhere in ["http://here//evil.example/", "about:blank", "nothing", "http://here/"] {
            assert_eq!(from(elsewhere), "/log-in", "{elsewhere}");
        }
    }
}
