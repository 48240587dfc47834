"""Scores: pure functions from values to a frozen result that carries its reasons and its conventions.

`grade` (WHO grade of a neuroendocrine tumour), `uptake` (SSTR visual score, definitions of SSTR-positive,
NETPET class), `renal` (Cockcroft-Gault creatinine clearance, CKD-EPI 2021 eGFR). Every result has `.value`,
`.because` and `.conventions`; every cut-off and coefficient stands in a data file with a sidecar.
"""
