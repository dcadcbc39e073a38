//! How the portal looks and speaks, and who may frame it.

use super::*;

#[tokio::test]
async fn a_visitor_is_spoken_to_in_their_language() {
    let shop = Shop::open(json!({"deposit_percent": "30"})).await;
    let home = format!("/portal/{}", shop.company);
    let asked = async |path: &str, accepts: &'static str| {
        let request = Request::get(path).header("accept-language", accepts).body(Body::empty()).unwrap();
        shop.api.send(request).await.text
    };
    let german = asked(&home, "de-AT,en;q=0.5").await;
    assert!(german.contains("<html lang=\"de\">") && german.contains("30 % Anzahlung"), "{german}");
    // What the browser asks for need not be carried along; what is chosen is.
    assert!(!german.contains(&format!("{home}/times?service={}&#38;lang=", shop.service)), "{german}");
    let chosen = asked(&format!("{home}?lang=de"), "en").await;
    assert!(chosen.contains(&format!("{home}/times?service={}&#38;lang=de", shop.service)), "{chosen}");
    let english = asked(&home, "fr").await;
    assert!(english.contains("<html lang=\"en\">") && english.contains("Deutsch</a>"), "{english}");
}

#[tokio::test]
async fn a_choice_of_language_goes_along_to_the_visit() {
    let shop = Shop::open(json!({"cancel_cutoff_minutes": 527_040})).await;
    let mut fields = vec![
        ("service", shop.service.as_str()),
        ("start", shop.start.as_str()),
        ("name", "Mara"),
        ("key", "k1"),
    ];
    let hold = format!("/portal/{}/hold?lang=de", shop.company);
    let wrong = shop.form(&hold, &fields).await;
    assert!(wrong.text.contains("Bitte geben Sie eine E-Mail-Adresse an"), "{}", wrong.text);
    // The page is offered in other languages by the address that shows it.
    assert!(wrong.text.contains(&format!("/portal/{}/details?", shop.company)), "{}", wrong.text);
    fields.push(("email", "mara@example.org"));
    let held = shop.form(&hold, &fields).await;
    assert!(held.header("location").ends_with("&done=held&lang=de"), "{}", held.header("location"));
    let token = token(&held);
    let accept = [("token", token.as_str()), ("seen", "1")];
    assert_eq!(shop.form("/visit/accept?lang=de", &accept).await.status, StatusCode::SEE_OTHER);
    let page = shop.page(&format!("/visit?token={token}&lang=de")).await;
    assert!(
        page.text.contains("Zum Absagen ist es zu spät: Das war bis 366 Tage vor Beginn möglich."),
        "{}",
        page.text
    );
    let file = shop.page(&format!("/visit/appointment.ics?token={token}&lang=de")).await;
    assert!(file.header("content-disposition").contains("\"termin.ics\""));
    let gone = shop.page("/visit?token=x&lang=de").await;
    assert!(gone.text.contains("Dieser Link gilt nicht mehr"), "{}", gone.text);
    let none = shop.page("/portal/x?lang=de").await;
    assert!(
        none.text.contains("Hier gibt es keine Buchungsseite.") && none.text.contains("SL0126"),
        "{}",
        none.text
    );
}

/// The policies of a page of the portal and of one that is not.
async fn policies(shop: &Shop) -> (String, String) {
    let [portal, other] = [format!("/portal/{}", shop.company), "/log-in".to_owned()];
    let policy = async |path| shop.page(path).await.header("content-security-policy").to_owned();
    (policy(&portal).await, policy(&other).await)
}

#[tokio::test]
async fn only_named_sites_may_frame_the_portal_and_nothing_else() {
    let mut shop = Shop::open(json!({})).await;
    let (portal, other) = policies(&shop).await;
    assert!(portal.ends_with("frame-ancestors 'none'") && portal == other, "{portal} {other}");
    let sites = vec!["https://www.example.org".to_owned(), "http://localhost:8080".to_owned()];
    let site = Site { embed_from: sites, ..Site::default() };
    shop.api.router = router_at(shop.api.app.clone(), site);
    let (portal, other) = policies(&shop).await;
    assert!(portal.ends_with("frame-ancestors https://www.example.org http://localhost:8080"), "{portal}");
    assert!(other.ends_with("frame-ancestors 'none'"), "{other}");
    let token = shop.hold().await;
    for path in [format!("/visit?token={token}"), "/visit?token=x".to_owned(), "/portal/x".to_owned()] {
        let policy = shop.page(&path).await.header("content-security-policy").to_owned();
        assert!(policy.contains("frame-ancestors https://www.example.org "), "{path}: {policy}");
    }
    let script = shop.page("/embed.js").await;
    assert!(script.status == StatusCode::OK && script.text.contains("data-portal"), "{}", script.text);
    assert!(script.header("content-type").starts_with("text/javascript"));
}

#[tokio::test]
async fn a_company_has_its_own_looks_and_language() {
    let shop = Shop::open(json!({})).await;
    let path = format!("/api/v1/companies/{}", shop.company);
    let stored = shop.api.get(&path).await;
    let mut company = stored.json();
    for field in ["id", "company", "version", "updated_at", "created_at", "warnings"] {
        company.as_object_mut().unwrap().remove(field);
    }
    let change = async |portal: &[(&str, &str)], status| {
        let mut wanted = company.clone();
        for (field, value) in portal {
            wanted["portal"][*field] = json!(value);
        }
        let version = shop.api.get(&path).await.header("etag").to_owned();
        let answer = shop.api.call("PUT", &path, &[("if-match", &version)], wanted).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        answer
    };
    let refused = change(&[("accent", "reddish")], StatusCode::UNPROCESSABLE_ENTITY).await;
    assert!(refused.text.contains("portal.accent"), "{}", refused.text);
    let looks = [("accent", "#FFCC00"), ("logo", "https://cdn.example/a.svg"), ("language", "de-CH")];
    change(&looks, StatusCode::OK).await;
    let page = shop.page(&format!("/portal/{}", shop.company)).await;
    assert!(
        page.text.contains("<html lang=\"de\">") && page.text.contains("src=\"https://cdn.example/a.svg\""),
        "{}",
        page.text
    );
    let policy = page.header("content-security-policy");
    assert!(policy.contains("img-src 'self' https://cdn.example/a.svg; frame-ancestors 'none'"), "{policy}");
    let sheet = shop.page("/portal-theme/ffcc00-soft.css").await;
    assert!(
        page.text.contains("/portal-theme/ffcc00-soft.css")
            && sheet.text.contains("--fill:#ffcc00;--fill-ink:#000000")
    );
    let token = shop.hold().await;
    let visit = shop.page(&format!("/visit?token={token}")).await;
    assert!(
        visit.text.contains("Diese Zeit ist für Sie reserviert")
            || visit.text.contains("Bitte bestätigen Sie"),
        "{}",
        visit.text
    );
    let english = Request::get(format!("/visit?token={token}")).header("accept-language", "en");
    let english = shop.api.send(english.body(Body::empty()).unwrap()).await;
    assert!(english.text.contains("<html lang=\"en\">"), "{}", english.text);
}
