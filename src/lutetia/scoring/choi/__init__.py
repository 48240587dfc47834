"""Choi and modified Choi response: change of size and of attenuation on contrast-enhanced CT.

Both examinations must be in the portal venous phase; any other phase is not assessable, never guessed. An input that
is unknown leaves the classes open that it could still make.
"""

from __future__ import annotations

from lutetia.scoring.choi.inputs import Against, Average, Lesion, Phase
from lutetia.scoring.choi.response import ChoiResponse, Criteria, response

__all__ = ["Against", "Average", "ChoiResponse", "Criteria", "Lesion", "Phase", "response"]
