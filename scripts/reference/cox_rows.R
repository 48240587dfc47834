# Univariable Cox rows of public data sets, with the events of each group: what the squared standard error of a log
# hazard ratio is made of (src/lutetia/evidence/integrity/events.py).
#   Rscript scripts/reference/cox_rows.R tests/evidence/reference        the eight data sets of R's survival package
#   Rscript scripts/reference/cox_rows.R FOLDER 60                       and 60 samples of 100 to 300 patients of each
# writes cox_rows.csv; then run scripts/seal_data.py on that folder.
suppressMessages(library(survival))
arguments <- commandArgs(trailingOnly = TRUE)
samples <- if (length(arguments) > 1) as.integer(arguments[2]) else 0
set.seed(20261120)

parts <- function(x, k) {
  limits <- unique(quantile(x, seq(0, 1, length = k + 1), na.rm = TRUE))
  if (length(limits) < 3) NULL else cut(x, limits, include.lowest = TRUE, labels = FALSE)
}
colon_deaths <- subset(colon, etype == 2)
pbc_trial <- subset(pbc, !is.na(trt))
breast <- with(rotterdam, list(meno = meno, size = as.integer(size), grade = grade, hormon = hormon, chemo = chemo,
                               nodes = parts(nodes, 4), age = parts(age, 4), pgr = parts(pgr, 3), year = parts(year, 3)))
sets <- list(
  lung = with(lung, list(time, status == 2, list(sex = sex, ecog = pmin(ph.ecog, 2), age2 = parts(age, 2),
    age3 = parts(age, 3), karno = parts(pat.karno, 3), wt = parts(wt.loss, 3)))),
  colon = with(colon_deaths, list(time, status == 1, list(rx = as.integer(rx), sex = sex, obstruct = obstruct,
    perfor = perfor, adhere = adhere, differ = differ, extent = extent, surg = surg, node4 = node4, age3 = parts(age, 3)))),
  pbc = with(pbc_trial, list(time, status == 2, list(trt = trt, sex = as.integer(sex), ascites = ascites, hepato = hepato,
    spiders = spiders, edema = edema * 2 + 1, stage = stage, bili = parts(bili, 3), alb = parts(albumin, 3),
    age = parts(age, 4)))),
  rotterdam_death = list(rotterdam$dtime, rotterdam$death == 1, breast),
  rotterdam_recurrence = list(rotterdam$rtime, rotterdam$recur == 1, breast),
  veteran = with(veteran, list(time, status == 1, list(trt = trt, cell = as.integer(celltype), karno = parts(karno, 3),
    age = parts(age, 3), prior = prior))),
  mgus2 = with(mgus2, list(futime, death == 1, list(sex = as.integer(sex), age = parts(age, 4), hgb = parts(hgb, 3),
    creat = parts(creat, 3), mspike = parts(mspike, 3)))),
  myeloid = with(myeloid, list(futime, death == 1, list(trt = as.integer(trt), sex = as.integer(factor(sex))))))

rows <- list()
fit_rows <- function(name, rows_used, set) {
  for (factor_name in names(set[[3]])) {
    level <- set[[3]][[factor_name]]
    if (is.null(level)) next
    level <- level[rows_used]; time <- set[[1]][rows_used]; event <- set[[2]][rows_used]
    known <- !is.na(level) & !is.na(time)
    size <- table(level[known])
    if (length(size) < 2 || min(size) < 5) next
    reference <- names(size)[sample(length(size), 1)]
    group <- relevel(factor(level[known]), reference)
    deaths <- tapply(event[known], group, sum)
    if (min(deaths) < 2) next
    fit <- tryCatch(coxph(Surv(time[known], event[known]) ~ group), warning = function(w) NULL)
    if (is.null(fit)) next
    beta <- coef(fit); std_error <- sqrt(diag(vcov(fit)))
    for (i in seq_along(beta)) {
      if (abs(beta[i]) > log(20)) next
      this <- levels(group)[i + 1]
      rows[[length(rows) + 1]] <<- data.frame(data_set = name, patients = length(rows_used), factor = factor_name,
        level = this, reference = reference, events = deaths[[this]], reference_events = deaths[[reference]],
        hazard_ratio = exp(beta[i]), lower = exp(beta[i] - qnorm(.975) * std_error[i]),
        upper = exp(beta[i] + qnorm(.975) * std_error[i]), p = 2 * pnorm(-abs(beta[i] / std_error[i])),
        std_error = std_error[i], levels = paste(names(size), collapse = ";"), sizes = paste(size, collapse = ";"))
    }
  }
}
for (name in names(sets)) {
  n <- length(sets[[name]][[1]])
  fit_rows(name, seq_len(n), sets[[name]])
  for (k in seq_len(samples)) fit_rows(paste0(name, "_", k), sample(n, min(n, sample(c(100, 150, 200, 300), 1))), sets[[name]])
}
table <- do.call(rbind, rows)
for (column in c("hazard_ratio", "lower", "upper", "p", "std_error")) table[[column]] <- signif(table[[column]], 10)
write.csv(table, file.path(arguments[1], "cox_rows.csv"), row.names = FALSE, quote = FALSE)
