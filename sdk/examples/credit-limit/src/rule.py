"""Nobody owes more than their credit limit: the open balance and the visit's price together stay below it.

Limit and balance are attributes of the customer, kept by whoever keeps customers.
"""

from decimal import Decimal, InvalidOperation

import wit_world
from wit_world.imports import words
from wit_world.imports.words import Hook, Level, SettingKind, Severity


class WitWorld(wit_world.WitWorld):
    def describe(self) -> words.Description:
        return words.Description(
            id="org.slotledger.credit-limit",
            version="0.1.0",
            wit_version="0.1.0",
            summary="Refuses what would take a customer over the credit limit.",
            hooks=[Hook.HOLD, Hook.CONFIRM],
            proposals=[],
            settings=[
                setting("limit", "The customer's attribute with the limit.", "credit_limit"),
                setting("balance", "The customer's attribute with what is owed already.", "open_balance"),
            ],
        )

    def propose(self, input: words.Input) -> list[words.Proposal]:
        return []

    def review(self, input: words.Input) -> list[words.Finding]:
        if input.customer is None or input.quote is None:
            return []
        names = {setting.name: setting.value for setting in input.settings}
        limit = amount(input.customer, names["limit"])
        if limit is None:
            return []
        owed = amount(input.customer, names["balance"]) or Decimal(0)
        price = Decimal(input.quote.net.units).scaleb(-input.quote.net.scale)
        if owed + price <= limit:
            return []
        currency = input.company.currency
        sentence = f"The credit limit is {limit:f} {currency}; {owed:f} are open, and this costs {price:f} more."
        return [words.Finding(Severity.DENY, "credit-limit", sentence, None)]


def amount(customer: words.Customer, name: str) -> Decimal | None:
    """An amount among the customer's attributes; none where there is none that can be read."""
    text = next((one.value for one in customer.party.attributes if one.name == name), None)
    if text is None:
        return None
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if value.is_finite() and abs(value.adjusted()) <= 18:
        return value
    wit_world.log(Level.WARN, f"an attribute of customer {customer.party.id} is no amount")
    return None


def setting(name: str, summary: str, default: str) -> words.Setting:
    return words.Setting(name, summary, SettingKind.TEXT, default)
