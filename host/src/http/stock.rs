//! The stock of the built-in books, and goods that come into it.

use axum::Json;
use axum::extract::{self, Extension};
use axum::response::{IntoResponse, Response};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use slotledger_erp::OnHand;
use utoipa::openapi::Required;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use super::answer::repeated_plainly;
use super::auth::Caller;
use super::body::{Body, Input, typed};
use super::extract::{Checked, Id, Query};
use super::gate::Need;
use super::limits;
use super::operation::{Operation, State};
use super::problem::Problem;
use super::schema::{Page, PageOf};
use crate::app::{Goods, Reply};
use crate::model::fields::{Fields, LINE};
use crate::model::{FieldError, Scope};

const TAG: &str = "connections";

/// The operations on it.
pub(super) fn routes() -> OpenApiRouter<State> {
    let list = Operation::get("/api/v1/connections/{name}/stock", "listStock", "List what is in stock")
        .says("Only of built-in books: an ERP shows its stock itself. What has run out is listed with 0.")
        .named()
        .query::<Place>()
        .gives::<PageOf<StockView>>(200, "A page, by item and warehouse.");
    let receive = Operation::post("/api/v1/connections/{name}/receipts", "receiveGoods", "Take goods into stock")
        .says(
            "Only into built-in books. It is posted to the stock against the opening balance, under a number of its own. \
             The `key` is kept for ever: with the same key and goods nothing more is taken in, and the answer is the same.",
        )
        .named()
        .takes::<Goods>(Required::True)
        .gives::<ReceiptView>(200, "What was posted.")
        .refuses(&[422, 502]);
    OpenApiRouter::default()
        .routes(list.tag(TAG).needs(&Need::books(Scope::BooksRead)).to(index))
        .routes(receive.tag(TAG).needs(&Need::books(Scope::BooksWrite)).to(take_in))
}

async fn index(
    extract::State(app): extract::State<State>,
    Id(name): Id<String>,
    Query(Place { after, limit }): Query<Place>,
) -> Result<Json<Page<StockView>>, Problem> {
    let books = app.own_books(&name)?;
    let currency = books.stock_currency()?.to_owned();
    let found = books.on_hand(after.as_deref(), limit.unwrap_or(limits::PAGE)).await?;
    let items = found.entries.into_iter().map(|one| view(one, &currency)).collect();
    Ok(Json(Page { items, next: found.next }))
}

async fn take_in(
    extract::State(app): extract::State<State>,
    Id(name): Id<String>,
    Extension(Caller(by)): Extension<Caller>,
    Body { value, request }: Body<Goods>,
) -> Result<Response, Problem> {
    let written =
        |number: &String| serde_json::to_string(&ReceiptView { number: number.clone() }).unwrap_or_default();
    let act = app.receive(&name, value, &by);
    Ok(match app.repeatable(request.as_ref(), 200, written, act).await? {
        Reply::Fresh(number) => Json(ReceiptView { number }).into_response(),
        Reply::Replayed(answer) => repeated_plainly(answer),
    })
}

impl Input for Goods {
    fn read(value: Value) -> Result<Self, Vec<FieldError>> {
        typed(value)
    }

    fn check(&self) -> Vec<FieldError> {
        Self::check(self)
    }
}

/// Which stretch of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Place {
    /// Only what comes after this: `next` of the page before.
    #[param(max_length = 201)]
    after: Option<String>,
    /// How many at most; 50 if it is left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

impl Checked for Place {
    fn limit(&self) -> Option<u32> {
        self.limit
    }

    fn check_more(&self, fields: &mut Fields) {
        let is_short = self.after.as_deref().is_none_or(|after| after.chars().count() <= LINE + 1);
        fields.require(is_short, "after", "is no place in this list");
    }
}

/// What one warehouse has of an item.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Stock)]
struct StockView {
    /// The item's code.
    item: String,
    /// What it is called.
    name: String,
    /// Where it lies.
    warehouse: String,
    /// How much there is.
    #[schema(value_type = String, pattern = r"^\d+(\.\d+)?$")]
    quantity: Decimal,
    /// The unit it is counted in.
    unit: String,
    /// What it cost, at its average.
    #[schema(value_type = String, pattern = r"^\d+(\.\d+)?$")]
    value: Decimal,
    /// ISO 4217 code of that.
    currency: String,
}

/// What came of goods that were taken in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Receipt)]
struct ReceiptView {
    /// The number of the receipt, as the journal shows it.
    number: String,
}

fn view(one: OnHand, currency: &str) -> StockView {
    let OnHand { item, warehouse, quantity, unit, value } = one;
    StockView {
        item: item.code,
        name: item.name,
        warehouse,
        quantity,
        unit,
        value,
        currency: currency.to_owned(),
    }
}
