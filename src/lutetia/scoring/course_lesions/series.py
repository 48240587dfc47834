"""The examinations of one reader around one start, as the course that the RECIST engine walks."""

from __future__ import annotations

from dataclasses import dataclass

from lutetia.scoring.course_lesions.examination import Examination
from lutetia.scoring.recist.course import ReaderCourse
from lutetia.scoring.recist.visit import TargetSum, target_sum


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingSeries:
    """One reader's course with the examinations it was made from: `visits` in the order of `course.visits`."""

    course: ReaderCourse
    baseline: Examination
    visits: tuple[Examination, ...]

    @property
    def baseline_sum(self) -> TargetSum:
        """The sum of the targets at the baseline, in micrometres."""
        return target_sum(self.course.role("target"), self.course.baseline.seen)

    def sums(self) -> tuple[TargetSum, ...]:
        """The sums of the targets at every visit, in micrometres."""
        targets = self.course.role("target")
        return tuple(target_sum(targets, visit.seen) for visit in self.course.visits)

    def examination(self, visit: str) -> Examination:
        """The examination of a visit by its name; the baseline's too."""
        return next(seen for seen in (self.baseline, *self.visits) if seen.name == visit)
