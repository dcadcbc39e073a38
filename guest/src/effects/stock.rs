//! Materials that leave the stock, and come back.

use crate::effects::{Sale, links};
use crate::findings;
use crate::money;
use crate::wit::{Consumable, DocumentKind, DocumentLink, EffectBody, Finding, Status, StockDraft};

impl Sale<'_> {
    /// Brings back what the appointment's work used up, if it was not done after all.
    pub(super) fn return_stock(&mut self) {
        if self.own().status == Status::Completed {
            return;
        }
        for issue in self.issues() {
            let draft = StockDraft { lines: issue.materials, issue: Some(issue.key.clone()) };
            self.add("stock_return", vec![issue.key], issue.parts, EffectBody::StockReturn(draft));
        }
    }

    /// Takes materials out of stock, once.
    pub(super) fn issue_stock(&mut self, materials: &[Consumable]) -> Result<(), Finding> {
        for material in materials {
            check_quantity(material)?;
        }
        if self.own().status == Status::Completed && !materials.is_empty() && self.issues().is_empty() {
            let draft = StockDraft { lines: materials.to_vec(), issue: None };
            let parts = vec![self.own().alone()];
            self.add("stock_issue", Vec::new(), parts, EffectBody::StockIssue(draft));
        }
        Ok(())
    }

    fn issues(&self) -> Vec<DocumentLink> {
        let standing = links::standing(&self.documents, DocumentKind::StockIssue);
        standing.filter(|link| self.own().has(link)).cloned().collect()
    }
}

fn check_quantity(material: &Consumable) -> Result<(), Finding> {
    let quantity = money::read(material.quantity).filter(|_| material.quantity.units > 0);
    quantity.map(|_| ()).ok_or_else(|| findings::quantity_unusable(&material.item))
}
