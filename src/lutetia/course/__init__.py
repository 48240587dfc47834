"""The course: one patient's illness and treatment as dated, immutable entries.

`lutetia.course.course.Course` is the whole record, `lutetia.course.timeline.Timeline` answers questions
about it.
"""
