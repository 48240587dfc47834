# Reference numbers for competing risks, Gray's test, Fine-Gray, multi-state models and concordance.
# R 4.2.2, survival 3.5-3, cmprsk 2.2-11. Run from the repository's root:  Rscript scripts/reference/competing_and_states.R
# Writes tests/survival/reference/{competing_rows,state_rows,competing_values}.csv. Every patient is made up.
suppressMessages({library(survival); library(cmprsk)})
options(digits = 15)
out <- "tests/survival/reference/"
values <- NULL
put <- function(quantity, at, value) values <<- rbind(values, data.frame(quantity = quantity, at = at, value = unname(value)))

set.seed(20261120)
n <- 120
d <- data.frame(id = 1:n, entry = sample(c(0, 0, 0, 1:6), n, TRUE), x1 = round(rnorm(n), 2), x2 = rbinom(n, 1, 0.4),
                group = sample(c("a", "b", "c"), n, TRUE), stratum = sample(1:2, n, TRUE), weight = sample(1:3, n, TRUE),
                centre = sample(1:12, n, TRUE))
d$stop <- d$entry + ceiling(rexp(n) * 12)
d$event <- sample(0:2, n, TRUE, c(0.3, 0.4, 0.3))
write.csv(d, paste0(out, "competing_rows.csv"), row.names = FALSE, quote = FALSE)
d$state <- factor(d$event, 0:2)

curve <- function(name, fit, times) {
  s <- summary(fit, times = times)
  for (k in seq_len(ncol(s$pstate))) {
    put(paste0(name, ".p", k - 1), times, s$pstate[, k])
    put(paste0(name, ".se", k - 1), times, s$std.err[, k])
  }
}
at <- c(2, 5, 10, 20, 40)
curve("cif", survfit(Surv(stop, state) ~ 1, d), at)
curve("cif.weighted", survfit(Surv(stop, state) ~ 1, d, weights = weight), at)
curve("cif.clustered", survfit(Surv(stop, state) ~ 1, d, cluster = centre), at)
curve("cif.delayed", survfit(Surv(entry, stop, state) ~ 1, d, id = id), at)
for (kind in c("plain", "log", "log-log")) {
  s <- summary(survfit(Surv(stop, state) ~ 1, d, conf.type = kind), times = 10)
  put(paste0("cif.", kind, ".lower"), 10, s$lower[, 2]); put(paste0("cif.", kind, ".upper"), 10, s$upper[, 2])
}

for (rho in c(0, 1, -0.5)) {
  plain <- cuminc(d$stop, d$event, d$group, rho = rho)$Tests
  layered <- cuminc(d$stop, d$event, d$group, strata = d$stratum, rho = rho)$Tests
  for (cause in 1:2) {
    put(paste0("gray.cause", cause), rho, plain[cause, "stat"])
    put(paste0("gray.strata.cause", cause), rho, layered[cause, "stat"])
  }
}

model <- function(name, fg, formula, ties = "efron") {
  m <- coxph(formula, fg, weights = fgwt, cluster = id, ties = ties, control = coxph.control(eps = 1e-11, toler.chol = 1e-13))
  put(paste0(name, ".coef"), 1:2, coef(m)); put(paste0(name, ".sandwich"), 1:2, sqrt(diag(m$var)))
  put(paste0(name, ".model"), 1:2, sqrt(diag(m$naive.var))); put(paste0(name, ".loglik"), 0:1, m$loglik)
  put(paste0(name, ".baseline"), 0, tail(basehaz(m, centered = FALSE)$hazard, 1))
}
covariates <- Surv(fgstart, fgstop, fgstatus) ~ x1 + x2
model("fg", finegray(Surv(stop, state) ~ ., d), covariates)
model("fg.breslow", finegray(Surv(stop, state) ~ ., d), covariates, "breslow")
model("fg.cause2", finegray(Surv(stop, state) ~ ., d, etype = "2"), covariates)
model("fg.delayed", finegray(Surv(entry, stop, state) ~ ., d, id = id), covariates)
layered <- finegray(Surv(stop, state) ~ . + strata(stratum), transform(d, layer = stratum))
model("fg.strata", layered, Surv(fgstart, fgstop, fgstatus) ~ x1 + x2 + strata(layer))
untied <- transform(d, stop = stop + (1:n) / 1000)  # without ties crr and finegray are one model
m <- crr(untied$stop, untied$event, cbind(untied$x1, untied$x2), gtol = 1e-12, maxiter = 50)
put("crr.coef", 1:2, m$coef); put("crr.se", 1:2, sqrt(diag(m$var)))

# Illness and death with recovery: 80 patients in up to four pieces; states 0, 1, 2 (dead); some begin in state 1.
rows <- NULL
for (i in 1:80) {
  state <- rbinom(1, 1, 0.3); now <- sample(c(0, 0, 0, 2), 1); end <- now + sample(10:40, 1)
  repeat {
    wait <- ceiling(rexp(1) * 9)
    to <- sample(if (state == 0) c(1, 1, 2) else c(0, 2, 2), 1)
    last <- now + wait >= end
    rows <- rbind(rows, data.frame(id = i, start = now, stop = min(now + wait, end), origin = state, event = if (last) 0 else to))
    if (last || to == 2) break
    now <- now + wait; state <- to
  }
}
rows$event[rows$event == 0 & FALSE] <- 0
rows$moved <- FALSE
code <- 0  # event 0 means "no move", so the first state is coded 3 as a target
rows$weight <- (1:2)[1 + rows$id %% 2]
