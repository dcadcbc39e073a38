//! What the conformance suite uses, made in a company that is there for tests.
//!
//! Role: a service, two materials, two providers with an agent each, and stock. Everything has a code that begins with
//! [`PREFIX`] and is found by it again; its sales category, accounts and taxes are those that the company sells with.
//!
//! Invariant: nothing that stands is changed, except the counts of the two materials.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Value, json};
use slotledger_erp::{
    Failure, Item, Material, Party, Reason,
    conformance::{Foreign, Setup},
};

use crate::{
    Tryton,
    classify::Effect,
    client::{self, Client},
    mapping,
    steps::Books,
};

/// What all codes made here begin with.
const PREFIX: &str = "slotledger-test";
/// How much of the material there is afterwards: enough for a run.
const STOCK: u32 = 1000;
/// How much of the other one: less than the suite asks for.
const SCARCE: u32 = 2;
/// What the providers earn.
const PERCENT: Decimal = Decimal::TEN;

pub(super) async fn furnish(tryton: &Tryton, run: &str, today: NaiveDate) -> Result<Setup, Failure> {
    let books = tryton.books().await?;
    let shop = Shop { client: &tryton.client, books: &books };
    shop.location(&tryton.habits.consumption_location).await?;
    let category = shop.category().await?;
    let service = shop.product(category, "service", ("service", "Hour"), ("119.99", "0")).await?;
    let material = shop.product(category, "material", ("goods", "Unit"), ("18", "7.50")).await?;
    let scarce = shop.product(category, "scarce", ("goods", "Unit"), ("90", "40")).await?;
    let share = shop.product(category, "commission", ("service", "Unit"), ("0", "0")).await?;
    let warehouse = shop.warehouse().await?;
    shop.count(&warehouse, &[(material.0, STOCK), (scarce.0, SCARCE)]).await?;
    let customer = party("customer", "Slotledger test customer");
    books.party(&customer).await?;
    let providers =
        [party("provider", "Slotledger test provider"), party("second", "Slotledger test second")];
    for provider in &providers {
        shop.agent(share.0, provider).await?;
    }
    let [provider, second_provider] = providers;
    let company = books.company();
    Ok(Setup {
        run: run.to_owned(),
        date: today,
        currency: company.currency.clone(),
        currency_digits: company.currency_digits,
        customer,
        provider,
        second_provider,
        service_item: service.1.clone(),
        unit_price: Decimal::new(11_999, 2),
        fraction: Some(Decimal::new(35, 2)),
        coupon_item: service.1,
        commission_percent: PERCENT,
        material: of(&warehouse, &material.1, 3),
        scarce: Some(of(&warehouse, &scarce.1, SCARCE + 3)),
        payment_method: shop.payment_method().await?,
        foreign: shop.foreign(today).await?,
    })
}

fn party(code: &str, name: &str) -> Party {
    Party {
        code: format!("{PREFIX}-{code}"),
        name: name.to_owned(),
        email: None,
        phone: None,
        address: Some("Test Street 1".to_owned()),
    }
}

fn of(warehouse: &Warehouse, item: &Item, quantity: u32) -> Material {
    let warehouse = warehouse.code.clone().filter(|code| !code.is_empty());
    Material {
        item: item.clone(),
        quantity: quantity.into(),
        unit: "Unit".to_owned(),
        warehouse: warehouse.unwrap_or_default(),
    }
}

#[derive(Debug, Deserialize)]
struct Warehouse {
    code: Option<String>,
    storage_location: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct Found {
    id: i64,
}

struct Shop<'a> {
    client: &'a Client,
    books: &'a Books<'a>,
}

impl Shop<'_> {
    async fn rows<T: serde::de::DeserializeOwned>(
        &self,
        model: &str,
        domain: Value,
        fields: Value,
    ) -> Result<Vec<T>, Failure> {
        let params = vec![domain, json!(0), json!(100), json!([["id", "ASC"]]), fields];
        let answer = self.client.call(&format!("model.{model}.search_read"), params, Effect::Reads).await?;
        client::read(answer)
    }

    async fn create(&self, model: &str, values: Value) -> Result<i64, Failure> {
        let method = format!("model.{model}.create");
        let created = self.client.call(&method, vec![json!([values])], Effect::Writes).await?;
        let ids: Vec<i64> = client::read(created)?;
        ids.first().copied().ok_or_else(|| Failure::bug(format!("Tryton created no {model}")))
    }

    async fn location(&self, name: &str) -> Result<(), Failure> {
        match self.books.consumption().await {
            Ok(_) => Ok(()),
            Err(_) => {
                self.create("stock.location", json!({"name": name, "type": "lost_found"})).await.map(drop)
            }
        }
    }

    /// The accounting category that the company sells with.
    async fn category(&self) -> Result<i64, Failure> {
        #[derive(Deserialize)]
        struct Category {
            id: i64,
            account_revenue: Option<i64>,
        }
        let domain = json!([["accounting", "=", true]]);
        let found: Vec<Category> = self.rows("product.category", domain, json!(["account_revenue"])).await?;
        let usable = found.into_iter().find(|category| category.account_revenue.is_some());
        usable.map(|category| category.id).ok_or_else(|| {
            Failure::refused(
                "Tryton has no accounting category with a revenue account",
                "create an accounting category with accounts and taxes in Tryton",
            )
            .because(Reason::Setup)
        })
    }

    async fn product(
        &self,
        category: i64,
        code: &str,
        (kind, unit): (&str, &str),
        (price, cost): (&str, &str),
    ) -> Result<(i64, Item), Failure> {
        let code = format!("{PREFIX}-{code}");
        let item = Item { code: code.clone(), name: code.clone() };
        if let Ok(found) = self.books.product(&code).await {
            return Ok((found, item));
        }
        let unit = self.books.unit(unit).await?;
        let number = |text: &str| json!({"__class__": "Decimal", "decimal": text});
        let values = json!({
            "name": code, "type": kind, "default_uom": unit, "sale_uom": unit, "salable": true,
            "list_price": number(price), "cost_price_method": "fixed", "account_category": category,
            "products": [["create", [{"suffix_code": code, "cost_price": number(cost)}]]],
        });
        self.create("product.template", values).await?;
        Ok((self.books.product(&code).await?, item))
    }

    async fn warehouse(&self) -> Result<Warehouse, Failure> {
        let domain = json!([["type", "=", "warehouse"], ["code", "!=", null]]);
        let found: Vec<Warehouse> =
            self.rows("stock.location", domain, json!(["code", "storage_location"])).await?;
        found.into_iter().find(|warehouse| warehouse.storage_location.is_some()).ok_or_else(|| {
            Failure::refused(
                "Tryton has no warehouse with a code",
                "create a warehouse with a code in Tryton",
            )
            .because(Reason::Setup)
        })
    }

    /// Counts the materials anew.
    async fn count(&self, warehouse: &Warehouse, products: &[(i64, u32)]) -> Result<(), Failure> {
        let lines: Vec<Value> = products
            .iter()
            .map(|(product, quantity)| {
                json!({"product": product, "quantity": mapping::decimal((*quantity).into())})
            })
            .collect();
        let values = json!({
            "company": self.books.company().id, "location": warehouse.storage_location,
            "empty_quantity": "keep", "lines": [["create", lines]],
        });
        let inventory = self.create("stock.inventory", values).await?;
        let confirm = vec![json!([inventory])];
        self.client.call("model.stock.inventory.confirm", confirm, Effect::Writes).await.map(drop)
    }

    /// An agent who earns with every product.
    async fn agent(&self, product: i64, provider: &Party) -> Result<(), Failure> {
        let party = self.books.party(provider).await?;
        if self.books.agent(&provider.code).await?.is_some() {
            return Ok(());
        }
        let name = format!("{PREFIX} {PERCENT} %");
        let plans: Vec<Found> =
            self.rows("commission.plan", json!([["name", "=", name]]), json!(["name"])).await?;
        let plan = match plans.first() {
            Some(plan) => plan.id,
            None => {
                let values = json!({
                    "name": name, "commission_product": product, "commission_method": "posting",
                    "lines": [["create", [{"formula": format!("amount * {PERCENT} / 100")}]]],
                });
                self.create("commission.plan", values).await?
            }
        };
        let company = self.books.company();
        let values = json!({
            "party": party, "type_": "agent", "plan": plan, "company": company.id,
            "currency": company.currency_id,
        });
        self.create("commission.agent", values).await.map(drop)
    }

    async fn payment_method(&self) -> Result<Option<String>, Failure> {
        #[derive(Deserialize)]
        struct Method {
            name: String,
        }
        let domain = json!([["company", "=", self.books.company().id]]);
        let found: Vec<Method> = self.rows("account.invoice.payment.method", domain, json!(["name"])).await?;
        Ok(found.into_iter().next().map(|method| method.name))
    }

    /// Another currency with a rate, if the company has one.
    async fn foreign(&self, today: NaiveDate) -> Result<Option<Foreign>, Failure> {
        #[derive(Deserialize)]
        struct Currency {
            code: Option<String>,
            digits: u32,
        }
        let domain = json!([["id", "!=", self.books.company().currency_id]]);
        let found: Vec<Currency> = self.rows("currency.currency", domain, json!(["code", "digits"])).await?;
        for currency in found {
            let Some(code) = currency.code else { continue };
            if self.books.rate(&code, today).await.is_ok() {
                return Ok(Some(Foreign {
                    currency: code,
                    currency_digits: currency.digits,
                    unit_price: Decimal::new(13_337, 2),
                }));
            }
        }
        Ok(None)
    }
}
