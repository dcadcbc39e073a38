//! Accounts, sessions, keys, invitations.

use chrono::TimeDelta;
use futures::future::join_all;
use uuid::Uuid;

use super::Twice;
use super::house::{House, id, minute};
use crate::model::{
    Account, AccountId, ApiKey, AppointmentId, Grant, Invitation, Role, Scope, Session, Signature,
};
use crate::store::{Error, NewAccountEvent, Page, Patience, SharedStore};

const ALL: Page = Page { after: None, limit: 100 };
const PATIENCE: Patience =
    Patience { memory: TimeDelta::minutes(10), delay: |n| TimeDelta::minutes(if n > 2 { 5 } else { 0 }) };

pub(crate) fn account(login: &str) -> Account {
    Account {
        id: AccountId(id()),
        login: login.to_owned(),
        name: "Ana".to_owned(),
        grants: vec![Grant::everywhere(Role::Administrator)],
        active: true,
        version: 1,
        created_at: minute(0),
        updated_at: minute(0),
    }
}

fn session(account: &Account, mark: &str) -> Session {
    Session {
        id: id(),
        account: account.id,
        hash: mark.repeat(64),
        agent: "a browser".to_owned(),
        created_at: minute(0),
        used_at: minute(0),
        expires_at: minute(60),
    }
}

fn invitation(mark: &str, account: Option<AccountId>) -> Invitation {
    Invitation { hash: mark.repeat(64), account, created_at: minute(0), expires_at: minute(60) }
}

fn signature(appointment: AppointmentId, minutes: i64) -> Signature {
    let drawing = Some("M1,2L3,4".to_owned());
    Signature { appointment, revision: 1, name: "Ana".to_owned(), drawing, at: minute(minutes) }
}

/// Something in every table.
pub(crate) async fn let_in(store: &SharedStore, signed: AppointmentId) {
    let ana = account("ana@example.org");
    store.add_account(&ana).await.expect("a new account");
    store.set_password(ana.id, "$argon2id$", None).await.expect("it is there");
    store.begin_session(&session(&ana, "a")).await.expect("a new session");
    store.invite(&invitation("b", Some(ana.id))).await.expect("a new invitation");
    store.attempt("account:x", minute(0), PATIENCE).await.expect("a write");
    store.know_as(ana.id, "https://id.example", "7", minute(0)).await.expect("a write");
    store.note(&event(Some(ana.id.0))).await.expect("a write");
    store.secret("links", &[1, 2], minute(0)).await.expect("a secret");
    store.keep_view(&super::views::view(ana.id, "Mine", "when=today")).await.expect("a write");
    let signature = signature(signed, 0);
    store.sign(&signature).await.expect("a new signature");
}

fn event(subject: Option<Uuid>) -> NewAccountEvent {
    NewAccountEvent {
        at: minute(0),
        by: "Ana".to_owned(),
        name: "account.changed",
        subject,
        message: "Something happened.".to_owned(),
    }
}

pub(crate) async fn a_key_is_known_by_its_hash(twice: &Twice) {
    let hash = "0".repeat(64);
    assert!(!twice.one.has_keys().await.expect("a read"));
    let key = ApiKey {
        scopes: Some(vec![Scope::BooksRead]),
        expires_at: Some(minute(9)),
        ..ApiKey::administrators(id(), hash.clone(), "desk", minute(0))
    };
    twice.one.add_key(&key).await.expect("a new key");
    assert!(twice.other.has_keys().await.expect("a read"));
    assert_eq!(twice.other.key(&hash).await.expect("a read"), Some(key.clone()));
    assert_eq!(twice.other.key(&"1".repeat(64)).await.expect("a read"), None);
    let again = twice.other.add_key(&ApiKey { id: id(), ..key }).await;
    assert!(matches!(again, Err(Error::Exists("key"))), "{again:?}");
}

pub(crate) async fn a_key_is_used_and_revoked(twice: &Twice) {
    let key = ApiKey::administrators(id(), "0".repeat(64), "desk", minute(0));
    twice.one.add_key(&key).await.expect("a new key");
    twice.other.use_key(key.id, minute(3)).await.expect("a write");
    assert!(twice.one.revoke_key(key.id, minute(4)).await.expect("a write"));
    assert!(!twice.other.revoke_key(key.id, minute(5)).await.expect("a write"), "once");
    let known = twice.other.keys(ALL).await.expect("a list").remove(0);
    assert_eq!((known.used_at, known.revoked_at), (Some(minute(3)), Some(minute(4))));
    assert!(key.holds(minute(4)) && !known.holds(minute(4)));
}

pub(crate) async fn an_account_is_read_as_it_was_written(twice: &Twice) {
    let mut ana = account("ana@example.org");
    assert!(!twice.one.has_accounts().await.expect("a read"));
    twice.one.add_account(&ana).await.expect("a new account");
    assert!(twice.other.has_accounts().await.expect("a read"));
    assert_eq!(twice.other.account(ana.id).await.expect("a read"), Some(ana.clone()));
    let taken = twice.other.add_account(&account("ana@example.org")).await;
    assert!(matches!(taken, Err(Error::Exists("account"))), "{taken:?}");
    assert_eq!(
        twice.other.account_by_login("ana@example.org").await.expect("a read"),
        Some((ana.clone(), None))
    );
    twice.one.set_password(ana.id, "$argon2id$", None).await.expect("it is there");
    let known = twice.other.account_by_login("ana@example.org").await.expect("a read").expect("it is there");
    assert_eq!(known.1.as_deref(), Some("$argon2id$"));
    ana.version = 2;
    ana.name = "Ana B.".to_owned();
    twice.other.replace_account(&ana, 1).await.expect("its version");
    let stale = twice.one.replace_account(&ana, 1).await;
    assert!(matches!(stale, Err(Error::Stale("account"))), "{stale:?}");
    let missing = twice.one.replace_account(&account("b@example.org"), 1).await;
    assert!(matches!(missing, Err(Error::Missing("account"))), "{missing:?}");
    assert_eq!(twice.one.accounts(ALL).await.expect("a list"), [ana]);
}

pub(crate) async fn of_two_who_take_away_each_others_rights_one_is_left(twice: &Twice) {
    let mut both = [account("ana@example.org"), account("ben@example.org")];
    for one in &mut both {
        twice.one.add_account(one).await.expect("a new account");
        (one.grants, one.version) = (Vec::new(), 2);
    }
    let [ana, ben] = &both;
    let done = join_all([twice.one.replace_account(ana, 1), twice.other.replace_account(ben, 1)]).await;
    let refused = done.iter().filter(|done| matches!(done, Err(Error::LastAdministrator))).count();
    assert_eq!((refused, done.iter().filter(|done| done.is_ok()).count()), (1, 1), "{done:?}");
}

pub(crate) async fn a_link_ends_with_the_next_one_and_with_the_address_it_went_to(twice: &Twice) {
    let (mut ana, ben) = (account("ana@example.org"), account("ben@example.org"));
    for one in [&ana, &ben] {
        twice.one.add_account(one).await.expect("a new account");
    }
    let redeem = async |mark: &str| {
        let (hash, now) = (mark.repeat(64), minute(1));
        twice.other.redeem(&hash, "$argon2id$", None, now).await.expect("a write").is_some()
    };
    twice.one.invite(&invitation("a", Some(ana.id))).await.expect("a new invitation");
    twice.one.invite(&invitation("b", Some(ana.id))).await.expect("a new invitation");
    twice.one.invite(&invitation("c", Some(ben.id))).await.expect("a new invitation");
    assert!(!redeem("a").await, "a newer one took its place");
    (ana.name, ana.version) = ("Ana B.".to_owned(), 2);
    twice.one.replace_account(&ana, 1).await.expect("its version");
    assert!(redeem("b").await, "another name is no other address");
    twice.one.invite(&invitation("d", Some(ana.id))).await.expect("a new invitation");
    (ana.login, ana.version) = ("ana.b@example.org".to_owned(), 3);
    twice.one.replace_account(&ana, 2).await.expect("its version");
    assert!(!redeem("d").await, "it went to another address");
    assert!(redeem("c").await, "somebody else's is as it was");
}

pub(crate) async fn a_session_ends_when_it_is_revoked(twice: &Twice) {
    let mut ana = account("ana@example.org");
    twice.one.add_account(&ana).await.expect("a new account");
    let [first, second, third] = ["a", "b", "c"].map(|mark| session(&ana, mark));
    for session in [&first, &second, &third] {
        twice.one.begin_session(session).await.expect("a new session");
    }
    assert_eq!(twice.other.session(&first.hash).await.expect("a read"), Some((first.clone(), ana.clone())));
    twice.other.use_session(first.id, minute(7)).await.expect("a write");
    assert_eq!(twice.one.logged_in(ana.id).await.expect("a list")[0].used_at, minute(7));
    assert_eq!(
        twice.one.end_sessions(AccountId(id()), Some(first.id)).await.expect("a write"),
        0,
        "another's"
    );
    assert_eq!(twice.one.end_sessions(ana.id, Some(first.id)).await.expect("a write"), 1);
    assert_eq!(twice.other.session(&first.hash).await.expect("a read"), None);
    twice.one.set_password(ana.id, "p", Some(third.id)).await.expect("it is there");
    assert_eq!(
        twice.other.logged_in(ana.id).await.expect("a list").len(),
        1,
        "a new password ends the others"
    );
    (ana.active, ana.version) = (false, 2);
    let last = twice.one.replace_account(&ana, 1).await;
    assert!(matches!(last, Err(Error::LastAdministrator)), "{last:?}");
    twice.one.add_account(&account("ben@example.org")).await.expect("a new account");
    twice.one.replace_account(&ana, 1).await.expect("its version");
    assert!(twice.other.logged_in(ana.id).await.expect("a list").is_empty());
    let late = session(&ana, "d");
    twice.one.begin_session(&late).await.expect("a new session");
    twice.other.forget_ended(minute(60)).await.expect("a write");
    assert!(twice.one.session(&late.hash).await.expect("a read").is_some(), "it has just ended");
    twice.other.forget_ended(minute(61)).await.expect("a write");
    assert!(twice.one.session(&late.hash).await.expect("a read").is_none());
}

pub(crate) async fn what_a_provider_calls_somebody_is_theirs_alone(twice: &Twice) {
    let (ana, ben) = (account("ana@example.org"), account("ben@example.org"));
    for account in [&ana, &ben] {
        twice.one.add_account(account).await.expect("a new account");
    }
    let (here, there) = ("https://id.example", "https://other.example");
    assert_eq!(twice.one.account_known_as(here, "7").await.expect("a read"), None);
    for (account, issuer, subject, is_so) in [
        (&ana, here, "7", true),
        (&ana, here, "7", true),
        (&ben, here, "7", false),
        (&ana, here, "8", false),
        (&ana, there, "7", true),
        (&ben, here, "8", true),
    ] {
        let known = twice.other.know_as(account.id, issuer, subject, minute(0)).await.expect("a write");
        assert_eq!(known, is_so, "{} {issuer} {subject}", account.login);
    }
    assert_eq!(twice.one.account_known_as(here, "7").await.expect("a read"), Some(ana.clone()));
    assert_eq!(twice.one.forget_identities(ana.id).await.expect("a write"), 2);
    assert_eq!(twice.other.account_known_as(there, "7").await.expect("a read"), None);
    assert_eq!(twice.other.account_known_as(here, "8").await.expect("a read"), Some(ben));
}

pub(crate) async fn an_invitation_is_used_once(twice: &Twice) {
    let ana = account("ana@example.org");
    twice.one.add_account(&ana).await.expect("a new account");
    twice.one.begin_session(&session(&ana, "s")).await.expect("a new session");
    twice.one.invite(&invitation("a", Some(ana.id))).await.expect("a new invitation");
    let hash = "a".repeat(64);
    let late = twice.other.redeem(&hash, "p", None, minute(60)).await.expect("a write");
    assert_eq!(late, None, "it has ended");
    assert!(twice.one.invitation(&hash, minute(1)).await.expect("a read").is_some());
    let tries = (0..6).map(|n| {
        let (side, hash) = (twice.side(n), hash.clone());
        tokio::spawn(async move { side.redeem(&hash, "p", None, minute(1)).await.expect("a write") })
    });
    let won = join_all(tries).await.into_iter().filter_map(|done| done.expect("it ends")).count();
    assert_eq!(won, 1);
    assert!(twice.one.invitation(&hash, minute(1)).await.expect("a read").is_none());
    assert!(twice.one.logged_in(ana.id).await.expect("a list").is_empty(), "sessions end");
}

pub(crate) async fn there_is_one_first_administrator(twice: &Twice) {
    for mark in ["a", "b"] {
        twice.one.invite(&invitation(mark, None)).await.expect("a new invitation");
    }
    let tries = (0..6).map(|n| {
        let side = twice.side(n);
        let hash = ["a", "b"][n % 2].repeat(64);
        tokio::spawn(async move {
            let first = account(&format!("{n}@example.org"));
            side.redeem(&hash, "p", Some(&first), minute(1)).await.expect("a write")
        })
    });
    let won = join_all(tries).await.into_iter().filter_map(|done| done.expect("it ends")).count();
    assert_eq!(won, 1);
    assert_eq!(twice.one.accounts(ALL).await.expect("a list").len(), 1);
}

pub(crate) async fn tries_to_log_in_are_slowed_down(twice: &Twice) {
    let attempt = async |n: usize, at: i64| {
        twice.side(n).attempt("account:x", minute(at), PATIENCE).await.expect("a write")
    };
    for n in 0..3 {
        assert_eq!(attempt(n, 0).await, None, "{n}");
    }
    assert_eq!(attempt(3, 1).await, Some(minute(5)));
    assert_eq!(attempt(4, 5).await, None, "the delay is over");
    assert_eq!(attempt(5, 6).await, Some(minute(10)), "and counted on");
    assert_eq!(twice.one.attempt("account:y", minute(6), PATIENCE).await.expect("a write"), None);
    twice.one.forget_attempts("account:x").await.expect("a write");
    assert_eq!(attempt(6, 6).await, None);
    assert_eq!(attempt(7, 30).await, None, "long ago is forgotten");
    assert_eq!(attempt(8, 30).await, None);
}

pub(crate) async fn of_twenty_tries_at_once_three_are_made(twice: &Twice) {
    let tries = (0..20).map(|n| {
        let side = twice.side(n);
        tokio::spawn(async move { side.attempt("account:x", minute(0), PATIENCE).await.expect("a write") })
    });
    let made = join_all(tries).await.into_iter().filter(|tried| matches!(tried, Ok(None))).count();
    assert_eq!(made, 3);
}

pub(crate) async fn what_was_done_is_kept_and_a_secret_is_made_once(twice: &Twice) {
    let about = id();
    for subject in [Some(about), None, Some(about)] {
        twice.one.note(&event(subject)).await.expect("a write");
    }
    let all = twice.other.account_events(None, None, 10).await.expect("a list");
    assert_eq!(all.len(), 3);
    assert!(all[0].id > all[1].id, "the newest first");
    let before = twice.other.account_events(Some(about), Some(all[0].id), 10).await.expect("a list");
    assert_eq!(before.len(), 1);
    assert_eq!(twice.one.secret("links", &[1], minute(0)).await.expect("a secret"), [1]);
    assert_eq!(twice.other.secret("links", &[2], minute(0)).await.expect("a secret"), [1]);
}

pub(crate) async fn work_is_signed_for_once(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let held = house.store(&twice.one, house.hold(0, 60)).await.expect("a free slot");
    let signature = signature(held.id, 1);
    twice.one.sign(&signature).await.expect("a new signature");
    assert!(matches!(twice.other.sign(&signature).await, Err(Error::Exists("signature"))));
    assert_eq!(twice.other.signature(held.id).await.expect("a read"), Some(signature));
}

pub(crate) async fn the_trail_names_who_it_was(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let ana = account("ana@example.org");
    twice.one.add_account(&ana).await.expect("a new account");
    let mut change = house.hold(0, 60);
    for event in &mut change.events {
        event.by = Some(crate::model::By { id: ana.id.0, name: None });
    }
    let held = house.store(&twice.one, change).await.expect("a free slot");
    let by = twice.other.events(held.id).await.expect("a list").remove(0).by.expect("somebody");
    assert_eq!((by.id, by.name.as_deref()), (ana.id.0, Some("Ana")));
}
