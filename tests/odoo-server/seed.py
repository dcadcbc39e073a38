"""Fills a fresh Odoo database with one company, run by `odoo shell`, which provides `env`.

Prints one line of JSON: the API keys of the users. All that a connector makes for itself (the operation type and the
location of what services use up, the commission product) is deliberately left out.
"""

import json
import os

from odoo import release

OLD = release.version_info[0] < 19
PASSWORD = os.environ["SLOTLEDGER_PASSWORD"]
company = env.company  # noqa: F821 - the shell's


def ref(name):
    return env.ref(name)  # noqa: F821


def model(name):
    return env[name]  # noqa: F821


def found(name, *domain):
    return model(name).with_context(active_test=False).search(list(domain), limit=1)


def in_euro():
    euro, dollar, yen, pound = (
        found("res.currency", ("name", "=", code)) for code in ("EUR", "USD", "JPY", "GBP")
    )
    (euro | dollar | yen | pound).active = True
    company.write(
        {
            "name": os.environ["SLOTLEDGER_COMPANY"],
            "currency_id": euro.id,
            "country_id": ref("base.pt").id,
            "email": "office@slotledger.example",
        }
    )
    # The pound is in use and has no rate: Odoo would take it for one to one.
    model("res.currency.rate").search([]).unlink()
    for currency, rate in ((dollar, 1.25), (yen, 160.0)):
        model("res.currency.rate").create(
            {"currency_id": currency.id, "company_id": company.id, "name": "2020-01-01", "rate": rate}
        )


    # Prices follow the currency of their list, and the first one was made before the company's currency was known.
    model("product.pricelist").search([]).write({"currency_id": euro.id, "name": "Euro"})
    model("product.pricelist").create({"name": "Dollar", "currency_id": dollar.id})
    # Without a country of its own a tax would be left out as an export.
    model("account.fiscal.position").search([]).write({"auto_apply": False})


def taxed():
    vat = model("account.tax").search(
        [("type_tax_use", "=", "sale"), ("company_id", "=", company.id)], order="sequence, id", limit=1
    )
    vat.write({"name": "VAT 20%", "amount": 20.0})
    company.account_sale_tax_id = vat


def users():
    def user(login, name, groups):
        # Not every group is in every edition.
        groups = [env.ref(group, raise_if_not_found=False) for group in groups]  # noqa: F821
        groups = [group.id for group in groups if group]
        return (
            model("res.users")
            .with_context(no_reset_password=True)
            .create(
                {
                    "name": name,
                    "login": login,
                    "email": login + "@slotledger.example",
                    "password": PASSWORD,
                    "tz": "UTC",
                    ("groups_id" if OLD else "group_ids"): [(6, 0, groups)],
                }
            )
        )

    connector = user(
        os.environ["SLOTLEDGER_USER"],
        "Slotledger",
        [
            "base.group_user",
            "base.group_partner_manager",
            "sales_team.group_sale_salesman_all_leads",
            "account.group_account_invoice",
            "stock.group_stock_manager",
            "product.group_product_manager",
        ],
    )
    clerk = user("clerk", "Clerk without rights", ["base.group_user"])
    admin = ref("base.user_admin")
    admin.write({"password": PASSWORD, "tz": "UTC", "email": "admin@slotledger.example"})
    if OLD:
        # An administrator of accounting may close periods, one of the system may not.
        admin.write({"groups_id": [(4, ref("account.group_account_manager").id)]})
    return {"connector": key(connector), "clerk": key(clerk), "administrator": key(admin)}


def key(user):
    """A key without an end, which only an administrator can make: the template is used for months."""
    keys = model("res.users.apikeys").with_user(user).sudo()
    return keys._generate(None, "slotledger") if OLD else keys._generate(None, "slotledger", None)


def products():
    def product(code, name, price, **more):
        values = {"name": name, "default_code": code, "list_price": price, "type": "service"}
        return model("product.product").create({**values, **more})

    stocked = {"type": "product"} if OLD else {"type": "consu", "is_storable": True}
    product("SVC-MAINT", "Maintenance", 120.0, invoice_policy="order")
    product("FEE", "Late cancellation fee", 25.0, invoice_policy="order")
    filters = product("MAT-FILTER", "Filter", 18.0, standard_price=7.5, **stocked)
    rare = product("MAT-RARE", "Rare part", 90.0, standard_price=40.0, **stocked)
    shelf = model("stock.warehouse").search([("company_id", "=", company.id)], limit=1).lot_stock_id
    for item, quantity in ((filters, 500.0), (rare, 2.0)):
        model("stock.quant")._update_available_quantity(item, shelf, quantity)


def parties():
    for code, name in (("CUST-ANA", "Ana Customer"), ("STAFF-SAM", "Sam")):
        model("res.partner").create(
            {"ref": code, "name": name, "email": code.lower() + "@slotledger.example", "country_id": ref("base.pt").id}
        )


def other_company():
    """A company in which the connector's user has no business."""
    model("res.company").create({"name": "Somebody Else"})


in_euro()
taxed()
products()
parties()
keys = users()
other_company()
env.cr.commit()  # noqa: F821
print(json.dumps(keys))
