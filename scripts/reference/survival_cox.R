# Reference numbers for the Cox model: made-up patients with many ties, analysed by R's survival package.
#   Rscript scripts/reference/survival_cox.R tests/survival/reference
# writes cox_rows.csv (the patients), cox_cases.csv (how each case analyses them) and cox_values.csv (what R says); then
# run scripts/seal_data.py on that folder.
library(survival)
options(digits = 15)
folder <- commandArgs(trailingOnly = TRUE)[1]
set.seed(20261120)
exactly <- coxph.control(eps = 1e-11)

n <- 60
rows <- data.frame(age = round(rnorm(n, 60, 9)), grade = sample(1:3, n, TRUE), resected = rbinom(n, 1, .4))
rows$stop <- pmin(ceiling(rexp(n, .05 * exp(.03 * (rows$age - 60) + .4 * (rows$grade - 2) - .6 * rows$resected))), 45)
rows$event <- rbinom(n, 1, .75) * (rows$stop < 45)
rows$start <- pmin(floor(rows$stop * runif(n, 0, .8) * (runif(n) < .6)), rows$stop - 1)
rows$weight <- round(runif(n, .4, 2.5), 2)
rows$centre <- sample(c("north", "south"), n, TRUE)
rows$family <- sample(1:25, n, TRUE)
rows$own <- 1:n
rows$shift <- round(runif(n, -.5, .5), 1)
write.csv(rows, file.path(folder, "cox_rows.csv"), row.names = FALSE)

cases <- subset(expand.grid(ties = c("efron", "breslow", "exact"), delayed = 0:1, weighted = 0:1, stratified = 0:1,
                            clustered = 0:1, stringsAsFactors = FALSE), !(ties == "exact" & (weighted | clustered)))
cases$case <- seq_len(nrow(cases))
write.csv(cases, file.path(folder, "cox_cases.csv"), row.names = FALSE, quote = FALSE)

out <- NULL
add <- function(case, quantity, value)
  out <<- rbind(out, data.frame(case = case, quantity = quantity, at = seq_along(value), value = signif(as.vector(value), 13)))
patient <- data.frame(age = 60, grade = 2, resected = 1, shift = 0)

for (i in seq_len(nrow(cases))) {
  s <- cases[i, ]
  rows$w <- if (s$weighted) rows$weight else 1
  left <- if (s$delayed) "Surv(start, stop, event)" else "Surv(stop, event)"
  right <- paste("age + grade + resected", if (s$stratified) "+ strata(centre)", "+ offset(shift)")
  model <- as.formula(paste(left, "~", right))
  fit <- if (s$clustered)
    eval(bquote(coxph(.(model), rows, ties = .(s$ties), weights = w, cluster = family, control = exactly))) else if
    (s$weighted) eval(bquote(coxph(.(model), rows, ties = .(s$ties), weights = w, cluster = own, control = exactly))) else
    eval(bquote(coxph(.(model), rows, ties = .(s$ties), control = exactly)))
  naive <- if (is.null(fit$naive.var)) fit$var else fit$naive.var
  add(s$case, "coef", coef(fit))
  add(s$case, "std.err", sqrt(diag(fit$var)))
  add(s$case, "model.std.err", sqrt(diag(naive)))
  add(s$case, "log.likelihood", fit$loglik)
  add(s$case, "score.test", fit$score)
  add(s$case, "wald.test", fit$wald.test)
  if (s$ties == "exact") next
  if (!s$clustered) for (g in c("km", "identity", "log", "rank")) add(s$case, paste0("zph.", g), cox.zph(fit, g)$table[, "chisq"])
  if (!s$clustered) for (type in c("martingale", "deviance")) add(s$case, type, residuals(fit, type)[1:10])
  if (!s$clustered) for (type in c("score", "dfbeta", "schoenfeld", "scaledsch"))
    add(s$case, type, t(residuals(fit, type)[1:10, ]))
  single <- eval(bquote(coxph(.(model), rows, ties = .(s$ties), weights = w, robust = FALSE, control = exactly)))
  single$var <- fit$var # survfit of 3.5-3 fails on a fit with both weights and clusters
  curves <- lapply(if (s$stratified) c("north", "south") else "north", function(centre)
    summary(survfit(single, newdata = cbind(patient, centre = centre))))
  add(s$case, "survival", unlist(lapply(curves, function(curve) head(curve$surv, 12))))
  add(s$case, "survival.std.err", unlist(lapply(curves, function(curve) head(curve$std.err, 12))))
}

plain <- Surv(stop, event) ~ age + grade + resected
for (strength in c(1, 20)) for (scaled in c(TRUE, FALSE)) {
  fit <- coxph(Surv(stop, event) ~ ridge(age, grade, resected, theta = strength, scale = scaled), rows, control = exactly)
  case <- 1000 + strength * 2 + scaled
  add(case, "coef", coef(fit))
  add(case, "std.err", sqrt(diag(fit$var)))
  add(case, "log.likelihood", fit$loglik)
  add(case, "df", sum(fit$df))
}
terms <- drop1(coxph(Surv(stop, event) ~ age + factor(grade) + resected, rows, control = exactly), test = "Chisq")
add(2000, "term.test", terms$LRT[-1])
write.csv(out, file.path(folder, "cox_values.csv"), row.names = FALSE, quote = FALSE)
