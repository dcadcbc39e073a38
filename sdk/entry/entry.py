"""What `slotledger rules build` puts around a rule: CPython's last words go to a file that a component does not have.
Here an exception is logged first, with the line it comes from."""

import wit_world
from wit_world.imports.words import Level

import rule


class WitWorld(rule.WitWorld):
    def describe(self):
        return _asked("describe", super().describe)

    def propose(self, input):
        return _asked("propose", super().propose, input)

    def review(self, input):
        return _asked("review", super().review, input)


def _asked(name, function, *arguments):
    try:
        return function(*arguments)
    except Exception as error:
        wit_world.log(Level.WARN, f"{name}: {type(error).__name__}: {error} at {_place(error.__traceback__)}")
        raise


def _place(trace):
    while trace.tb_next is not None:
        trace = trace.tb_next
    # A component knows a directory of sources by its number: "/0/rule.py".
    file = trace.tb_frame.f_code.co_filename.split("/", 2)[-1]
    return f"{file}:{trace.tb_lineno}"
