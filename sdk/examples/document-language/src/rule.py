"""Documents speak the customer's language.

The language is what is kept with the customer, or what an attribute of theirs says instead (`de`, `de-AT`); the service's
attributes have the words for it: `description_de`, `description_fr`. What is not translated stays as it is.
"""

import wit_world
from wit_world.imports import words
from wit_world.imports.words import Hook, ProposalKind, SettingKind

# What a line of a document can carry.
LONGEST = 500


class WitWorld(wit_world.WitWorld):
    def describe(self) -> words.Description:
        return words.Description(
            id="org.slotledger.document-language",
            version="0.1.0",
            wit_version="0.1.0",
            summary="Puts the service's description on documents in the customer's language.",
            hooks=[Hook.DOCUMENT],
            proposals=[ProposalKind.DOCUMENT_TEXT],
            settings=[
                setting("language", "The customer's attribute that names another language.", "document_language"),
                setting("prefix", "What the service's attributes with the words begin with.", "description_"),
            ],
        )

    def propose(self, input: words.Input) -> list[words.Proposal]:
        text = translation(input)
        if text is None:
            return []
        return [
            words.Proposal_DocumentText(words.DocumentText(document.key, at, text))
            for document in input.documents
            for at, line in enumerate(document.lines)
            if line.item == input.service.item and line.description != text
        ]

    def review(self, input: words.Input) -> list[words.Finding]:
        return []


def translation(input: words.Input) -> str | None:
    """The service's description in the customer's language, or in the language it is a variety of."""
    if input.customer is None:
        return None
    names = {setting.name: setting.value for setting in input.settings}
    customer = {one.name: one.value for one in input.customer.party.attributes}
    service = {one.name: one.value for one in input.service.party.attributes}
    decision = {one.name: one.value for one in input.attributes}
    language = (customer.get(names["language"]) or decision.get("customer-language", "")).lower()
    for tag in (language, language.partition("-")[0]):
        text = service.get(names["prefix"] + tag, "") if tag else ""
        text = "".join(c for c in text if c.isprintable()).strip()[:LONGEST]
        if text:
            return text
    return None


def setting(name: str, summary: str, default: str) -> words.Setting:
    return words.Setting(name, summary, SettingKind.TEXT, default)
