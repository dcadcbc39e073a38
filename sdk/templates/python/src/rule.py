"""Evening visits cost more, and a party may not be larger than the house can serve.

Everything a rule knows is in its input. Names of `wit/extension.wit` become snake_case here, and those of types and
cases as Python has them: `local-start` is `local_start`, `price-line` is `PriceLine`, the hook `hold` is `Hook.HOLD`.
"""

import wit_world
from wit_world.imports import words
from wit_world.imports.words import Hook, Level, ProposalKind, SettingKind, Severity


class WitWorld(wit_world.WitWorld):
    def describe(self) -> words.Description:
        """What the rule is, where it wants to be asked, and what an administrator can set."""
        return words.Description(
            id="org.example.{{name}}",
            version="0.1.0",
            wit_version="{{wit_version}}",
            summary="Evening visits cost more, and parties have a largest size.",
            hooks=[Hook.HOLD, Hook.RESCHEDULE],
            proposals=[ProposalKind.PRICE_LINE],
            settings=[
                setting("from", "The hour from which a visit counts as evening.", "18"),
                setting("surcharge", "What an evening visit costs more.", "15.00"),
                setting("most-guests", "How many guests there may be.", "8"),
            ],
        )

    def propose(self, input: words.Input) -> list[words.Proposal]:
        """What the rule would have changed: one more line of the price."""
        first = minutes(input.settings, "from")
        if input.wanted is None or first is None or input.wanted.local_start.minute < first:
            return []
        amount = decimal(value(input.settings, "surcharge"))
        if amount is None:
            wit_world.log(Level.WARN, "the setting `surcharge` is no amount; nothing is added")
            return []
        return [words.Proposal_PriceLine(words.PriceLine("EVENING", "Evening surcharge", amount))]

    def review(self, input: words.Input) -> list[words.Finding]:
        """What speaks against the visit."""
        most = number(input.settings, "most-guests")
        if input.wanted is None or most is None or input.wanted.guests <= most:
            return []
        sentence = f"There may be {most} guests at most."
        return [words.Finding(Severity.DENY, "too-many-guests", sentence, None)]


def setting(name: str, summary: str, default: str) -> words.Setting:
    return words.Setting(name, summary, SettingKind.NUMBER, default)


def value(settings: list[words.Attribute], name: str) -> str:
    """A setting's value; nothing where there is none."""
    return next((setting.value for setting in settings if setting.name == name), "")


def number(settings: list[words.Attribute], name: str) -> int | None:
    """A whole number; of 8.5 it is 8."""
    return scaled(decimal(value(settings, name)), 1)


def minutes(settings: list[words.Attribute], name: str) -> int | None:
    """Hours of the day, as 18 or 18.5, in minutes."""
    return scaled(decimal(value(settings, name)), 60)


def scaled(number: words.Decimal | None, times: int) -> int | None:
    """So many times the number, without what is behind the point."""
    return None if number is None else number.units * times // 10**number.scale


def decimal(text: str) -> words.Decimal | None:
    """Reads an amount, exactly. Floats have no place near money."""
    whole, _, fraction = text.strip().partition(".")
    digits = whole + fraction
    if not digits.isdecimal() or len(digits) > 18:
        return None
    return words.Decimal(int(digits), len(fraction))
