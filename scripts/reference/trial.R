# Reference numbers for the trial room: R's survival on its own data sets lung and veteran (which ../shared/data/survival holds
# as csv): Weibull regression, stratified log-rank and Cox tests, medians, and the RPSFT statistic on a made-up crossover.
#   Rscript scripts/reference/trial.R tests/trial/reference
# writes survival_r.csv; then run scripts/seal_data.py on that folder.
suppressMessages(library(survival))
args <- commandArgs(trailingOnly=TRUE); dir <- args[1]
out <- NULL
add <- function(case, name, value) out <<- rbind(out, data.frame(case=case, quantity=name, value=sprintf("%.12g", value)))
l <- lung[complete.cases(lung[,c("time","status","sex","age","ph.ecog")]),]
fit <- survreg(Surv(time, status==2) ~ I(sex==2) + age + ph.ecog, data=l, dist="weibull", control=list(rel.tolerance=1e-13, maxiter=200))
b <- coef(fit); v <- sqrt(diag(vcov(fit)))
for (i in 1:4) { add("weibull lung", paste0("coef", i-1), b[i]); add("weibull lung", paste0("se", i-1), v[i]) }
add("weibull lung","scale",fit$scale); add("weibull lung","loglik",fit$loglik[2])
fit <- survreg(Surv(time, status) ~ trt + karno, data=veteran, dist="weibull", control=list(rel.tolerance=1e-13, maxiter=200))
b <- coef(fit); v <- sqrt(diag(vcov(fit)))
for (i in 1:3) { add("weibull veteran", paste0("coef", i-1), b[i]); add("weibull veteran", paste0("se", i-1), v[i]) }
add("weibull veteran","scale",fit$scale); add("weibull veteran","loglik",fit$loglik[2])
arm <- as.integer(veteran$trt==2)
sd <- survdiff(Surv(time,status) ~ arm + strata(celltype), data=veteran)
oe <- if (is.matrix(sd$obs)) rowSums(sd$obs)-rowSums(sd$exp) else sd$obs-sd$exp
add("two arms veteran","z", oe[2]/sqrt(sd$var[2,2]))
cx <- coxph(Surv(time,status) ~ arm + strata(celltype), data=veteran, ties="efron", control=coxph.control(eps=1e-12,toler.chol=1e-14,iter.max=50))
add("two arms veteran","beta",coef(cx)); add("two arms veteran","se",sqrt(vcov(cx)[1,1]))
for (a in 0:1) add("two arms veteran", paste0("median",a), summary(survfit(Surv(time,status)~1, data=veteran[arm==a,]))$table["median"])
# RPSFT on veteran: time on treatment = all in arm 1, the second half of every third patient's time in arm 0; psi = -0.2
n <- nrow(veteran); i <- seq_len(n); on <- ifelse(arm==1, veteran$time, ifelse(i %% 3==0, veteran$time/2, 0))
cens <- 1000 + i
for (psi in c(-0.5,-0.2,0.3)) {
  u <- veteran$time-on + exp(psi)*on; cs <- cens*min(1,exp(psi))
  ev <- ifelse(u<=cs, veteran$status, 0); tt <- pmin(u,cs)
  sd <- survdiff(Surv(tt,ev) ~ arm + strata(celltype), data=veteran)
  oe <- rowSums(sd$obs)-rowSums(sd$exp)
  add("rpsft veteran", paste0("z at ", psi), oe[2]/sqrt(sd$var[2,2]))
}
write.csv(out, file.path(dir,"survival_r.csv"), row.names=FALSE, quote=FALSE)
