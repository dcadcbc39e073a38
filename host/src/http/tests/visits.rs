//! Notes, photos and the expected arrival: who sees and adds them, what is refused, and what comes twice.

use chrono::{DateTime, TimeDelta, Utc};
use image::{ImageFormat, RgbImage};

use super::phone::Crew;
use super::*;
use crate::http::site;
use crate::model::{Grant, Role};

/// A small JPEG.
fn jpeg() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    RgbImage::from_pixel(64, 48, image::Rgb([200, 30, 30])).write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

impl Crew {
    fn at(&self, rest: &str) -> String {
        format!("/api/v1/appointments/{}/{rest}", self.job)
    }

    async fn photo(&self, key: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let request = Request::post(self.at("photos"))
            .header("authorization", format!("Bearer {key}"))
            .header("content-type", "image/jpeg");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.api.send(request.body(Body::from(body)).unwrap()).await
    }

    /// A form with a file, as a browser sends it.
    async fn upload(&self, cookie: &str, path: &str, key: &str, file: &[u8]) -> Answer {
        let csrf = site::token(cookie.split_once('=').unwrap().1);
        let mut body = Vec::new();
        for (name, text) in [("csrf", csrf.as_str()), ("day", &self.day), ("key", key)] {
            body.extend(
                format!("--B\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n").bytes(),
            );
        }
        let head = "--B\r\ncontent-disposition: form-data; name=\"photo\"; filename=\"../x.svg\"\r\n\
                    content-type: image/svg+xml\r\n\r\n";
        body.extend([head.as_bytes(), file, b"\r\n--B--\r\n"].concat());
        let request = Request::post(path)
            .header("content-type", "multipart/form-data; boundary=B")
            .header("sec-fetch-site", "same-origin")
            .header("cookie", cookie);
        self.api.send(request.body(Body::from(body)).unwrap()).await
    }

    async fn role(&self, role: Role) -> String {
        let reach = Grant { company: Some(self.company.into()), ..Grant::everywhere(role) };
        self.api.somebody(vec![reach]).await
    }
}

#[tokio::test]
async fn notes_are_added_in_order_and_once() {
    let crew = Crew::gather().await;
    let path = crew.at("notes");
    for (key, text) in [("a", "The valve is new."), ("b", "Ring at no. 6."), ("a", "The valve is new.")] {
        let added = crew.api.call("POST", &path, &[("idempotency-key", key)], json!({ "text": text })).await;
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.text);
        assert_eq!(added.json()["text"], text);
    }
    crew.command("start").await;
    crew.command("complete").await;
    let late = crew.api.call("POST", &path, &[], json!({ "text": "Afterwards" })).await;
    assert_eq!((late.status, &late.json()["actor"]), (StatusCode::CREATED, &json!("staff")));
    let listed = crew.api.get(&path).await.json();
    let texts: Vec<_> = listed["items"].as_array().unwrap().iter().map(|note| note["text"].clone()).collect();
    assert_eq!(texts, ["The valve is new.", "Ring at no. 6.", "Afterwards"]);
    assert_eq!(listed["items"][0]["by"]["name"], "test");
    for text in ["", " \n", &"n".repeat(4001), "a\u{7}"] {
        let refused = crew.api.call("POST", &path, &[], json!({ "text": text })).await;
        refused.is_problem(422, "SL0105");
    }
    let other = json!({ "text": "Another" });
    crew.api.call("POST", &path, &[("idempotency-key", "a")], other).await.is_problem(422, "SL0112");
    let nowhere = "/api/v1/appointments/01920000-0000-7000-8000-000000000001/notes";
    crew.api.call("POST", nowhere, &[], json!({ "text": "x" })).await.is_problem(404, "SL0301");
    crew.api.get(nowhere).await.is_problem(404, "SL0301");
}

#[tokio::test]
async fn a_photo_is_kept_as_what_it_shows_and_removed_with_a_name() {
    let crew = Crew::gather().await;
    for _ in 0..2 {
        let added = crew.photo(KEY, &[("idempotency-key", "p")], jpeg()).await;
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.text);
        assert_eq!((&added.json()["width"], &added.json()["media_type"]), (&json!(64), &json!("image/jpeg")));
    }
    let listed = crew.api.get(&crew.at("photos")).await.json();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{listed}");
    let id = listed["items"][0]["id"].as_str().unwrap().to_owned();
    let path = crew.at(&format!("photos/{id}"));
    for size in ["", "?size=small"] {
        let request = Request::get(format!("{path}{size}")).header("authorization", format!("Bearer {KEY}"));
        let response = crew.api.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let head = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(head("content-type"), "image/jpeg");
        assert_eq!(head("x-content-type-options"), "nosniff");
        assert_eq!(head("content-security-policy"), "default-src 'none'; frame-ancestors 'none'; sandbox");
        assert_eq!(head("cache-control"), "private, no-cache");
        let tag = head("etag");
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(image::load_from_memory(&bytes).unwrap().width(), 64);
        let (path, told) = (format!("{path}{size}"), [("if-none-match", tag.as_str())]);
        let known = crew.api.call("GET", &path, &told, Value::Null).await;
        assert_eq!((known.status, known.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
    }
    crew.api.get(&format!("{path}?size=huge")).await.is_problem(400, "SL0107");
    crew.api.get(&crew.at("photos/x")).await.is_problem(400, "SL0106");

    let gone = crew.api.call("DELETE", &path, &[], Value::Null).await;
    assert_eq!(gone.json()["removed"]["by"]["name"], "test", "{}", gone.text);
    for method in ["GET", "DELETE"] {
        crew.api.call(method, &path, &[], Value::Null).await.is_problem(404, "SL0301");
    }
    let listed = crew.api.get(&crew.at("photos")).await.json();
    assert_eq!(listed["items"][0]["removed"]["by"]["name"], "test");
}

#[tokio::test]
async fn what_is_no_photo_is_refused_with_a_code() {
    let crew = Crew::gather().await;
    let whole = jpeg();
    for (sent, status, code) in [
        (Vec::new(), 415, "SL0131"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(), 415, "SL0131"),
        (whole[..whole.len() / 2].to_vec(), 422, "SL0132"),
        (vec![0xff; 30_000_000], 413, "SL0134"),
        ([&whole[..], &vec![0; 10_000_001 - whole.len()]].concat(), 413, "SL0134"),
    ] {
        crew.photo(KEY, &[], sent).await.is_problem(status, code);
    }
    for _ in 0..20 {
        assert_eq!(crew.photo(KEY, &[], jpeg()).await.status, StatusCode::CREATED);
    }
    crew.photo(KEY, &[], jpeg()).await.is_problem(409, "SL0139");
}

#[tokio::test]
async fn a_technician_has_their_own_visits_and_a_customer_none_of_it() {
    let crew = Crew::gather().await;
    let [own, other] = [0, 1].map(|n| Grant {
        company: Some(crew.company.into()),
        provider: Some(crew.providers[n].into()),
        ..Grant::everywhere(Role::Technician)
    });
    let [own, other] = [crew.api.key(&[own], None).await, crew.api.key(&[other], None).await];
    let added = crew.photo(&own, &[], jpeg()).await;
    assert_eq!((added.status, &added.json()["actor"]), (StatusCode::CREATED, &json!("provider")));
    let photo = crew.at(&format!("photos/{}", added.json()["id"].as_str().unwrap()));
    let note = crew.api.as_key(&own, "POST", &crew.at("notes"), json!({ "text": "Mine" })).await;
    assert_eq!(note.status, StatusCode::CREATED, "{}", note.text);
    crew.api.as_key(&own, "DELETE", &photo, Value::Null).await.is_problem(403, "SL0119");
    crew.photo(&other, &[], jpeg()).await.is_problem(404, "SL0301");
    for path in [crew.at("notes"), crew.at("photos"), photo.clone()] {
        crew.api.as_key(&other, "GET", &path, Value::Null).await.is_problem(404, "SL0301");
    }
    let customer =
        crew.api.get(&format!("/api/v1/appointments/{}", crew.job)).await.json()["customer"].clone();
    let customer = Grant {
        company: Some(crew.company.into()),
        customer: Some(serde_json::from_value(customer).unwrap()),
        ..Grant::everywhere(Role::Customer)
    };
    let customer = crew.api.key(&[customer], None).await;
    for path in [crew.at("notes"), crew.at("photos"), photo.clone()] {
        crew.api.as_key(&customer, "GET", &path, Value::Null).await.is_problem(403, "SL0119");
    }
    // A photo is found at its own visit only.
    let elsewhere = photo.replace(&crew.job, "01920000-0000-7000-8000-000000000001");
    crew.api.get(&elsewhere).await.is_problem(404, "SL0301");
}

#[tokio::test]
async fn a_phone_sends_notes_and_photos_as_forms_and_each_once() {
    let crew = Crew::gather().await;
    for key in ["n1", "n1", "n2"] {
        let sent = [("key", key), ("text", "Line one\nline two <b>")];
        let done = crew.send(&crew.cookie, "note", &sent).await;
        let to = format!("/today?day={}&done=note#job-{}", crew.day, crew.job);
        assert_eq!(
            (done.status, done.header("location")),
            (StatusCode::SEE_OTHER, to.as_str()),
            "{}",
            done.text
        );
    }
    let path = format!("/today/{}/photos", crew.job);
    for _ in 0..2 {
        let done = crew.upload(&crew.cookie, &path, "p1", &jpeg()).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    }
    let page = crew.page(&crew.cookie).await;
    assert_eq!(page.text.matches("line two &#60;b&#62;").count(), 2, "{}", page.text);
    assert_eq!(page.text.matches("?size=small").count(), 1, "{}", page.text);
    // The key of one photo is none for another.
    let other = crew.upload(&crew.cookie, &path, "p1", &[&jpeg()[..], b"x"].concat()).await;
    assert!(other.text.contains("SL0112"), "{}", other.text);
    // What is refused stands at the job, and what was typed in its form.
    for (file, status, code) in
        [(&b""[..], 415, "SL0131"), (b"MZ\x90", 415, "SL0131"), (&[0xff; 30_000_000][..], 413, "SL0134")]
    {
        let refused = crew.upload(&crew.cookie, &path, "p2", file).await;
        let card = refused.text.split("data-job=").nth(1).unwrap_or_default();
        assert_eq!((refused.status.as_u16(), card.contains(code)), (status, true), "{}", refused.text);
    }
    let long = "n".repeat(4001);
    let refused = crew.send(&crew.cookie, "note", &[("key", "n3"), ("text", &long)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains(&format!("{long}</textarea>")), "what was typed is there");
    // A form of another page is none of ours, whatever it carries.
    let foreign = Request::post(&path)
        .header("content-type", "multipart/form-data; boundary=B")
        .header("sec-fetch-site", "cross-site")
        .header("cookie", &crew.cookie);
    crew.api
        .send(foreign.body(Body::from("--B--")).unwrap())
        .await
        .text
        .contains("SL0123")
        .then_some(())
        .unwrap();
}

#[tokio::test]
async fn the_page_of_an_appointment_shows_them_to_whoever_may_see_them() {
    let crew = Crew::gather().await;
    let page = format!("/appointments/{}", crew.job);
    let dispatcher = crew.role(Role::Dispatcher).await;
    let done = crew.upload(&dispatcher, &format!("{page}/photos"), "p", &jpeg()).await;
    assert_eq!(done.header("location"), format!("{page}?done=photos#record"), "{}", done.text);
    let refused = crew.upload(&dispatcher, &format!("{page}/photos"), "q", b"no").await;
    assert!(refused.status == StatusCode::UNSUPPORTED_MEDIA_TYPE && refused.text.contains("SL0131"));
    for (role, writes, removes) in
        [(Role::Dispatcher, true, true), (Role::FrontDesk, true, false), (Role::Accountant, false, false)]
    {
        let text = crew.api.page(&crew.role(role).await, &page).await.text;
        assert!(text.contains("?size=small"), "{role:?}");
        assert_eq!(text.contains("Add the note"), writes, "{role:?}");
        assert_eq!(text.contains("Remove photo 1"), removes, "{role:?}");
    }
    let photo = crew.api.get(&crew.at("photos")).await.json()["items"][0]["id"].as_str().unwrap().to_owned();
    let csrf = site::token(dispatcher.split_once('=').unwrap().1);
    let request = Request::post(format!("{page}/photos/{photo}/remove"))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .header("cookie", &dispatcher);
    let done = crew.api.send(request.body(Body::from(format!("csrf={csrf}"))).unwrap()).await;
    assert_eq!(done.header("location"), format!("{page}?done=photo-removed#record"), "{}", done.text);
    let text = crew.api.page(&dispatcher, &page).await.text;
    assert!(text.contains("was removed by") && !text.contains("?size=small"), "{text}");
}

/// The expected arrival of the job, as the API says it.
async fn expected(crew: &Crew) -> Option<DateTime<Utc>> {
    let found = crew.api.get(&format!("/api/v1/appointments/{}", crew.job)).await.json();
    serde_json::from_value(found["expected_arrival"].clone()).unwrap()
}

#[tokio::test]
async fn whoever_sets_out_says_when_they_arrive() {
    let crew = Crew::gather().await;
    let now = SystemClock.now();
    let depart = async |at: DateTime<Utc>| {
        let at = at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let key = [("idempotency-key", "d")];
        crew.api.call("POST", &crew.at("depart"), &key, json!({ "expected_arrival": at })).await
    };
    depart(now - TimeDelta::minutes(1)).await.is_problem(422, "SL0130");
    depart(now + TimeDelta::hours(25)).await.is_problem(422, "SL0130");
    assert_eq!(crew.status().await.0, "confirmed");
    let at = DateTime::from_timestamp(now.timestamp() + 1200, 0).unwrap();
    for _ in 0..2 {
        let left = depart(at).await;
        assert_eq!((left.status, crew.status().await.1), (StatusCode::OK, 3), "{}", left.text);
    }
    assert_eq!(expected(&crew).await, Some(at));
    let events = crew.api.get(&crew.at("events")).await.json();
    let said = at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    assert!(events["items"].to_string().contains(&format!("[\"expected_arrival\",\"{said}\"]")), "{events}");
    let time = at.format("%H:%M").to_string();
    let id = crew.job.parse().unwrap();
    let link = crew.api.app.visit_link(id).await.unwrap();
    for (language, text) in [("en", "We expect to be with you at about"), ("de", "voraussichtlich gegen")] {
        let page = crew.api.page("", &format!("/visit?token={link}&lang={language}")).await.text;
        assert!(page.contains(&format!("{text} {time}")), "{page}");
    }
    let dispatcher = crew.role(Role::Dispatcher).await;
    let page = crew.api.page(&dispatcher, &format!("/appointments/{}", crew.job)).await.text;
    assert!(page.contains("Expected arrival") && page.contains(&format!("Expected at {}", at.format("%a"))));
    assert!(crew.page(&crew.cookie).await.text.contains("<dt>Expected</dt>"));
    crew.command("start").await;
    assert_eq!(expected(&crew).await, None, "they are there");
}

#[tokio::test]
async fn a_way_that_waited_on_a_phone_is_shorter_by_that() {
    for (minutes, waited, left) in [("20", "0", Some(1200)), ("20", "300", Some(900)), ("20", "1500", None)] {
        let crew = Crew::gather().await;
        let fields = [("key", "k"), ("seen", "2"), ("minutes", minutes), ("waited", waited)];
        let done = crew.send(&crew.cookie, "depart", &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let off = expected(&crew).await.map(|at| (at - SystemClock.now()).num_seconds());
        assert_eq!(crew.status().await.0, "en_route", "that they set out is true all the same");
        match left {
            None => assert_eq!(off, None),
            Some(left) => assert!(off.is_some_and(|off| (left - 30..=left).contains(&off)), "{off:?}"),
        }
    }
    let crew = Crew::gather().await;
    let far = crew.send(&crew.cookie, "depart", &[("key", "k"), ("seen", "2"), ("minutes", "90000")]).await;
    assert!(far.text.contains("SL0130"), "{}", far.text);
}
