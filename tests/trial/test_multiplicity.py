"""Graphs of hypotheses: the example of Bretz et al., NETTER-2's hierarchy, and the closed test by brute force."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.errors import InputError
from lutetia.proportion.multiplicity import adjusted_p
from lutetia.trial import Graph, fixed_sequence, graph_of_sequence, graph_test

BRETZ = Graph(
    weights={"H1": 0.5, "H2": 0.5, "H3": 0.0, "H4": 0.0},
    transitions={"H1": {"H3": 1.0}, "H2": {"H4": 1.0}, "H3": {"H2": 1.0}, "H4": {"H1": 1.0}},
)
ENDPOINTS = ("PFS", "ORR", "global health status", "diarrhoea", "fatigue", "pain")


def test_the_example_of_bretz():
    found = graph_test({"H1": 0.018, "H2": 0.010, "H3": 0.105, "H4": 0.006}, BRETZ)
    assert list(found.adjusted_p.values()) == pytest.approx([0.02, 0.02, 0.105, 0.02])
    assert found.value == ("H1", "H2", "H4")
    assert [step.name for step in found.steps] == ["H2", "H4", "H1", "H3"]
    assert found.left.weights == {"H3": pytest.approx(1.0)}


def test_netter2_stops_at_global_health_status():
    """PFS and response are significant; what comes after time to deterioration of global health is not interpreted."""
    p = dict(zip(ENDPOINTS, (6e-10, 1.6e-7, 0.3, 0.001, 0.001, 0.001), strict=True))
    assert graph_test(p, graph_of_sequence(ENDPOINTS)).value == ("PFS", "ORR")
    sequence = fixed_sequence(p, alpha=0.025, sides=1)
    assert sequence.stopped_at == "global health status"
    assert sequence.value == ("PFS", "ORR")
    adjusted = graph_test(p, graph_of_sequence(ENDPOINTS)).adjusted_p
    assert {name: pytest.approx(value) for name, value in adjusted.items()} == {
        step.name: step.adjusted_p for step in sequence.steps
    }


def weights_of_intersection(graph: Graph, names: tuple[str, ...]) -> dict[str, float]:
    """Weights for the intersection of these hypotheses: all others removed (Bretz 2009, algorithm 1)."""
    for name in [name for name in graph.weights if name not in names]:
        graph = graph.without(name)
    return dict(graph.weights)


def closed_adjusted_p(p: dict[str, float], graph: Graph) -> dict[str, float]:
    """For each hypothesis the largest weighted Bonferroni p of all intersections that contain it."""
    out = dict.fromkeys(p, 0.0)
    for size in range(1, len(p) + 1):
        for names in combinations(p, size):
            weights = weights_of_intersection(graph, names)
            local = min((p[name] / weights[name] for name in names if weights[name] > 1e-12), default=1.0)
            for name in names:
                out[name] = max(out[name], min(local, 1.0))
    return out


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0.0001, 0.2), min_size=4, max_size=4),
    st.lists(st.floats(0.05, 1), min_size=4, max_size=4),
    st.lists(st.floats(0.05, 1), min_size=12, max_size=12),
)
def test_the_graph_is_a_shortcut_of_the_closed_test(p_values, weights, shares):
    names = ("a", "b", "c", "d")
    rows = [shares[3 * i : 3 * i + 3] for i in range(4)]
    graph = Graph(
        weights={name: weight / sum(weights) for name, weight in zip(names, weights, strict=True)},
        transitions={
            name: dict(zip([o for o in names if o != name], [share / sum(row) for share in row], strict=True))
            for name, row in zip(names, rows, strict=True)
        },
    )
    p = dict(zip(names, p_values, strict=True))
    assert graph_test(p, graph).adjusted_p == pytest.approx(closed_adjusted_p(p, graph))


def test_holm_is_a_graph():
    names = ("a", "b", "c")
    third = {name: {other: 0.5 for other in names if other != name} for name in names}
    graph = Graph(weights=dict.fromkeys(names, 1 / 3), transitions=third)
    p = {"a": 0.01, "b": 0.04, "c": 0.012}
    assert list(graph_test(p, graph).adjusted_p.values()) == pytest.approx(
        adjusted_p(list(p.values()), method="holm").tolist()
    )


def test_what_is_not_yet_known_is_not_rejected_and_stops_what_hangs_on_it():
    found = graph_test({"PFS": 0.001, "OS": None, "QoL": 0.001}, graph_of_sequence(("PFS", "OS", "QoL")))
    assert found.value == ("PFS",)
    assert found.adjusted_p["OS"] is None
    assert found.adjusted_p["QoL"] == 1


def test_all_rejected_leaves_no_graph():
    assert graph_test({"a": 0.001}, graph_of_sequence(("a",))).left is None


def test_all_faults_are_told():
    with pytest.raises(InputError) as wrong:
        Graph(weights={"a": 0.7, "b": 0.7}, transitions={"a": {"a": 0.5, "c": 0.6}, "z": {}})
    assert [fault.place for fault in wrong.value.faults] == [
        "weights",
        "transition a → a",
        "transition a → c",
        "transitions of z",
    ]
    with pytest.raises(InputError) as wrong:
        graph_test({"H1": 2, "H9": 0.1}, BRETZ, alpha=0)
    assert len(wrong.value.faults) == 6
    with pytest.raises(InputError, match="must not add up to more than 1"):
        Graph(weights={"a": 1, "b": 0, "c": 0}, transitions={"a": {"b": 0.6, "c": 0.6}})
    with pytest.raises(InputError, match="names"):
        graph_of_sequence(())
