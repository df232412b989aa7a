# Makes customers.csv (data) and r_values.csv (what R says about them). Run from this folder: Rscript make_reference.R
# Needs survival and metafor. The tests read the two CSVs, so nothing here is needed to run them.
library(survival)
suppressPackageStartupMessages(library(metafor))

set.seed(20261122)
n <- 360
# Two arms, four strata, twelve clusters; whole days give many ties, follow-up ends on day 90 for all and earlier for some.
customers <- data.frame(
  arm = rep(c(1, 0), length.out = n),
  stratum = sample(0:3, n, TRUE, c(0.5, 0.3, 0.15, 0.05)),
  cluster = sample(0:11, n, TRUE)
)
rate <- 0.008 * (1 + 0.5 * customers$stratum) * ifelse(customers$arm == 1, 0.65, 1)
leave <- ceiling(rexp(n, rate))
end <- pmin(90, ceiling(rexp(n, 0.004)))
customers$days <- pmin(leave, end)
customers$left <- as.integer(leave <= end)
customers$spend <- round(rlnorm(n, 3 + 0.2 * customers$stratum + 0.1 * customers$arm, 0.8), 2)
write.csv(customers, "customers.csv", row.names = FALSE, quote = FALSE)

values <- list()
keep <- function(name, value) values[[name]] <<- value

cox <- function(name, fit, robust) {
  keep(paste0(name, ".coef"), coef(fit)[[1]])
  keep(paste0(name, ".se"), sqrt(fit$var[1, 1]))
  if (robust) keep(paste0(name, ".p"), summary(fit)$coefficients[1, "Pr(>|z|)"])
}
id <- seq_len(n)
cox("cox.robust", coxph(Surv(days, left) ~ arm, customers, ties = "efron", cluster = id), TRUE)
cox("cox.strata", coxph(Surv(days, left) ~ arm + strata(stratum), customers, ties = "efron", cluster = id), TRUE)
cox("cox.cluster", coxph(Surv(days, left) ~ arm, customers, ties = "efron", cluster = cluster), TRUE)
cox("cox.strata_cluster",
    coxph(Surv(days, left) ~ arm + strata(stratum), customers, ties = "efron", cluster = cluster), TRUE)

keep("logrank.chisq", survdiff(Surv(days, left) ~ arm, customers)$chisq)
keep("logrank.strata.chisq", survdiff(Surv(days, left) ~ arm + strata(stratum), customers)$chisq)

at <- c(0, 1, 7, 30, 45, 60, 89, 90)
curve <- summary(survfit(Surv(days, left) ~ 1, customers[customers$arm == 1, ], conf.type = "log-log"), times = at)
for (i in seq_along(at)) {
  keep(sprintf("km.%g.share", at[i]), curve$surv[i])
  keep(sprintf("km.%g.low", at[i]), curve$lower[i])
  keep(sprintf("km.%g.high", at[i]), curve$upper[i])
}

cells <- function(level) table(
  factor(customers$arm, c(1, 0)), factor(customers$left, c(1, 0)), factor(customers$stratum, 0:3))
tables <- cells()
cmh <- mantelhaen.test(tables, correct = FALSE)
keep("cmh.chisq", cmh$statistic[[1]])
keep("cmh.p", cmh$p.value)
mh <- rma.mh(ai = tables[1, 1, ], bi = tables[1, 2, ], ci = tables[2, 1, ], di = tables[2, 2, ], measure = "RD",
             digits = 10)
keep("mh.rd", as.numeric(mh$beta))
keep("mh.se", mh$se)
keep("mh.low", mh$ci.lb)
keep("mh.high", mh$ci.ub)
score <- prop.test(c(sum(tables[1, 1, ]), sum(tables[2, 1, ])), c(sum(tables[1, , ]), sum(tables[2, , ])), correct = FALSE)
keep("pearson.chisq", score$statistic[[1]])  # ours is this times (N - 1) / N

welch <- t.test(spend ~ factor(arm, c(1, 0)), customers)
keep("welch.difference", welch$estimate[[1]] - welch$estimate[[2]])
keep("welch.low", welch$conf.int[1])
keep("welch.high", welch$conf.int[2])
keep("welch.p", welch$p.value)

w <- table(customers$stratum) / n
m <- tapply(customers$spend, customers[c("stratum", "arm")], mean)
v <- tapply(customers$spend, customers[c("stratum", "arm")], var)
k <- tapply(customers$spend, customers[c("stratum", "arm")], length)
part <- as.numeric(w)^2 * v / k
df <- sum(part)^2 / sum(part^2 / (k - 1))
difference <- sum(w * (m[, "1"] - m[, "0"]))
keep("strata.difference", difference)
keep("strata.se", sqrt(sum(part)))
keep("strata.low", difference - qt(0.975, df) * sqrt(sum(part)))
keep("strata.high", difference + qt(0.975, df) * sqrt(sum(part)))
keep("strata.p", 2 * pt(-abs(difference) / sqrt(sum(part)), df))

keep("chisq.p", chisq.test(c(95, 118, 107), p = c(0.3, 0.4, 0.3))$p.value)
holm <- p.adjust(c(0.012, 0.041, 0.013, 0.9, 0.041), "holm")
for (i in seq_along(holm)) keep(sprintf("holm.%d", i - 1), holm[i])
runs <- t.test(c(0.31, 0.29, 0.335, 0.301, 0.322))
keep("runs.low", runs$conf.int[1])
keep("runs.high", runs$conf.int[2])

write.csv(data.frame(name = names(values), value = sprintf("%.15g", unlist(values))), "r_values.csv",
          row.names = FALSE, quote = FALSE)
