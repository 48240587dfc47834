"""Every choice of the follow-up is named, and printed in words."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest
from pydantic import ValidationError

from lutetia.cohort.follow_up_rules import FollowUpRules


def test_no_choice_has_a_default():
    with pytest.raises(ValidationError) as refused:
        FollowUpRules.model_validate({})
    assert {error["loc"][0] for error in refused.value.errors()} == set(FollowUpRules.model_fields)


def test_every_value_of_every_choice_is_printed_with_its_meaning(rules):
    for name, field in FollowUpRules.model_fields.items():
        for value in get_args(field.annotation):
            (said,) = [text for text in rules(**{name: value}).conventions if text.startswith(f"{name}={value}: ")]
            assert len(said) > len(f"{name}={value}: ") + 20


def test_there_are_as_many_sentences_as_choices(rules):
    for death, new_line in product(("competing", "event"), ("ignore", "censor", "event")):
        assert len(rules(death=death, new_line=new_line).conventions) == len(FollowUpRules.model_fields)
