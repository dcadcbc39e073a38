"""Fills an empty Tryton 8.2 database with the company that tests and the demo book in.

Usage: TRYTOND_CONFIG=FILE setup.py ADDRESS

The address is sqlite:///NAME or postgresql:///NAME.

Runs inside the server's own virtual environment, without a server: proteus opens the database itself. It is run
once on a fresh database and is not meant to be repeated.
"""
import datetime
import os
import sys
from decimal import Decimal

from proteus import Model, Wizard
from proteus import config as proteus_config
from trytond import config as trytond_config

COMPANY = 'Slotledger Demo'
API_LOGIN = 'slotledger'
# Certifies the company: fills it with what the suite needs, and posts with the connector's rights.
CERTIFIER_LOGIN = 'slotledger-certify'
# module, group
CERTIFIER_GROUPS = [
    ('account_product', 'group_account_product_admin'),
    ('commission', 'group_commission_admin'),
    ('stock', 'group_stock'),
    ('stock', 'group_stock_admin'),
]

# What the connector's calls need, and no more. Lines, moves of a shipment and addresses follow their parent;
# products, units, locations, taxes and payment methods are readable by every user. Tryton itself refuses to delete what
# has a number: the right is for the lines of a changed order, and for drafts that were created twice. A reconciliation
# is deleted to set a deposit free again when its invoice is credited.
# model: (read, write, create, delete)
RIGHTS = {
    'sale.sale': (True, True, True, True),
    'account.invoice': (True, True, True, True),
    'account.invoice.line': (True, True, True, True),
    'account.move': (True, True, True, True),
    'account.move.line': (True, True, True, False),
    'account.move.reconciliation': (True, False, True, True),
    'stock.move': (True, False, True, False),
    'stock.shipment.internal': (True, True, True, True),
    'stock.shipment.out': (True, True, False, False),
    'commission': (True, False, True, False),
    'commission.agent': (True, False, False, False),
    'commission.plan': (True, False, False, False),
    'party.party': (True, True, True, False),
}
# Buttons that Tryton keeps for groups with more rights than these.
BUTTONS = [
    ('sale.sale', 'process'),
    ('stock.shipment.internal', 'assign_force'),
]


def connect(address):
    config_file = os.environ['TRYTOND_CONFIG']
    trytond_config.update_etc(config_file)
    return proteus_config.set_trytond(address, user='admin', config_file=config_file)


def one(model, /, **values):
    """The only record with these values."""
    record, = Model.get(model).find([(name, '=', value) for name, value in values.items()])
    return record


def make(model, /, **values):
    record = Model.get(model)(**values)
    record.save()
    return record


def add_company(config):
    euro = make('currency.currency', name='Euro', symbol='€', code='EUR', numeric_code='978',
                rounding=Decimal('0.01'), digits=2)
    make('currency.currency.rate', currency=euro, date=datetime.date(2000, 1, 1), rate=Decimal(1))
    dollar = make('currency.currency', name='US Dollar', symbol='$', code='USD', numeric_code='840',
                  rounding=Decimal('0.01'), digits=2)
    make('currency.currency.rate', currency=dollar, date=datetime.date(2000, 1, 1), rate=Decimal('1.25'))
    make('currency.currency', name='Pound Sterling', symbol='£', code='GBP', numeric_code='826',
         rounding=Decimal('0.01'), digits=2)
    wizard = Wizard('company.company.config')
    wizard.execute('company')
    wizard.form.party = make('party.party', name=COMPANY)
    wizard.form.currency = euro
    wizard.execute('add')
    config._context = Model.get('res.user').get_preferences(True, {})
    company, = Model.get('company.company').find([])
    return company


def add_accounts(config, company):
    chart_id = Model.get('ir.model.data').get_id('account', 'account_template_root_en', config.context)
    wizard = Wizard('account.create_chart')
    wizard.execute('account')
    wizard.form.account_template = Model.get('account.account.template')(chart_id)
    wizard.form.company = company
    wizard.execute('create_account')
    accounts = {}
    for kind in ('receivable', 'payable', 'revenue', 'expense'):
        accounts[kind] = Model.get('account.account').find([
            (f'type.{kind}', '=', True), ('closed', '!=', True)], limit=1)[0]
    wizard.form.account_receivable = accounts['receivable']
    wizard.form.account_payable = accounts['payable']
    wizard.form.category_account_revenue = accounts['revenue']
    wizard.form.category_account_expense = accounts['expense']
    wizard.execute('create_properties')
    return accounts


def add_payments(company, accounts):
    cash = one('account.journal', code='CASH')
    till = Model.get('account.account').find([('code', '=', '1.1.1')])[0]
    for name in ('Cash', 'Bank Draft'):
        make('account.invoice.payment.method', name=name, company=company, journal=cash,
             credit_account=till, debit_account=till)
    accounting = Model.get('account.configuration')(1)
    accounting.currency_exchange_journal = one('account.journal', code='EXC')
    accounting.currency_exchange_debit_account = accounts['expense']
    accounting.currency_exchange_credit_account = accounts['revenue']
    accounting.save()


def add_fiscal_year(company, year):
    def sequence(kind, name, prefix):
        return make('ir.sequence.strict', name=f'{name} {year}', sequence_type=one('ir.sequence.type', name=kind),
                    company=company, prefix=prefix)

    fiscal_year = Model.get('account.fiscalyear')(
        name=str(year), company=company,
        start_date=datetime.date(year, 1, 1), end_date=datetime.date(year, 12, 31))
    fiscal_year.move_sequence = sequence('Account Move', 'Moves', f'M{year}-')
    invoices, = fiscal_year.invoice_sequences
    invoices.out_invoice_sequence = sequence('Invoice', 'Customer invoices', f'INV{year}-')
    invoices.out_credit_note_sequence = sequence('Invoice', 'Customer credit notes', f'CN{year}-')
    invoices.in_invoice_sequence = sequence('Invoice', 'Supplier invoices', f'BILL{year}-')
    invoices.in_credit_note_sequence = sequence('Invoice', 'Supplier credit notes', f'SCN{year}-')
    fiscal_year.save()
    fiscal_year.click('create_period')


def add_terms():
    term = Model.get('account.invoice.payment_term')(name='Immediate')
    term.lines.new(type='remainder')
    term.save()
    accounting = Model.get('account.configuration')(1)
    accounting.default_customer_payment_term = term
    accounting.save()
    selling = Model.get('sale.configuration')(1)
    selling.sale_invoice_method = 'order'
    selling.sale_shipment_method = 'order'
    selling.save()


def add_category(company, accounts):
    tax_account = one('account.account', code='6.3.6')
    vat = make('account.tax', name='VAT 20 %', description='VAT 20 %', type='percentage', rate=Decimal('0.20'),
               company=company, invoice_account=tax_account, credit_note_account=tax_account)
    category = Model.get('product.category')(
        name='Appointments', accounting=True,
        account_revenue=accounts['revenue'], account_expense=accounts['expense'])
    category.customer_taxes.append(vat)
    category.save()
    return category


def add_product(category, code, name, kind, price, cost, unit='Unit', salable=True):
    unit = one('product.uom', name=unit)
    template = Model.get('product.template')(
        name=name, type=kind, default_uom=unit, list_price=Decimal(price), cost_price_method='fixed',
        account_category=category, salable=salable)
    if salable:
        template.sale_uom = unit
    variant, = template.products
    variant.suffix_code = code
    variant.cost_price = Decimal(cost)
    template.save()
    return one('product.product', code=code)


def add_products(category):
    add_product(category, 'SVC-MAINT', 'Maintenance visit', 'service', '120', '0')
    add_product(category, 'SVC-CUT', 'Haircut', 'service', '50', '0')
    add_product(category, 'FEE', 'Fees', 'service', '25', '0')
    commission = add_product(category, 'COMMISSION', 'Commission', 'service', '0', '0', salable=False)
    stock = {
        add_product(category, 'MAT-FILTER', 'Filter cartridge', 'goods', '18', '7.50'): 1000,
        add_product(category, 'MAT-RARE', 'Rare valve', 'goods', '90', '40'): 2,
    }
    inventory = Model.get('stock.inventory')(location=one('stock.location', code='STO'))
    inventory.empty_quantity = 'keep'
    for product, quantity in stock.items():
        line = inventory.lines.new()
        line.product = product
        line.quantity = quantity
    inventory.save()
    inventory.click('confirm')
    make('stock.location', name='Consumed by services', code='SVC-USE', type='lost_found')
    return commission


def add_party(code, name):
    party = Model.get('party.party')(code=code, name=name)
    address, = party.addresses or [party.addresses.new()]
    address.street = 'Main Street 1'
    address.postal_code = '1000'
    address.city = 'Lisbon'
    party.save()
    return party


def add_agent(company, party, product):
    plan = Model.get('commission.plan')(name='Staff 10 %', commission_product=product, commission_method='posting')
    plan.lines.new(formula='amount * 0.10')
    plan.save()
    make('commission.agent', party=party, type_='agent', plan=plan, company=company, currency=company.currency)


def add_api_users(company, password):
    group = make('res.group', name='Slotledger')
    for model, (read, write, create, delete) in RIGHTS.items():
        make('ir.model.access', model=model, group=group,
             perm_read=read, perm_write=write, perm_create=create, perm_delete=delete)
    for model, name in BUTTONS:
        button = one('ir.model.button', model=model, name=name)
        button.groups.append(Model.get('res.group')(group.id))
        button.save()
    add_user('Slotledger', API_LOGIN, password, company, [group.id])
    known = Model.get('ir.model.data')
    more = [known.get_id(module, name, {}) for module, name in CERTIFIER_GROUPS]
    add_user('Slotledger certification', CERTIFIER_LOGIN, password, company, [group.id, *more])


def add_user(name, login, password, company, groups):
    user = Model.get('res.user')(name=name, login=login, password=password)
    for group in groups:
        user.groups.append(Model.get('res.group')(group))
    user.companies.append(Model.get('company.company')(company.id))
    user.company = Model.get('company.company')(company.id)
    user.save()


def main():
    config = connect(sys.argv[1])
    company = add_company(config)
    accounts = add_accounts(config, company)
    # A run that begins on the last evening of a year may end in the next one.
    year = datetime.date.today().year
    add_fiscal_year(company, year)
    add_fiscal_year(company, year + 1)
    add_payments(company, accounts)
    add_terms()
    category = add_category(company, accounts)
    commission = add_products(category)
    add_party('CUST-ANA', 'Ana Customer')
    add_agent(company, add_party('STAFF-SAM', 'Sam'), commission)
    add_agent(company, add_party('STAFF-LEA', 'Lea'), commission)
    add_api_users(company, os.environ['SLOTLEDGER_API_PASSWORD'])


if __name__ == '__main__':
    main()
