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
# (cluster= is not tried: survfit 3.5-3 does not use it for several states)
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
  fgdata <<- fg  # basehaz() looks it up again
  m <- coxph(formula, fgdata, weights = fgwt, cluster = id, ties = ties, control = coxph.control(eps = 1e-11, toler.chol = 1e-13))
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

# Illness and death with recovery: 80 patients in pieces; states 1 well, 2 ill, 3 dead; some begin ill, some enter late.
rows <- NULL
for (i in 1:80) {
  state <- sample(1:2, 1, TRUE, c(0.7, 0.3)); now <- sample(c(0, 0, 0, 2), 1); end <- now + sample(10:40, 1)
  repeat {
    wait <- ceiling(rexp(1) * 9)
    to <- if (state == 1) sample(c(2, 2, 3), 1) else sample(c(1, 3, 3), 1)
    last <- now + wait >= end
    rows <- rbind(rows, data.frame(id = i, start = now, stop = min(now + wait, end), origin = state, event = if (last) 0 else to))
    if (last || to == 3) break
    now <- now + wait; state <- to
  }
}
rows$weight <- 1 + rows$id %% 2
rows$centre <- rows$id %% 9
write.csv(rows, paste0(out, "state_rows.csv"), row.names = FALSE, quote = FALSE)
rows$to <- factor(rows$event, 0:3, c("none", "well", "ill", "dead"))
rows$from <- factor(rows$origin, 1:3, c("well", "ill", "dead"))
# influence = TRUE, since without it R leaves the uncertainty of the initial distribution out
from <- survfit(Surv(start, stop, to) ~ 1, rows, id = id, istate = from, influence = TRUE)
states <- function(name, fit) {
  at <- c(3, 10, 25)
  s <- summary(fit, times = at)
  for (state in c("well", "ill", "dead")) {
    put(paste0(name, ".p.", state), at, s$pstate[, match(state, fit$states)])
    put(paste0(name, ".se.", state), at, s$std.err[, match(state, fit$states)])
  }
}
states("states", from)
states("states.weighted", survfit(Surv(start, stop, to) ~ 1, rows, id = id, istate = from, weights = weight, influence = TRUE))
# Area under each probability to 30 and, from the influence of each patient, its standard error.
time <- c(0, from$time[from$time < 30]); step <- diff(c(time, 30))
influence <- from$influence.pstate[, seq_along(time), ]
for (state in c("well", "ill", "dead")) {
  k <- match(state, from$states)
  put(paste0("states.mean.", state), 30, sum(step * c(from$p0[k], from$pstate[, k])[seq_along(time)]))
  put(paste0("states.mean.se.", state), 30, sqrt(sum((influence[, , k] %*% step)^2)))
}

d$dead <- as.integer(d$event > 0)
score <- round(d$x1 + d$x2, 10)  # else ties hang on the last bit
index <- function(name, fit) {
  put(paste0(name, ".c"), 0, fit$concordance); put(paste0(name, ".se"), 0, sqrt(fit$var))
  put(paste0(name, ".pairs"), 1:3, as.vector(if (is.matrix(fit$count)) colSums(fit$count) else fit$count)[1:3])
}
index("c", concordance(Surv(stop, dead) ~ round(score, 0), d, reverse = TRUE))
index("c.weighted", concordance(Surv(stop, dead) ~ score, d, reverse = TRUE, weights = weight))
index("c.clustered", concordance(Surv(stop, dead) ~ score, d, reverse = TRUE, cluster = centre))
index("c.strata", concordance(Surv(stop, dead) ~ score + strata(stratum), d, reverse = TRUE))
index("c.delayed", concordance(Surv(entry, stop, dead) ~ score, d, reverse = TRUE))
index("c.uno", concordance(Surv(stop, dead) ~ score, d, reverse = TRUE, timewt = "n/G2"))
index("c.uno.horizon", concordance(Surv(stop, dead) ~ score, d, reverse = TRUE, timewt = "n/G2", ymax = 12))

values$value <- format(values$value, digits = 15, scientific = TRUE, trim = TRUE)
write.csv(values, paste0(out, "competing_values.csv"), row.names = FALSE, quote = FALSE)
