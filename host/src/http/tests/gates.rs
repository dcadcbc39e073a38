//! Who may do what: every role at every operation, and how far each reaches.

use super::*;
use crate::model::{Grant, Role, Scope};
use crate::store::conformance::house::House;

impl Api {
    /// A key with these grants.
    pub(super) async fn key(&self, grants: &[Grant], scopes: Option<Vec<Scope>>) -> String {
        let clock = SystemClock;
        let id = clock.new_id();
        let secret = format!("sl_{id}");
        let (grants, label) = (grants.to_vec(), format!("key {id}"));
        let key = ApiKey::administrators(id, key_hash(&secret), &label, clock.now());
        self.store.add_key(&ApiKey { grants, scopes, ..key }).await.unwrap();
        secret
    }

    /// A customer of the house.
    async fn customer(&self, house: &House) -> uuid::Uuid {
        let id = SystemClock.new_id();
        let record =
            crate::store::conformance::house::record(crate::model::Kind::Customer, id, house.company);
        let record = crate::store::Record { data: json!({"name": "Ana"}), ..record };
        self.store.insert(&record, None).await.unwrap();
        id
    }

    pub(super) async fn as_key(&self, key: &str, method: &str, path: &str, body: Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {key}"))
            .header("content-type", "application/json")
            .header("if-match", "\"1\"");
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        self.send(request.body(body).unwrap()).await
    }
}

fn grant(role: Role, house: &House) -> Grant {
    Grant {
        role,
        company: Some(house.company.into()),
        branch: None,
        provider: (role == Role::Technician).then(|| house.provider()),
        customer: (role == Role::Customer).then(|| house.customer.into()),
    }
}

#[test]
fn every_operation_states_what_it_needs() {
    let mut stated = 0;
    for (method, path, said) in operations() {
        if said["security"] == json!([]) {
            assert!(said[gate::EXTENSION].is_null(), "{method} {path} is open and states a need");
            continue;
        }
        let need = &said[gate::EXTENSION];
        assert!(need["scope"].is_string() && !need["about"].is_null(), "{method} {path} states no need");
        assert!(need["roles"].as_array().is_some_and(|roles| !roles.is_empty()), "{method} {path}");
        assert!(
            said["responses"]["403"].is_object(),
            "{method} {path} does not say that it may be forbidden"
        );
        let in_path = need["about"]["path"].is_string();
        let installation = need["about"] == "installation" || need["about"] == "nobody";
        assert!(!path.contains("{id}") || in_path || installation, "{method} {path}: whose is it?");
        stated += 1;
    }
    assert!(stated > 60, "{stated}");
}

#[tokio::test]
async fn an_operation_that_states_nothing_is_refused_to_everybody() {
    let api = Api::open().await;
    let identity = api.app.identify_key(KEY).await.unwrap().unwrap();
    let mut request = Request::get("/api/v1/x").body(Body::empty()).unwrap();
    let refused = gate::check(&api.app, &identity, None, "/api/v1/x", &mut request).await.unwrap_err();
    Answer::read(refused.into_response()).await.is_problem(403, "SL0119");
}

/// The table is the one to review: a letter for each role that is let in.
#[tokio::test]
async fn each_role_is_let_into_these_operations() {
    let api = Api::open().await;
    let house = House::build(&api.store).await;
    let mut keys = Vec::new();
    for role in Role::ALL {
        keys.push((role.as_str(), api.key(&[grant(role, &house)], None).await));
    }
    keys.push(("administrator of all", api.key(&[Grant::everywhere(Role::Administrator)], None).await));
    let mut table = Vec::new();
    for (method, path, said) in operations() {
        if said["security"] == json!([]) {
            continue;
        }
        let called = path.replace("{id}", "01920000-0000-7000-8000-000000000001").replace("{name}", "books");
        let mut allowed = Vec::new();
        for (role, key) in &keys {
            let answer = api.as_key(key, &method, &called, Value::Null).await;
            assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{role} {method} {path}");
            let forbidden = answer.status == StatusCode::FORBIDDEN && answer.json()["code"] == "SL0119";
            if !forbidden {
                allowed.push(*role);
            }
        }
        table.push(format!("{method} {path}: {}", allowed.join(", ")));
    }
    insta::assert_snapshot!(table.join("\n"));
}

#[tokio::test]
async fn nobody_reaches_what_is_anothers_nor_learns_whether_it_exists() {
    let api = Api::open().await;
    let [ours, theirs] = [House::build(&api.store).await, House::build(&api.store).await];
    let mine = ours.store(&api.store, ours.hold(0, 60)).await.unwrap();
    let others = theirs.store(&api.store, theirs.hold(0, 60)).await.unwrap();
    let nowhere = "01920000-0000-7000-8000-00000000dead";
    for role in [Role::Dispatcher, Role::FrontDesk, Role::Accountant, Role::Technician, Role::Customer] {
        let key = api.key(&[grant(role, &ours)], None).await;
        let path = |id: &dyn ToString| format!("/api/v1/appointments/{}", id.to_string());
        let read = api.as_key(&key, "GET", &path(&mine.id), Value::Null).await;
        assert_eq!(read.status, StatusCode::OK, "{role:?}: {}", read.text);
        assert_eq!(read.json()["notes"] == "", role == Role::Customer, "{role:?}: notes are internal");
        let refused = api.as_key(&key, "GET", &path(&others.id), Value::Null).await;
        let absent = api.as_key(&key, "GET", &path(&nowhere), Value::Null).await;
        let text = |problem: Value, id: &str| problem.to_string().replace(id, "…");
        assert_eq!(
            text(refused.is_problem(404, "SL0301"), &others.id.to_string()),
            text(absent.is_problem(404, "SL0301"), nowhere),
            "{role:?}"
        );
        let listed = api.as_key(&key, "GET", "/api/v1/appointments", Value::Null).await.json();
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{role:?}: {listed}");
        assert_eq!(listed["items"][0]["id"], mine.id.to_string());
        let asked = format!("/api/v1/appointments?company={}", theirs.company);
        api.as_key(&key, "GET", &asked, Value::Null).await.is_problem(403, "SL0120");
        let encoded = path(&others.id).replace("-7", "%2D7");
        api.as_key(&key, "GET", &encoded, Value::Null).await.is_problem(400, "SL0106");
        let service =
            api.as_key(&key, "GET", &format!("/api/v1/services/{}", theirs.service), Value::Null).await;
        match role.may(Scope::CatalogueRead) {
            true => service.is_problem(404, "SL0301"),
            false => service.is_problem(403, "SL0119"),
        };
    }
}

#[tokio::test]
async fn a_technician_and_a_customer_have_their_own_only() {
    let api = Api::open().await;
    let mut house = House::build(&api.store).await;
    let [own, stranger] = [api.customer(&house).await, api.customer(&house).await];
    house.customer = own;
    let mine = house.store(&api.store, house.hold(0, 60)).await.unwrap();
    let mut other = house.hold(0, 60);
    other.appointment.provider = house.providers[1].into();
    other.appointment.customer = stranger.into();
    other.slots = crate::store::Slots::Take(crate::store::conformance::house::claim(&other.appointment));
    let other = house.store(&api.store, other).await.unwrap();
    for role in [Role::Technician, Role::Customer] {
        let key = api.key(&[grant(role, &house)], None).await;
        let path = format!("/api/v1/appointments/{}", other.id);
        api.as_key(&key, "GET", &path, Value::Null).await.is_problem(404, "SL0301");
        for command in ["confirm", "decline"] {
            let path = format!("{path}/{command}");
            api.as_key(&key, "POST", &path, json!({"reason": "r"})).await.is_problem(404, "SL0301");
        }
        let all = api.as_key(&key, "GET", "/api/v1/appointments", Value::Null).await.json();
        assert_eq!(all["items"].as_array().map(Vec::len), Some(1), "{role:?}");
        assert_eq!(all["items"][0]["id"], mine.id.to_string());
        let customer = format!("/api/v1/customers/{}", house.customer);
        assert_eq!(api.as_key(&key, "GET", &customer, Value::Null).await.status, StatusCode::OK, "{role:?}");
        let stranger = format!("/api/v1/customers/{stranger}");
        api.as_key(&key, "GET", &stranger, Value::Null).await.is_problem(404, "SL0301");
        api.as_key(&key, "GET", "/api/v1/customers", Value::Null).await.is_problem(403, "SL0119");
    }
}

#[tokio::test]
async fn what_a_body_names_has_to_be_in_reach() {
    let api = Api::open().await;
    let [ours, theirs] = [House::build(&api.store).await, House::build(&api.store).await];
    let customer = api.key(&[grant(Role::Customer, &ours)], None).await;
    let desk = api.key(&[grant(Role::FrontDesk, &ours)], None).await;
    let start = "2030-01-01T09:00:00Z";
    let hold = async |key: &str, body: Value| api.as_key(key, "POST", "/api/v1/appointments", body).await;
    for foreign in [
        json!({"service": theirs.service, "customer": ours.customer, "start": start}),
        json!({"service": ours.service, "customer": theirs.customer, "start": start}),
        json!({"service": ours.service, "customer": ours.customer, "provider": theirs.providers[0], "start": start}),
    ] {
        for key in [&customer, &desk] {
            hold(key, foreign.clone()).await.is_problem(404, "SL0301");
        }
    }
    let nobody = json!({"service": ours.service, "start": start});
    hold(&customer, nobody).await.is_problem(403, "SL0120");
    let branch = Grant { branch: Some(ours.branch.into()), ..grant(Role::FrontDesk, &ours) };
    let branch = api.key(&[branch], None).await;
    let anywhere = json!({"service": ours.service, "customer": ours.customer, "start": start});
    hold(&branch, anywhere).await.is_problem(403, "SL0120");
    let retry = api.key(&[grant(Role::Accountant, &ours)], None).await;
    for body in [Value::Null, json!({}), json!({"reason": "r"})] {
        api.as_key(&retry, "POST", "/api/v1/deliveries/retry", body).await.is_problem(403, "SL0120");
    }
    let theirs = json!({"company": theirs.company, "reason": "r"});
    api.as_key(&retry, "POST", "/api/v1/deliveries/retry", theirs).await.is_problem(404, "SL0301");
    let ours = json!({"company": ours.company, "reason": "r"});
    let done = api.as_key(&retry, "POST", "/api/v1/deliveries/retry", ours).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
}

#[tokio::test]
async fn nobody_speaks_as_somebody_else() {
    let api = Api::open().await;
    let house = House::build(&api.store).await;
    let mine = house.store(&api.store, house.hold(0, 60)).await.unwrap();
    for (role, own) in [(Role::Customer, "customer"), (Role::Technician, "provider")] {
        let key = api.key(&[grant(role, &house)], None).await;
        let path = format!("/api/v1/appointments/{}/confirm", mine.id);
        for actor in ["staff", "customer", "provider"] {
            let request = Request::post(&path)
                .header("authorization", format!("Bearer {key}"))
                .header("slotledger-actor", actor)
                .body(Body::empty())
                .unwrap();
            let answer = api.send(request).await;
            assert_eq!(answer.status == StatusCode::FORBIDDEN, actor != own, "{actor}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_key_is_limited_to_its_scopes_and_ends() {
    let api = Api::open().await;
    let everywhere = [Grant::everywhere(Role::Administrator)];
    let key = api.key(&everywhere, Some(vec![Scope::CatalogueRead])).await;
    assert_eq!(api.as_key(&key, "GET", "/api/v1/companies", Value::Null).await.status, StatusCode::OK);
    api.as_key(&key, "POST", "/api/v1/companies", company()).await.is_problem(403, "SL0119");
    api.as_key(&key, "GET", "/api/v1/appointments", Value::Null).await.is_problem(403, "SL0119");
    let known = api.store.key(&key_hash(&key)).await.unwrap().unwrap();
    assert!(known.used_at.is_some());
    let (admin, path) = (api.key(&everywhere, None).await, format!("/api/v1/keys/{}", known.id));
    assert_eq!(api.as_key(&admin, "DELETE", &path, Value::Null).await.status, StatusCode::OK);
    api.as_key(&key, "GET", "/api/v1/companies", Value::Null).await.is_problem(401, "SL0101");
    let id = SystemClock.new_id();
    let ended = ApiKey::administrators(id, key_hash("sl_ended"), "ended", SystemClock.now());
    let ended = ApiKey { expires_at: Some(SystemClock.now()), ..ended };
    api.store.add_key(&ended).await.unwrap();
    api.as_key("sl_ended", "GET", "/api/v1/companies", Value::Null).await.is_problem(401, "SL0101");
}

#[tokio::test]
async fn staff_of_one_company_are_customers_of_another() {
    let api = Api::open().await;
    let [work, shop] = [House::build(&api.store).await, House::build(&api.store).await];
    let ours = work.store(&api.store, work.hold(0, 60)).await.unwrap();
    let own = shop.store(&api.store, shop.hold(0, 60)).await.unwrap();
    let key = api.key(&[grant(Role::FrontDesk, &work), grant(Role::Customer, &shop)], None).await;
    for (id, forbidden) in [(ours.id, false), (own.id, true)] {
        let request = Request::post(format!("/api/v1/appointments/{id}/confirm"))
            .header("authorization", format!("Bearer {key}"))
            .header("slotledger-actor", "staff")
            .body(Body::empty())
            .unwrap();
        let answer = api.send(request).await;
        assert_eq!(answer.status == StatusCode::FORBIDDEN, forbidden, "{}", answer.text);
    }
    let several = api.as_key(&key, "GET", "/api/v1/appointments", Value::Null).await;
    several.is_problem(403, "SL0120");
    let path = format!("/api/v1/appointments?company={}", work.company);
    assert_eq!(api.as_key(&key, "GET", &path, Value::Null).await.status, StatusCode::OK);
    for other in [shop.company, SystemClock.new_id()] {
        let twice = format!("{path}&company={other}");
        api.as_key(&key, "GET", &twice, Value::Null).await.is_problem(400, "SL0107");
    }
}
