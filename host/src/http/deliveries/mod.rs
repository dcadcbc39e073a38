//! Deliveries: documents on their way to the books, what keeps them from getting there, and what a person can do.

mod input;
mod view;

use axum::Json;
use axum::extract::{self, Extension};
use axum::response::{IntoResponse, Response};
use utoipa::ToSchema;
use utoipa::openapi::Required;
use utoipa_axum::router::OpenApiRouter;

use super::answer::repeated_plainly;
use super::auth::Caller;
use super::body::{Body, Input};
use super::extract::{Id, Query};
use super::gate::{self, Need, Pin, Subject};
use super::limits;
use super::operation::{Operation, State};
use super::problem::Problem;
use super::schema::{Page, PageOf};
use crate::app::{self, Identity, Reply, Retried, Voice};
use crate::codes;
use crate::model::{Delivery, Scope};
use crate::store::DeliveryFilter;
use input::{Adoption, Because, Edit, Filter, Parked, Why};
use view::{DeliveryView, RetriedView, StoryView, retried, story, view};

const PATH: &str = "/api/v1/deliveries";
const TAG: &str = "deliveries";

/// The operations on deliveries.
pub(super) fn routes() -> OpenApiRouter<State> {
    let list =
        Operation::get(PATH, "listDeliveries", "List deliveries")
            .query::<Filter>()
            .gives::<PageOf<DeliveryView>>(200, "A page, in the order they were asked for in.");
    let read = Operation::get("/api/v1/deliveries/{id}", "readDelivery", "Read a delivery")
        .says("With each try, and what people did about it.")
        .numbered()
        .gives::<StoryView>(200, "The delivery.");
    let parked =
        Operation::post("/api/v1/deliveries/retry", "retryParkedDeliveries", "Try parked deliveries again")
            .says(PARKED)
            .takes::<Parked>(Required::False)
            .gives::<RetriedView>(200, "How many are back in line.");
    OpenApiRouter::default()
        .routes(list.tag(TAG).needs(&Need::list(Scope::BooksRead, &[Pin::Company])).to(index))
        .routes(read.tag(TAG).needs(&Need::of(Scope::BooksRead, Subject::Delivery)).to(show))
        .routes(parked.tag(TAG).needs(&Need::body(Scope::BooksWrite)).to(again_parked))
        .routes(
            repair::<Why>("retry", "Try a delivery again")
                .says(RETRY)
                .needs(&Need::of(Scope::BooksWrite, Subject::Delivery))
                .to(again),
        )
        .routes(
            repair::<Because>("skip", "Do without a document")
                .says(SKIP)
                .needs(&Need::of(Scope::BooksWrite, Subject::Delivery))
                .to(skip),
        )
        .routes(
            repair::<Adoption>("adopt", "Say which document in the books it is")
                .says(ADOPT)
                .needs(&Need::of(Scope::BooksWrite, Subject::Delivery))
                .to(adopt),
        )
        .routes(
            repair::<Edit>("edit", "Change what codes mean to the books")
                .says(EDIT)
                .needs(&Need::of(Scope::BooksWrite, Subject::Delivery))
                .to(edit),
        )
}

const RETRY: &str =
    "Puts a parked or waiting delivery back in line at once. Doing so twice changes nothing more.";
const PARKED: &str = "For what was put right at once for many: a period that is open again, an account that is there now. Each is put back \
     in line at once, and what was done is kept with each. One request takes up to 500.";
const SKIP: &str = "For a document that is parked or waits. What comes after it goes on as if it stood.";
const ADOPT: &str = "For a document that is parked. The delivery's key is written onto the document named, and both \
                     are compared: where they differ, the delivery stays parked.";
const EDIT: &str = "For a document that is parked or waits. Says what codes that it names are called in its books, and \
                    tries it again. It holds for every document of the connection from now on, and so is for those who \
                    keep the books of all its companies. What the delivery asks for, amounts among it, never changes.";

/// An operation by which a person does something about a delivery.
fn repair<B: Input + ToSchema>(name: &str, summary: &str) -> Operation {
    let path = format!("{PATH}/{{id}}/{name}");
    let needed = if B::absent().is_some() { Required::False } else { Required::True };
    Operation::post(&path, &format!("{name}Delivery"), summary)
        .numbered()
        .tag(TAG)
        .takes::<B>(needed)
        .gives::<DeliveryView>(200, "The delivery, as it is now.")
        .refuses(&[409])
}

async fn index(
    extract::State(app): extract::State<State>,
    Query(query): Query<Filter>,
) -> Result<Json<Page<DeliveryView>>, Problem> {
    let Filter { company, appointment, state, after, limit } = query;
    let limit = limit.unwrap_or(limits::PAGE);
    let filter = DeliveryFilter { company, appointment, state, ..DeliveryFilter::default() };
    let deliveries = app.deliveries(&filter, after.unwrap_or(0), limit + 1).await?;
    let views = deliveries.into_iter().map(view).collect();
    Ok(Json(Page::cut(views, limit, |delivery| delivery.id)))
}

async fn show(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
) -> Result<Json<StoryView>, Problem> {
    Ok(Json(story(app.delivery_story(id).await?)))
}

async fn again(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
    Extension(Caller(by)): Extension<Caller>,
    Body { value: Why { reason }, request }: Body<Why>,
) -> Result<Response, Problem> {
    let voice = Voice { by: &by, reason: &reason };
    answered(app.repeatable(request.as_ref(), 200, written, app.retry_delivery(id, voice)).await)
}

async fn again_parked(
    extract::State(app): extract::State<State>,
    Extension(Caller(by)): Extension<Caller>,
    Body { value, request }: Body<Parked>,
) -> Result<Response, Problem> {
    let written = |done: &Retried| serde_json::to_string(&retried(done)).unwrap_or_default();
    let which = value.filter();
    let act = app.retry_parked(&which, Voice { by: &by, reason: &value.reason });
    Ok(match app.repeatable(request.as_ref(), 200, written, act).await? {
        Reply::Fresh(done) => Json(retried(&done)).into_response(),
        Reply::Replayed(answer) => repeated_plainly(answer),
    })
}

async fn skip(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
    Extension(Caller(by)): Extension<Caller>,
    Body { value: Because { reason }, request }: Body<Because>,
) -> Result<Response, Problem> {
    let voice = Voice { by: &by, reason: &reason };
    answered(app.repeatable(request.as_ref(), 200, written, app.skip_delivery(id, voice)).await)
}

async fn adopt(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
    Extension(Caller(by)): Extension<Caller>,
    Body { value: Adoption { reference, reason }, request }: Body<Adoption>,
) -> Result<Response, Problem> {
    let voice = Voice { by: &by, reason: &reason };
    answered(app.repeatable(request.as_ref(), 200, written, app.adopt_delivery(id, &reference, voice)).await)
}

async fn edit(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
    Extension(identity): Extension<Identity>,
    Extension(Caller(by)): Extension<Caller>,
    Body { value: Edit { codes, reason }, request }: Body<Edit>,
) -> Result<Response, Problem> {
    let company = app.delivery_story(id).await?.delivery.company;
    gate::shares_books(&app, &identity, Scope::BooksWrite, company).await?;
    let voice = Voice { by: &by, reason: &reason };
    answered(app.repeatable(request.as_ref(), 200, written, app.edit_delivery(id, codes, voice)).await)
}

fn written(delivery: &Delivery) -> String {
    serde_json::to_string(&view(delivery.clone())).unwrap_or_default()
}

fn answered(reply: app::Result<Reply<Delivery>>) -> Result<Response, Problem> {
    match reply {
        Ok(Reply::Fresh(delivery)) => Ok(Json(view(delivery)).into_response()),
        Ok(Reply::Replayed(answer)) => Ok(repeated_plainly(answer)),
        Err(app::Error::Stale { current }) => {
            Err(Problem::new(codes::OUT_OF_STATE, format!("The delivery is {current}.")))
        }
        Err(error) => Err(error.into()),
    }
}
