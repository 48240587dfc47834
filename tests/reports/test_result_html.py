"""What HTML pages share: everything escaped, ids of a figure its own, JSON that opens no tag."""

from __future__ import annotations

import pytest

from lutetia.plots.figure import Figure
from lutetia.reports.result_figures import Drawn
from lutetia.reports.result_html import environment, inline_svg, script_json


def picture() -> Drawn:
    svg = '<svg width="1"><clipPath id="a"/><g clip-path="url(#a)"><use href="#a"/></g></svg>'
    figure = Figure(specification={}, description="x")
    said = '5 < 6 "quoted"'
    return Drawn(
        key="pfs", title="PFS", kind="forest", svg=svg, description=said, conventions=(), readout=None, figure=figure
    )


def test_ids_carry_the_key_of_the_figure():
    text = str(inline_svg(picture()))
    assert 'id="pfs-a"' in text
    assert "url(#pfs-a)" in text
    assert 'href="#pfs-a"' in text
    assert 'aria-label="5 &lt; 6 &#34;quoted&#34;"' in text


def test_text_is_escaped_and_unknown_names_are_errors():
    from jinja2 import UndefinedError

    assert environment().from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"
    with pytest.raises(UndefinedError):
        environment().from_string("{{ y }}").render()


def test_json_cannot_close_its_script():
    assert "<" not in str(script_json({"a": "</script>"}))
