
# ---- the data -------------------------------------------------------------------------------------------------------

suppressPackageStartupMessages(library(survival))
days_per_month <- 30.4375
tight <- coxph.control(eps = 1e-11, iter.max = 60)

d <- read.csv("analysis-data.csv", colClasses = "character", na.strings = "", check.names = FALSE, encoding = "UTF-8")
numeric_columns <- unlist(lapply(names(endpoints), function(e) paste0(e, c("_days", "_event", "_entry_days"))))
for (column in numeric_columns) d[[column]] <- as.numeric(d[[column]])
for (key in names(factors)) {
  f <- factors[[key]]
  if (f$kind == "number") { d[[key]] <- as.numeric(d[[key]]); next }
  words <- d[[key]]
  if (f$kind == "yes_no") words <- c(true = "yes", false = "no")[words]
  d[[key]] <- factor(words, levels = f$levels) # the reference stands first
}

results <- list()
add <- function(endpoint, analysis, term, level, statistic, method, estimate,
                lower = NA, upper = NA, p = NA, n = NA, events = NA) {
  results[[length(results) + 1]] <<- data.frame(endpoint, analysis, term, level, statistic, method,
    estimate = unname(estimate), lower = unname(lower), upper = unname(upper), p = unname(p),
    n = unname(n), events = unname(events))
}

# The patients of an endpoint: days to the event (1) or to censoring (0); a competing event censors.
rows_of <- function(name) {
  e <- endpoints[[name]]
  rows <- d[!is.na(d[[paste0(name, "_days")]]), ]
  rows$stop <- rows[[paste0(name, "_days")]]
  rows$event <- as.numeric(rows[[paste0(name, "_event")]] == 1)
  rows$start <- rows[[paste0(name, "_entry_days")]]
  if (e$delayed_entry) rows <- rows[rows$stop > rows$start, ]
  rows
}
surv_of <- function(rows, e) {
  if (e$delayed_entry) Surv(rows$start, rows$stop, rows$event) else Surv(rows$stop, rows$event)
}

# ---- Kaplan-Meier and log-rank --------------------------------------------------------------------------------------

# SPSS prints a median with symmetric limits (1.96): standard error of S at the median over the slope between the 55th
# and the 45th percentile.
spss_median <- function(fit) {
  s <- fit$surv; t <- fit$time
  s <- round(s, 12) # 58 of 116 is one half, whatever the last bit says
  if (!any(s <= 0.5)) return(c(NA, NA, NA))
  at <- min(t[s <= 0.5])
  if (!any(s >= 0.55) || !any(s <= 0.45)) return(c(at, NA, NA))
  above <- max(t[s >= 0.55]); below <- min(t[s <= 0.45])
  error <- fit$std.err[t == at] * (below - above) / (s[t == above] - s[t == below])
  c(at, at - 1.96 * error, at + 1.96 * error)
}

medians <- function(name, e, rows, term, level) {
  if (!nrow(rows)) return(invisible())
  y <- surv_of(rows, e)
  fit <- survfit(y ~ 1, conf.type = "log-log")
  q <- quantile(fit, 0.5)
  told <- list(name, "Kaplan-Meier", term, level, "median")
  counts <- list(n = nrow(rows), events = sum(rows$event))
  do.call(add, c(told, list("log-log", q$quantile, q$lower, q$upper), counts))
  spss <- spss_median(summary(fit))
  do.call(add, c(told, list("spss", spss[1], spss[2], spss[3]), counts))
}

log_rank <- function(name, e, rows, key) {
  rows <- rows[!is.na(rows[[key]]), ]
  group <- droplevels(rows[[key]])
  if (nlevels(group) < 2 || e$delayed_entry) return(invisible()) # survdiff takes no delayed entry
  test <- survdiff(Surv(rows$stop, rows$event) ~ group)
  df <- nlevels(group) - 1
  add(name, "log-rank", key, "", "log_rank", sprintf("log-rank, %d degrees of freedom", df), test$chisq,
      p = pchisq(test$chisq, df, lower.tail = FALSE), n = nrow(rows), events = sum(rows$event))
}

# ---- Cox ------------------------------------------------------------------------------------------------------------

# 0/1 columns of every level but the first that occurs; a number as it is.
columns_of <- function(rows, keys) {
  parts <- lapply(keys, function(key) {
    x <- rows[[key]]
    if (is.numeric(x)) return(matrix(x, dimnames = list(NULL, paste0(key, "\t"))))
    present <- levels(droplevels(x))
    m <- vapply(present[-1], function(level) as.numeric(x == level), numeric(length(x)))
    m <- matrix(m, nrow = length(x))
    colnames(m) <- paste0(rep(key, ncol(m)), "\t", present[-1])
    m
  })
  names(parts) <- keys
  parts[vapply(parts, function(m) ncol(m) > 0 && any(apply(m, 2, function(x) diff(range(x)) > 0)), logical(1))]
}

fit_of <- function(rows, e, parts, ties = "efron") {
  x <- do.call(cbind, parts)
  if (is.null(x)) return(coxph(surv_of(rows, e) ~ 1, ties = ties, control = tight))
  coxph(surv_of(rows, e) ~ x, ties = ties, control = tight)
}
log_likelihood <- function(fit) fit$loglik[length(fit$loglik)]

cox <- function(name, e, rows, keys, analysis) {
  rows <- rows[complete.cases(rows[keys]), ]
  parts <- columns_of(rows, keys)
  if (!length(parts) || !sum(rows$event)) return(invisible())
  fit <- tryCatch(fit_of(rows, e, parts), warning = function(w) NULL) # a warning says: no finite estimate
  if (is.null(fit)) return(invisible())
  b <- coef(fit); se <- sqrt(diag(vcov(fit))); at <- unlist(lapply(parts, colnames))
  for (i in seq_along(b)) {
    split <- strsplit(at[i], "\t")[[1]]
    add(name, analysis, split[1], if (length(split) > 1) split[2] else "per unit", "hazard_ratio", "Wald, log scale",
        exp(b[i]), exp(b[i] - qnorm(0.975) * se[i]), exp(b[i] + qnorm(0.975) * se[i]),
        2 * pnorm(-abs(b[i] / se[i])), nrow(rows), sum(rows$event))
  }
  for (key in names(parts)) {
    chi2 <- 2 * (log_likelihood(fit) - log_likelihood(fit_of(rows, e, parts[names(parts) != key])))
    df <- ncol(parts[[key]])
    add(name, analysis, key, "", "likelihood_ratio", sprintf("likelihood ratio, %d degrees of freedom", df), chi2,
        p = pchisq(chi2, df, lower.tail = FALSE), n = nrow(rows), events = sum(rows$event))
  }
}

# ---- forward selection as SPSS does it: score test to enter, likelihood ratio to remove, Breslow's ties --------------

forward <- function(name, e, rows, keys, pin, pout) {
  rows <- rows[complete.cases(rows[keys]), ]
  all <- columns_of(rows, keys)
  inside <- character(0); seen <- character(0); number <- 0
  breslow <- function(model) fit_of(rows, e, all[model], "breslow")
  score <- function(key) {
    x <- do.call(cbind, all[c(inside, key)])
    begin <- c(if (length(inside)) coef(breslow(inside)), rep(0, ncol(all[[key]])))
    at_begin <- coxph.control(iter.max = 0) # nothing is fitted: the warning that it did not converge means nothing
    fit <- suppressWarnings(coxph(surv_of(rows, e) ~ x, ties = "breslow", init = begin, control = at_begin))
    c(fit$score, ncol(all[[key]]))
  }
  drop <- function(key) {
    c(2 * (log_likelihood(breslow(inside)) - log_likelihood(breslow(setdiff(inside, key)))), ncol(all[[key]]))
  }
  p_of <- function(test) pchisq(test[1], test[2], lower.tail = FALSE)
  tell <- function(action, key, test) {
    number <<- number + 1
    add(name, "forward selection", key, "", sprintf("step %d: %s", number, action), "", test[1],
        p = p_of(test), n = nrow(rows), events = sum(rows$event))
  }
  repeat {
    outside <- setdiff(names(all), inside)
    if (!length(outside)) break
    tests <- lapply(outside, score)
    p <- vapply(tests, p_of, numeric(1))
    if (min(p) >= pin) break
    best <- which.min(p)
    inside <- c(inside, outside[best])
    tell("enter", outside[best], tests[[best]])
    repeat {
      if (length(inside) < 2) break
      tests <- lapply(inside, drop)
      p <- vapply(tests, p_of, numeric(1))
      if (max(p) <= pout) break
      worst <- which.max(p)
      out <- inside[worst]
      inside <- setdiff(inside, out)
      tell("remove", out, tests[[worst]])
    }
    model <- paste(sort(inside), collapse = " ")
    if (model %in% seen) break
    seen <- c(seen, model)
  }
}

# ---- restricted mean survival of the compared groups ----------------------------------------------------------------

restricted_means <- function(name, e, rows, months) {
  tau <- months * days_per_month
  found <- lapply(c(comparison$reference, comparison$other), function(level) {
    part <- rows[!is.na(rows$group) & rows$group == level, ]
    table <- summary(survfit(surv_of(part, e) ~ 1), rmean = tau)$table
    mean <- table[["rmean"]]; error <- table[["se(rmean)"]]
    add(name, "", "group", level, sprintf("restricted_mean_to_%g_months", months), "", mean,
        max(mean - qnorm(0.975) * error, 0), min(mean + qnorm(0.975) * error, tau),
        n = nrow(part), events = sum(part$event))
    c(mean, error, nrow(part), sum(part$event))
  })
  change <- found[[2]][1] - found[[1]][1]
  error <- sqrt(found[[1]][2]^2 + found[[2]][2]^2)
  statistic <- sprintf("restricted_mean_difference_to_%g_months", months)
  add(name, "restricted mean", "group", comparison$other, statistic, "", change,
      change - qnorm(0.975) * error, change + qnorm(0.975) * error, 2 * pnorm(-abs(change / error)),
      found[[1]][3] + found[[2]][3], found[[1]][4] + found[[2]][4])
}

# ---- everything, in the order of the report -------------------------------------------------------------------------

for (name in names(endpoints)) {
  e <- endpoints[[name]]
  rows <- rows_of(name)
  if (!nrow(rows)) next
  if (!e$competing) medians(name, e, rows, "", "")
  for (key in e$factors) {
    if (!is.numeric(rows[[key]])) {
      if (!e$competing) for (level in levels(rows[[key]])) {
        medians(name, e, rows[!is.na(rows[[key]]) & rows[[key]] == level, ], key, level)
      }
      log_rank(name, e, rows, key)
    }
    if (length(e$model)) cox(name, e, rows, key, "univariable")
  }
  if (length(e$model)) {
    cox(name, e, rows, e$model, "multivariable")
    if (!is.null(selection)) forward(name, e, rows, e$model, selection$pin, selection$pout)
  }
  if (!is.null(comparison) && name %in% names(comparison$horizon_months) && !e$delayed_entry) {
    restricted_means(name, e, rows, comparison$horizon_months[[name]])
  }
}

table <- format(do.call(rbind, results), digits = 15, trim = TRUE, justify = "none")
write.csv(table, "analysis-R.csv", row.names = FALSE)
cat(length(results), "numbers in analysis-R.csv\n")
