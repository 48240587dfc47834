# One task in R's survival package: Rscript survival_task.R TASK FOLDER REPEATS; prints seconds and the answer as JSON.
library(survival)
arguments <- commandArgs(trailingOnly = TRUE)
task <- arguments[1]; folder <- arguments[2]; repeats <- as.integer(arguments[3])
size <- scan(file.path(folder, "size.txt"), quiet = TRUE)
n <- size[1]; p <- size[2]
read <- function(name, count) readBin(file.path(folder, paste0(name, ".bin")), "double", count)
time <- read("time", n); event <- read("event", n); group <- read("group", n)
x <- matrix(read("x", n * p), n, p, byrow = TRUE)
run <- switch(task,
  cox = function() coef(coxph(Surv(time, event) ~ x)),
  core = function() coxph.fit(x, Surv(time, event), NULL, NULL, NULL, coxph.control(), NULL, "efron", NULL, resid = FALSE)$coef,
  kaplan_meier = function() summary(survfit(Surv(time, event) ~ 1), times = 365)$surv,
  log_rank = function() survdiff(Surv(time, event) ~ group)$chisq,
  bootstrap = function() sapply(1:20, function(i) { r <- sample(n, n, TRUE); coef(coxph(Surv(time[r], event[r]) ~ x[r, ])) }))
seconds <- c()
while (length(seconds) < repeats && !(length(seconds) && seconds[1] > 5))
  seconds <- c(seconds, system.time(answer <- run())[["elapsed"]])
scale <- if (task == "bootstrap") 50 else 1
cat(sprintf('{"seconds": %.6f, "extra_bytes": 0, "runs": %d, "answer": [%s]}\n', median(seconds) * scale, length(seconds),
            paste(sprintf("%.12g", if (task == "bootstrap") apply(answer, 1, sd) else as.vector(answer)), collapse = ", ")))
