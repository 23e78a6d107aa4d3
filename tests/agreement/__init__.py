"""The differential test: the same random graphs through all readers at once, and all of them agree.

    recipes     random graphs over the whole table of primitives, with what goes wrong in the mix on purpose
    truth       the exact value and derivatives of a recipe, as intervals, from closed forms of their own
    readers     what each reader of a graph says of it, and whether that is what the engine says

``pytest tests/agreement`` tries a few hundred graphs; ``python -m tests.agreement --minutes 60`` goes on for an hour.
"""
