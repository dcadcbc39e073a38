//! One thing of an account changed, as a page asks for it; and what is written down of any change.
//!
//! Invariant: a change names the version that it was asked for on, so that nothing is overwritten unseen.

use super::super::identity::Identity;
use super::super::{App, Error, Result};
use super::{NewAccount, plain};
use crate::model::{Account, AccountId, Grant, Role};

/// What shall become of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountChange {
    /// It is called so, and its owner logs in with this address.
    Named {
        /// The name.
        name: String,
        /// The address.
        login: String,
    },
    /// It has this role besides.
    Given(Grant),
    /// It has this role no longer.
    Taken(Grant),
    /// Its owner may log in, or may not.
    Active(bool),
}

impl App {
    /// Changes one thing of an account at a version.
    pub async fn change_account(
        &self,
        id: AccountId,
        expected: i64,
        change: AccountChange,
        by: &Identity,
    ) -> Result<Account> {
        let old = self.account(id).await?;
        if old.version != expected {
            return Err(Error::Stale { current: old.version.to_string() });
        }
        let wanted = changed(&old, change)?;
        let errors = wanted.check();
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let is_same = (&plain(&wanted.login), &wanted.name, &wanted.grants, wanted.active)
            == (&old.login, &old.name, &old.grants, old.active);
        if is_same { Ok(old) } else { self.replace_account(id, expected, wanted, by).await }
    }
}

fn changed(old: &Account, change: AccountChange) -> Result<NewAccount> {
    let Account { login, name, grants, active, .. } = old.clone();
    let mut wanted = NewAccount { login, name, grants, active };
    match change {
        AccountChange::Named { name, login } => (wanted.name, wanted.login) = (name, login),
        AccountChange::Given(grant) if wanted.grants.contains(&grant) => {
            return Err(Error::field("role", "is theirs already, just as far"));
        }
        AccountChange::Given(grant) => wanted.grants.push(grant),
        AccountChange::Taken(grant) => wanted.grants.retain(|one| *one != grant),
        AccountChange::Active(active) => wanted.active = active,
    }
    Ok(wanted)
}

/// What became of an account, for whoever reads it later.
pub(super) fn told(old: &Account, new: &Account) -> String {
    let called = |grant: &Grant| plainly(grant.role);
    let mut said = Vec::new();
    if old.name != new.name {
        said.push(format!("The name was changed from «{}» to «{}».", old.name, new.name));
    }
    if old.login != new.login {
        said.push(format!("The address was changed from {} to {}.", old.login, new.login));
    }
    for grant in new.grants.iter().filter(|grant| !old.grants.contains(grant)) {
        said.push(format!("The role {} was given.", called(grant)));
    }
    for grant in old.grants.iter().filter(|grant| !new.grants.contains(grant)) {
        said.push(format!("The role {} was taken away.", called(grant)));
    }
    match (old.active, new.active) {
        (true, false) => said.push("It was switched off.".to_owned()),
        (false, true) => said.push("It was switched on.".to_owned()),
        _ => {}
    }
    if said.is_empty() { "It was saved as it was.".to_owned() } else { said.join(" ") }
}

fn plainly(role: Role) -> String {
    role.as_str().replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conformance::accounts::account;

    #[test]
    fn what_became_of_an_account_is_told_thing_by_thing() {
        let old = account("ana@example.org");
        let mut new = old.clone();
        assert_eq!(told(&old, &new), "It was saved as it was.");
        new.login = "ana.b@example.org".to_owned();
        new.grants = vec![Grant::everywhere(Role::FrontDesk)];
        new.active = false;
        assert_eq!(
            told(&old, &new),
            "The address was changed from ana@example.org to ana.b@example.org. The role front desk was given. \
             The role administrator was taken away. It was switched off."
        );
    }

    #[test]
    fn a_role_is_given_once_and_taken_as_it_is() {
        let old = account("ana@example.org");
        let given = old.grants[0];
        assert!(matches!(changed(&old, AccountChange::Given(given)), Err(Error::Invalid(_))));
        let left = changed(&old, AccountChange::Taken(Grant::everywhere(Role::FrontDesk))).unwrap();
        assert_eq!(left.grants, old.grants, "a role that is not there is not taken");
        assert!(changed(&old, AccountChange::Taken(given)).unwrap().grants.is_empty());
    }
}
