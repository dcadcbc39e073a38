//! Materials: out, back, and not more than there are.

use rust_decimal::Decimal;

use super::report::Outcome;
use super::session::Session;
use crate::{Material, Reason, State};

pub(super) async fn issued(s: &Session<'_>) -> Outcome {
    let issue = s.issue("issue", vec![s.setup.material.clone()])?;
    let document = s.made(&issue, State::Posted).await?;
    Ok(format!("{} worth {} {}", document.number, document.net, document.currency))
}

pub(super) async fn returned(s: &Session<'_>) -> Outcome {
    let lines = vec![s.setup.material.clone()];
    let issue = s.issue("return", lines.clone())?;
    let out = s.made(&issue, State::Posted).await?;
    let back = s.made(&s.material_back("return", "return", &issue.key, lines)?, State::Posted).await?;
    Ok(format!("{} out, {} back", out.number, back.number))
}

/// Some comes back, then more than is still out is refused, then the rest comes back.
pub(super) async fn returned_in_part(s: &Session<'_>) -> Outcome {
    let all = &s.setup.material;
    let some = Material { quantity: Decimal::ONE, ..all.clone() };
    let rest = Material { quantity: all.quantity - Decimal::ONE, ..all.clone() };
    let issue = s.issue("part", vec![all.clone()])?;
    let out = s.made(&issue, State::Posted).await?;
    let first = s.material_back("part", "first", &issue.key, vec![some])?;
    let first = s.made(&first, State::Posted).await?;
    s.refused(&s.material_back("part", "too-much", &issue.key, vec![all.clone()])?).await?;
    let second = s.material_back("part", "rest", &issue.key, vec![rest])?;
    let second = s.made(&second, State::Posted).await?;
    Ok(format!("{} out, {} and {} back", out.number, first.number, second.number))
}

pub(super) async fn shortage(s: &Session<'_>, scarce: &Material) -> Outcome {
    s.refused_because(&s.issue("shortage", vec![scarce.clone()])?, Reason::OutOfStock).await
}

pub(super) async fn unknown(s: &Session<'_>) -> Outcome {
    let mut material = s.setup.material.clone();
    material.item.code = format!("{}-nowhere", s.setup.run);
    material.item.name.clone_from(&material.item.code);
    s.refused_because(&s.issue("nowhere", vec![material])?, Reason::UnknownItem).await
}
