# Reference numbers for Kaplan-Meier, log-rank and Turnbull: made-up patients, analysed by R's survival package.
#   Rscript scripts/reference/survival_curves.R tests/survival/reference
# writes curve_rows.csv (the patients), curve_values.csv (what R says of them), interval_rows.csv and interval_values.csv
# (the same for interval-censored patients); then run scripts/seal_data.py on that folder.
library(survival)
folder <- commandArgs(trailingOnly = TRUE)[1]
set.seed(20261120)

make <- function(case, n, delayed, weighted, clustered, digits) {
  stop <- round(rexp(n, .1), digits) + 10^-digits
  start <- if (delayed) floor(stop * runif(n, 0, .99) * (runif(n) < .7) * 10^digits) / 10^digits else rep(NA, n)
  if (delayed) start <- pmin(start, stop - 10^-digits)
  data.frame(case = case, start = start, stop = stop, event = rbinom(n, 1, .65),
             weight = switch(weighted, none = NA, whole = sample(1:4, n, TRUE), fraction = round(runif(n, .3, 3), 2)),
             cluster = if (clustered) sample(seq_len(ceiling(n / 3)), n, TRUE) else NA,
             group = sample(c("a", "b", "c"), n, TRUE), stratum = sample(c("u", "v"), n, TRUE))
}
settings <- rbind(
  expand.grid(n = 9, delayed = c(FALSE, TRUE), weighted = c("none", "whole", "fraction"), clustered = c(FALSE, TRUE),
              digits = 0, stringsAsFactors = FALSE),
  data.frame(n = 20, delayed = c(FALSE, TRUE), weighted = "none", clustered = FALSE, digits = c(0, 1)))
rows <- do.call(rbind, lapply(seq_len(nrow(settings)), function(i)
  with(settings[i, ], make(i, n, delayed, weighted, clustered, digits))))

out <- NULL
add <- function(case, quantity, at, value)
  out <<- rbind(out, data.frame(case = case, quantity = quantity, at = at, value = value))

for (case in unique(rows$case)) {
  d <- rows[rows$case == case, ]
  y <- if (all(is.na(d$start))) Surv(d$stop, d$event) else Surv(d$start, d$stop, d$event)
  w <- if (all(is.na(d$weight))) rep(1, nrow(d)) else d$weight
  fit <- function(type) if (all(is.na(d$cluster))) survfit(y ~ 1, weights = w, conf.type = type) else
    survfit(y ~ 1, weights = w, cluster = d$cluster, conf.type = type)
  plain <- fit("plain")
  ends <- plain$n.event + plain$n.censor > 0
  error <- summary(plain, censored = TRUE)$std.err
  for (q in c("n.risk", "n.event", "n.censor", "surv")) add(case, q, plain$time[ends], plain[[q]][ends])
  add(case, "std.err", plain$time[ends], error[ends])
  for (type in c("plain", "log", "log-log", "logit", "arcsin")) {
    f <- fit(type)
    add(case, paste0(type, " lower"), f$time[ends], f$lower[ends])
    add(case, paste0(type, " upper"), f$time[ends], f$upper[ends])
    q <- quantile(f, c(.25, .5, .75))
    for (part in names(q)) add(case, paste0(type, " ", part), c(.25, .5, .75), q[[part]])
  }
  if (all(is.na(d$start)) && all(is.na(d$weight)) && all(is.na(d$cluster))) {
    for (rho in c(0, 1, .5)) {
      s <- survdiff(Surv(stop, event) ~ group, d, rho = rho)
      add(case, paste0("chisq rho ", rho), NA, s$chisq)
      add(case, paste0("obs rho ", rho), 1:3, s$obs)
      add(case, paste0("exp rho ", rho), 1:3, s$exp)
      add(case, paste0("var rho ", rho), 1:9, as.vector(s$var))
      s <- survdiff(Surv(stop, event) ~ group + strata(stratum), d, rho = rho)
      add(case, paste0("chisq strata rho ", rho), NA, s$chisq)
    }
  }
  # score test of Cox's model with Breslow ties has the log-rank numerator and, without ties, its variance: delayed entry
  if (!all(is.na(d$start)) && all(is.na(d$weight)) && all(is.na(d$cluster))) {
    s <- suppressWarnings(coxph(Surv(start, stop + seq_len(nrow(d)) * 1e-4, event) ~ group, d))
    add(case, "score delayed", NA, s$score)
  }
}
number <- function(x) ifelse(is.na(x), "NA", trimws(formatC(x, digits = 13, format = "g")))
out$at <- number(out$at); out$value <- number(out$value)
write.csv(rows, file.path(folder, "curve_rows.csv"), row.names = FALSE, quote = FALSE)
write.csv(out, file.path(folder, "curve_values.csv"), row.names = FALSE, quote = FALSE)

# Visits every 3 time units, some missed; a few exact, left- and right-censored rows.
n <- 40
t <- rexp(n, .1)
visit <- floor(t / 3) * 3
missed <- runif(n) < .3
left <- ifelse(visit > 0, visit, NA)
right <- visit + ifelse(missed, 6, 3)
right[runif(n) < .2] <- NA
left[is.na(left) & is.na(right)] <- 1
exact <- runif(n) < .15
left[exact] <- right[exact] <- round(t[exact], 1) + .05
turnbull <- survfit(Surv(left, right, type = "interval2") ~ 1)
write.csv(data.frame(left = number(left), right = number(right)), file.path(folder, "interval_rows.csv"),
          row.names = FALSE, quote = FALSE)
write.csv(data.frame(time = number(turnbull$time), survival = number(turnbull$surv)),
          file.path(folder, "interval_values.csv"), row.names = FALSE, quote = FALSE)
