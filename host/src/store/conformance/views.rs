//! Lists of appointments that people keep.

use super::Twice;
use super::accounts::account;
use super::house::{id, minute};
use crate::model::AccountId;
use crate::store::View;

/// A view of an account.
pub(crate) fn view(account: AccountId, name: &str, query: &str) -> View {
    View { id: id(), account, name: name.to_owned(), query: query.to_owned(), created_at: minute(0) }
}

pub(crate) async fn a_view_is_kept_under_a_name_once(twice: &Twice) {
    let [ana, ben] = [account("ana@example.org"), account("ben@example.org")];
    for one in [&ana, &ben] {
        twice.one.add_account(one).await.expect("a new account");
    }
    let first = view(ana.id, "Today", "when=today");
    let other = view(ana.id, "Ärger", "status=no_show");
    let bens = view(ben.id, "Today", "status=open");
    for one in [&other, &first, &bens] {
        twice.one.keep_view(one).await.expect("a write");
    }
    assert_eq!(twice.other.views(ana.id).await.expect("a list"), [first.clone(), other.clone()]);
    twice.other.keep_view(&view(ana.id, "Today", "when=upcoming")).await.expect("a write");
    let changed = View { query: "when=upcoming".to_owned(), ..first.clone() };
    assert_eq!(twice.one.views(ana.id).await.expect("a list"), [changed, other.clone()]);
    assert!(!twice.one.forget_view(ben.id, first.id).await.expect("a write"), "it is somebody else's");
    assert!(twice.one.forget_view(ana.id, first.id).await.expect("a write"));
    assert!(!twice.other.forget_view(ana.id, first.id).await.expect("a write"), "it is gone");
    assert_eq!(twice.other.views(ana.id).await.expect("a list"), [other]);
    assert_eq!(twice.other.views(ben.id).await.expect("a list"), [bens]);
}
