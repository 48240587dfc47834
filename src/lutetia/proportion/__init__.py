"""Statistics of proportions: intervals, differences, contingency tables, multiplicity. Shared by cohort and trial."""
