"""The participant flow of NETTER-2 (Singh et al. 2024, Lancet 403:2807) as a table."""

from __future__ import annotations

from lutetia.reports.trial_flow import flow_table
from lutetia.trial.flow import FlowBox, ParticipantFlow


def arm(name, n, untreated, treated, stopped, on):
    ended = FlowBox(name=f"{name}, on treatment at cut-off", n=on)
    return FlowBox(name=name, n=n, left=untreated, then=(
        FlowBox(name=f"{name}, treated", n=treated, left=stopped, then=(ended,)),))  # fmt: skip


FLOW = ParticipantFlow(
    first=FlowBox(name="screened", n=261, left={"not eligible": 35}, then=(
        FlowBox(name="randomised", n=226, then=(
            arm("Lu", 151, {"surgery": 1, "other": 3}, 147, {"stopped": 69}, 78),
            arm("control", 75, {"surgery": 1, "consent": 1}, 73, {"stopped": 58}, 15),
        )),
    ))
)  # fmt: skip


def test_every_box_and_every_reason_with_its_sum():
    table = flow_table(FLOW)
    assert table.head == ("", "All", "Lu", "control")
    rows = [tuple(cell.strip() for cell in row.cells) for row in table.rows]
    assert rows == [
        ("Screened", "261", "", ""),
        ("not eligible", "35", "", ""),
        ("Randomised", "226", "", ""),
        ("Allocated", "226", "151", "75"),
        ("surgery", "2", "1", "1"),
        ("other", "3", "3", "0"),
        ("consent", "1", "0", "1"),
        ("Treated", "220", "147", "73"),
        ("stopped", "127", "69", "58"),
        ("On treatment at cut-off", "93", "78", "15"),
    ]


def test_records_name_the_box():
    found = {(one["term"], one["level"]): one["estimate"] for one in flow_table(FLOW).records}
    assert found["control, treated", ""] == 73
    assert found["Lu", "surgery"] == 1
    assert found["screened", ""] == 261


def test_one_box_alone():
    rows = flow_table(ParticipantFlow(first=FlowBox(name="randomised", n=3))).rows
    assert [row.cells for row in rows] == [("Randomised", "3")]
