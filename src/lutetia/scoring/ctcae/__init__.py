"""CTCAE grades of laboratory values, versions 5.0 and 6.0 (provisional); the version is always stated.

`grade` for one value, with its reasons and conventions; `grade_many` for arrays (needs numpy).
Limits: `data/ctcae_v5.yaml`, `data/ctcae_v6.yaml`.
"""

from lutetia.scoring.ctcae.criteria import VERSIONS, analytes
from lutetia.scoring.ctcae.grading import CtcaeGrade, grade
from lutetia.scoring.ctcae.many import CtcaeGrades, grade_many

__all__ = ["VERSIONS", "CtcaeGrade", "CtcaeGrades", "analytes", "grade", "grade_many"]
