"""An error is a sentence that ends the search: place, what must hold, what came, what to do."""

from __future__ import annotations

from lutetia.errors import Fault, InputError, LutetiaError


def test_fault_reads_as_a_sentence_with_place_line_and_remedy():
    fault = Fault(
        place="entries[3].activity_mbq", line=12, must="must lie between 1000 and 15000", got="7.4", do="Write 7400."
    )
    assert str(fault) == (
        "line 12, entries[3].activity_mbq: must lie between 1000 and 15000, but got 7.4.\n    Write 7400."
    )


def test_fault_leaves_out_what_is_not_known():
    assert str(Fault(place="sex", must="must be female or male")) == "sex: must be female or male."


def test_input_error_carries_and_prints_every_fault():
    error = InputError("a.yaml", [Fault(place="x", must="must be 1"), Fault(place="y", must="must be 2")])
    assert isinstance(error, LutetiaError)
    assert str(error).splitlines() == ["a.yaml: 2 faults", "  x: must be 1.", "  y: must be 2."]
    assert str(InputError("a.yaml", error.faults[:1])).startswith("a.yaml: 1 fault\n")
