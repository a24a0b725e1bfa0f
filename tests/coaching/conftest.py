"""How long the property tests of the method run.

The long form, some 100,000 steps of talk against the model:
``pytest tests/coaching/test_dialogue_machine.py --hypothesis-profile=long``.
"""

from hypothesis import settings

settings.register_profile("long", max_examples=5_000, deadline=None)
