//! Accounts and keys, looked through.

use super::Twice;
use super::accounts::account;
use super::house::{id, minute};
use crate::model::{Account, AccountId, ApiKey, Grant, Invitation, ProviderId, Role};
use crate::store::{AccountFilter, NewAccountEvent, Page, Patience};
use chrono::TimeDelta;

async fn add(twice: &Twice, name: &str, login: &str, grants: Vec<Grant>, active: bool) -> Account {
    let account = Account { name: name.to_owned(), grants, active, ..account(login) };
    twice.one.add_account(&account).await.expect("a new account");
    account
}

fn technician(provider: ProviderId) -> Grant {
    let company = Some(id().into());
    Grant { company, provider: Some(provider), ..Grant::everywhere(Role::Technician) }
}

pub(crate) async fn accounts_are_found_and_come_in_pages_by_name(twice: &Twice) {
    let desk = vec![Grant::everywhere(Role::FrontDesk)];
    let both = vec![technician(id().into()), Grant::everywhere(Role::FrontDesk)];
    let zoe = add(twice, "Zoë", "z@example.org", Vec::new(), true).await;
    let ben = add(twice, "ben", "b_1@example.org", desk, false).await;
    let ana = add(twice, "Ana Ö.", "a@work.example", both, true).await;
    let found = async |filter: AccountFilter, after, limit| {
        let found = twice.other.roster(&filter, Page { after, limit }).await.expect("a list");
        found.into_iter().map(|account| account.id).collect::<Vec<_>>()
    };
    let all = AccountFilter::default;
    assert_eq!(found(all(), None, 9).await, [ana.id, ben.id, zoe.id]);
    assert_eq!(found(all(), Some(ana.id.0), 1).await, [ben.id]);
    assert!(found(all(), Some(zoe.id.0), 9).await.is_empty());
    let text = |text: &str| AccountFilter { text: Some(text.to_owned()), ..all() };
    assert_eq!(found(text("ZOË"), None, 9).await, [zoe.id]);
    assert_eq!(found(text("ö."), None, 9).await, [ana.id]);
    assert_eq!(found(text("EXAMPLE.org"), None, 9).await, [ben.id, zoe.id]);
    assert!(found(text("b*1"), None, 9).await.is_empty(), "it is no pattern");
    let role = |role| AccountFilter { role: Some(role), ..all() };
    assert_eq!(found(role(Role::FrontDesk), None, 9).await, [ana.id, ben.id]);
    assert!(found(role(Role::Accountant), None, 9).await.is_empty());
    let off = AccountFilter { active: Some(false), ..role(Role::FrontDesk) };
    assert_eq!(found(off, None, 9).await, [ben.id]);
}

pub(crate) async fn it_is_known_how_an_account_is_come_in_with(twice: &Twice) {
    let ana = add(twice, "Ana", "a@example.org", Vec::new(), true).await;
    let ben = add(twice, "Ben", "b@example.org", Vec::new(), true).await;
    let invitation = Invitation {
        hash: "b".repeat(64),
        account: Some(ben.id),
        created_at: minute(0),
        expires_at: minute(90),
    };
    twice.one.invite(&invitation).await.expect("a new invitation");
    twice.one.set_password(ana.id, "$argon2id$", None).await.expect("it is there");
    twice.one.know_as(ana.id, "https://id.example", "7", minute(0)).await.expect("a write");
    for (at, name) in [(3, "session.begun"), (8, "session.begun"), (9, "password.set")] {
        let (by, message) = ("Ana".to_owned(), "It happened.".to_owned());
        let event = NewAccountEvent { at: minute(at), by, name, subject: Some(ana.id.0), message };
        twice.one.note(&event).await.expect("a write");
    }
    let mut means = twice.other.means(&[ana.id, ben.id, AccountId(id())], minute(10)).await.expect("a read");
    means.sort_by_key(|one| !one.has_password);
    let [of_ana, of_ben] = means.as_slice() else { panic!("{means:?}") };
    assert_eq!((of_ana.account, of_ana.has_password, of_ana.is_known), (ana.id, true, true));
    assert_eq!((of_ana.invited_until, of_ana.came_at), (None, Some(minute(8))));
    assert_eq!((of_ben.account, of_ben.has_password, of_ben.is_known), (ben.id, false, false));
    assert_eq!((of_ben.invited_until, of_ben.came_at), (Some(minute(90)), None));
    let later = twice.other.means(&[ben.id], minute(90)).await.expect("a read");
    assert_eq!(later[0].invited_until, None, "none holds any longer");
}

pub(crate) async fn whoever_tried_too_often_is_told_apart(twice: &Twice) {
    let at_once = Patience { memory: TimeDelta::minutes(10), delay: |_| TimeDelta::minutes(5) };
    twice.one.attempt("account:a", minute(0), at_once).await.expect("a write");
    let both = ["account:a".to_owned(), "account:b".to_owned()];
    let blocked = twice.other.blocked(&both, minute(4)).await.expect("a read");
    assert_eq!(blocked, [("account:a".to_owned(), minute(5))]);
    assert!(twice.other.blocked(&both, minute(5)).await.expect("a read").is_empty());
}

pub(crate) async fn the_accounts_of_providers_are_found(twice: &Twice) {
    let [sam, kim, nobody] = [(); 3].map(|()| ProviderId(id()));
    let first = add(twice, "Sam", "s@example.org", vec![technician(sam), technician(kim)], true).await;
    let second = add(twice, "Sam", "s2@example.org", vec![technician(sam)], true).await;
    add(twice, "Ana", "a@example.org", vec![Grant::everywhere(Role::Administrator)], true).await;
    let mut found = twice.other.accounts_of(&[sam, nobody]).await.expect("a list");
    found.sort_by_key(|(_, account)| account.0);
    assert_eq!(found, [(sam, first.id), (sam, second.id)]);
    assert_eq!(twice.other.accounts_of(&[kim]).await.expect("a list"), [(kim, first.id)]);
}

pub(crate) async fn a_key_is_read_by_its_identifier(twice: &Twice) {
    let key = ApiKey::administrators(id(), "0".repeat(64), "desk", minute(0));
    twice.one.add_key(&key).await.expect("a new key");
    assert_eq!(twice.other.key_called(key.id).await.expect("a read"), Some(key));
    assert_eq!(twice.other.key_called(id()).await.expect("a read"), None);
}
