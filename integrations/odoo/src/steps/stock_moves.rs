//! The moves of transfers: what they took from where, what they cost, and what of it is still out.

use std::collections::HashMap;

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::json;
use slotledger_erp::{Failure, Key};

use super::Books;
use crate::mapping::{Cost, Link, Number, Picking, StockMove};

impl Books<'_> {
    pub(super) async fn moves_of(&self, picking: &Picking) -> Result<Vec<StockMove>, Failure> {
        self.stock_moves(&[picking.id]).await
    }

    /// What is reserved for a picking, and where.
    pub(super) async fn reservations(
        &self,
        picking: &Picking,
        field: &'static str,
    ) -> Result<Vec<Reservation>, Failure> {
        let domain = json!([["picking_id", "=", picking.id]]);
        self.lines("stock.move.line", domain, &[field], "id").await
    }

    /// The moves of a finished issue, with what earlier returns have not brought back.
    pub(super) async fn still_out(&self, issued: &Picking, own: &Key) -> Result<Vec<StockMove>, Failure> {
        let mut moves = self.moves_of(issued).await?;
        let ids: Vec<i64> = moves.iter().map(|line| line.id).collect();
        let domain = json!([
            ["origin_returned_move_id", "in", ids],
            ["state", "!=", "cancel"],
            ["picking_id.origin", "!=", own],
        ]);
        let fields = ["origin_returned_move_id", "product_uom_qty"];
        let returned: Vec<Returned> = self.lines(StockMove::MODEL, domain, &fields, "id").await?;
        for back in returned {
            let of = moves.iter_mut().find(|line| line.id == back.origin_returned_move_id.id);
            if let Some(line) = of {
                line.quantity -= back.product_uom_qty.0;
            }
        }
        Ok(moves)
    }

    /// The moves of pickings.
    pub(crate) async fn stock_moves(&self, pickings: &[i64]) -> Result<Vec<StockMove>, Failure> {
        let mut fields = StockMove::FIELDS.to_vec();
        fields.push(self.session.fields.move_done);
        if self.session.fields.cost == Cost::OnMove {
            fields.push("value");
        }
        self.lines(StockMove::MODEL, json!([["picking_id", "in", pickings]]), &fields, "id").await
    }

    /// What moves cost, by their pickings.
    pub(crate) async fn costs(&self, moves: &[StockMove]) -> Result<HashMap<i64, Decimal>, Failure> {
        let mut costs = HashMap::new();
        let mut add = |picking: i64, cost: Decimal| *costs.entry(picking).or_insert(Decimal::ZERO) += cost;
        match self.session.fields.cost {
            Cost::OnMove => moves.iter().for_each(|line| add(line.picking_id.id, line.value)),
            Cost::InLayers => {
                let ids: Vec<i64> = moves.iter().map(|line| line.id).collect();
                let domain = json!([["stock_move_id", "in", ids]]);
                let fields = ["value", "stock_move_id"];
                let layers: Vec<Layer> = self.lines("stock.valuation.layer", domain, &fields, "id").await?;
                for layer in layers {
                    let of = moves.iter().find(|line| line.id == layer.stock_move_id.id);
                    if let Some(line) = of {
                        add(line.picking_id.id, layer.value.0);
                    }
                }
            }
        }
        Ok(costs)
    }
}

/// How much of one lot on one shelf is reserved.
#[derive(Deserialize)]
pub(super) struct Reservation {
    pub(super) id: i64,
    #[serde(alias = "product_uom_qty", alias = "reserved_uom_qty")]
    pub(super) reserved: Number,
}

/// A move that undid another.
#[derive(Deserialize)]
struct Returned {
    origin_returned_move_id: Link,
    product_uom_qty: Number,
}

/// What a move cost, where it does not say so itself.
#[derive(Deserialize)]
struct Layer {
    value: Number,
    stock_move_id: Link,
}
