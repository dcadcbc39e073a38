//! Deposits at the front desk: what a page says of them, and what is asked before one is gone without.

use uuid::Uuid;

use super::lists::{Place, send};
use super::*;
use crate::model::Role;

/// Somebody at the desk of a company that asks for a third in advance, and a visit that is held.
struct Desk {
    api: Api,
    place: Place,
    customer: Uuid,
    cookie: String,
    visit: String,
}

impl Desk {
    async fn open() -> Self {
        let api = Api::open().await;
        let place = Place::found(&api, "Here", json!({"deposit_percent": "30"})).await;
        let customer = place.customer(&api, json!({"name": "Ana"})).await;
        let (visit, _) = place.visit(&api, customer, 30, 0, false).await;
        let cookie = api.somebody(vec![place.grant(Role::FrontDesk, None)]).await;
        Self { api, place, customer, cookie, visit }
    }

    async fn page(&self, query: &str) -> String {
        self.api.page(&self.cookie, &format!("/appointments/{}{query}", self.visit)).await.text
    }

    async fn form(&self, act: &str, fields: &[(&str, &str)]) -> Answer {
        send(&self.api, &self.cookie, &format!("/appointments/{}/{act}", self.visit), fields).await
    }
}

#[tokio::test]
async fn confirming_without_the_deposit_is_asked_and_the_deposit_can_still_be_entered() {
    let desk = Desk::open().await;
    let (confirm, pay) = (format!("{}/confirm\"", desk.visit), "?do=pay-deposit#do");
    let held = desk.page("").await;
    assert!(held.contains("50.00 EUR before tax"), "{held}");
    assert!(held.contains("15.00 EUR, not paid") && held.contains(pay), "{held}");
    assert!(!held.contains(&confirm), "one tap confirms: {held}");
    let asked = desk.page("?do=confirm").await;
    for text in ["The deposit of 15.00 EUR is not paid.", "Confirm without the deposit", &confirm] {
        assert!(asked.contains(text), "{text}: {asked}");
    }
    let done = desk.form("confirm", &[("seen", "1")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let confirmed = desk.page("").await;
    assert!(confirmed.contains("15.00 EUR, not paid") && confirmed.contains(pay), "{confirmed}");
    let form = desk.page("?do=pay-deposit").await;
    assert!(form.contains("value=\"15.00\"") && form.contains("at most 50.00 EUR"), "{form}");
    let much = desk.form("pay-deposit", &[("seen", "2"), ("amount", "much"), ("reference", "cash")]).await;
    assert!(much.text.contains("must be an amount") && much.text.contains("value=\"much\""), "{}", much.text);
    let paid = desk.form("pay-deposit", &[("seen", "2"), ("amount", "15,00"), ("reference", "cash")]).await;
    assert_eq!(paid.status, StatusCode::SEE_OTHER, "{}", paid.text);
    let paid = desk.page("").await;
    assert!(paid.contains("15.00 EUR, paid") && !paid.contains(pay), "{paid}");
    // What was remembered of a visit that is paid says nothing of one that is not.
    let (other, _) = desk.place.visit(&desk.api, desk.customer, 40, 1, true).await;
    let desk = Desk { visit: other, ..desk };
    assert!(desk.page("").await.contains(pay), "{}", desk.page("").await);
}

#[tokio::test]
async fn of_several_that_are_confirmed_those_without_their_deposit_are_named() {
    let desk = Desk::open().await;
    let (tick, company) = (format!("{}|1", desk.visit), desk.place.company.to_string());
    let fields = [("tick", tick.as_str()), ("company", &company)];
    let page = send(&desk.api, &desk.cookie, "/appointments/ticked/confirm", &fields).await;
    assert!(page.text.contains("Done: 1 of 1."), "{}", page.text);
    assert!(page.text.contains("The deposit of 15.00 EUR is not paid."), "{}", page.text);
}
