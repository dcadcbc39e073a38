//! Invoices for what was done for a customer in a week or a month.

use axum::Json;
use axum::extract;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::Required;
use utoipa_axum::router::OpenApiRouter;

use super::answer::repeated_plainly;
use super::body::Body;
use super::commands::Nothing;
use super::extract::Id;
use super::gate::{Need, Subject};
use super::headers::ActingAs;
use super::operation::{Operation, State};
use super::problem::Problem;
use crate::app::{InvoicedView, Reply};
use crate::model::{CustomerId, Scope};

/// The operation.
pub(super) fn routes() -> OpenApiRouter<State> {
    let invoice = Operation::post("/api/v1/customers/{id}/invoice", "invoiceCustomer", "Invoice what waits")
        .says(
            "Has one invoice made of everything that is done for the customer and waits to be invoiced together, before \
             the week or month is over. Up to 100 appointments are invoiced, those first that have waited longest. \
             Repeated, it invoices what has come to wait since.",
        )
        .identified()
        .actor()
        .takes::<Nothing>(Required::False)
        .gives::<InvoicedView>(200, "What waits no longer.")
        .refuses(&[409]);
    OpenApiRouter::default()
        .routes(invoice.tag("customers").needs(&Need::of(Scope::BooksWrite, Subject::Customer)).to(now))
}

async fn now(
    extract::State(app): extract::State<State>,
    Id(id): Id<CustomerId>,
    ActingAs(actor): ActingAs,
    Body { value: Nothing {}, request }: Body<Nothing>,
) -> Result<Response, Problem> {
    Ok(match app.invoice_customer(id, actor, request.as_ref()).await? {
        Reply::Fresh(view) => Json(view).into_response(),
        Reply::Replayed(answer) => repeated_plainly(answer),
    })
}
