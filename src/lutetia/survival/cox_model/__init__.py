"""The Cox proportional-hazards model: `lutetia.survival.cox` and what stands behind it, one concept a file.

covariates → arrangement (rows in the order of risk sets) → likelihood (kernel, sums, exact ties, penalties) → newton →
result, with residuals, robust variance, proportionality, baseline hazard and resampling read off the same sums.
"""
