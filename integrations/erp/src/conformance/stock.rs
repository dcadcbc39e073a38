//! Materials: out, back, and not more than there are.

use super::Outcome;
use super::session::Session;
use crate::{Body, Material, State, StockReturn};

pub(super) async fn issued(s: &Session<'_>) -> Outcome {
    let issue = s.issue("issue", vec![s.setup.material.clone()])?;
    let document = s.made(&issue, State::Posted).await?;
    Ok(format!("{} worth {} {}", document.number, document.net, document.currency))
}

pub(super) async fn returned(s: &Session<'_>) -> Outcome {
    let lines = vec![s.setup.material.clone()];
    let issue = s.issue("return", lines.clone())?;
    let out = s.made(&issue, State::Posted).await?;
    let back = Body::StockReturn(StockReturn { issue: issue.key, lines });
    let back = s.made(&s.posting("return", "return", back)?, State::Posted).await?;
    Ok(format!("{} out, {} back", out.number, back.number))
}

pub(super) async fn shortage(s: &Session<'_>, scarce: &Material) -> Outcome {
    s.refused(&s.issue("shortage", vec![scarce.clone()])?).await
}
