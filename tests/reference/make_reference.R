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


# ---- Lives and money: restricted means, competing reasons, regression, ratios, bootstrap, circles -------------------
# Makes accounts.csv (data) and r_values_lives.csv. Needs cmprsk, sandwich and boot besides. Has a seed of its own, so
# that what stands above may change without changing anything here.
suppressPackageStartupMessages({library(cmprsk); library(sandwich); library(boot)})
set.seed(20261123)
n <- 480
# Whole days and monthly ends give many ties; some are lost to follow-up; three reasons; 80 circles, a whole one an arm.
accounts <- data.frame(arm = rep(c(1, 0), length.out = n), stratum = sample(0:2, n, TRUE, c(0.5, 0.35, 0.15)),
                       circle = sample(0:79, n, TRUE))
accounts$in_circle_arm <- accounts$circle %% 2
rates <- outer(1 + 0.4 * accounts$stratum, c(0.004, 0.002, 0.001)) * ifelse(accounts$arm == 1, 0.6, 1)
leave <- 5 * ceiling(rexp(n, rowSums(rates)) / 5)
reason <- apply(rates, 1, function(r) sample(1:3, 1, prob = r))
end <- pmin(120, ceiling(rexp(n, 0.003)))
accounts$days <- pmin(leave, end)
accounts$reason <- ifelse(leave <= end, reason, 0)
accounts$before <- round(rgamma(n, 2, 0.02) + 20 * accounts$stratum, 2)
accounts$age <- round(rnorm(n, 40, 12))
accounts$months <- sample(1:12, n, TRUE)
accounts$spend <- round(accounts$months * (5 + 0.1 * accounts$before) + rlnorm(n, 3, 1) + 4 * accounts$arm, 2)
luck <- rnorm(80, 0, 30)
accounts$circle_spend <- round(accounts$spend + luck[accounts$circle + 1], 2)
write.csv(accounts, "accounts.csv", row.names = FALSE, quote = FALSE)
values <- list()
wald <- function(name, difference, se) {
  keep(paste0(name, ".value"), difference)
  keep(paste0(name, ".se"), se)
  keep(paste0(name, ".low"), difference - qnorm(0.975) * se)
  keep(paste0(name, ".high"), difference + qnorm(0.975) * se)
  keep(paste0(name, ".p"), 2 * pnorm(-abs(difference) / se))
}
student <- function(name, difference, se, df) {
  keep(paste0(name, ".value"), difference)
  keep(paste0(name, ".se"), se)
  keep(paste0(name, ".low"), difference - qt(0.975, df) * se)
  keep(paste0(name, ".high"), difference + qt(0.975, df) * se)
  keep(paste0(name, ".p"), 2 * pt(-abs(difference) / se, df))
}

# Restricted means: survival prints the area under each curve and its standard error; ours has the divisor n - 1.
restricted <- function(rows, tau) {
  fit <- survfit(Surv(days, reason > 0) ~ arm, rows)
  parts <- summary(fit, rmean = tau)$table[, c("rmean", "se(rmean)")]
  size <- table(rows$arm)
  list(difference = parts[2, 1] - parts[1, 1], variance = sum(parts[, 2]^2 * size / (size - 1)))
}
for (tau in c(30, 63, 120)) {
  both <- restricted(accounts, tau)
  wald(sprintf("rmst.%g", tau), both$difference, sqrt(both$variance))
}
parts <- lapply(0:2, function(s) restricted(accounts[accounts$stratum == s, ], 100))
w <- as.numeric(table(accounts$stratum)) / n
wald("rmst.strata", sum(w * sapply(parts, `[[`, "difference")), sqrt(sum(w^2 * sapply(parts, `[[`, "variance"))))

# Competing reasons: survival's Aalen-Johansen with its (infinitesimal jackknife) error; cmprsk's estimate beside it.
gone <- function(rows, cause, day) {
  fit <- survfit(Surv(days, factor(reason, 0:3)) ~ 1, rows)
  at <- summary(fit, times = day)
  c(at$pstate[1, cause + 1], at$std.err[1, cause + 1])
}
for (cause in 1:3) for (day in c(30, 90, 120)) {
  one <- gone(accounts[accounts$arm == 1, ], cause, day)
  name <- sprintf("incidence.%d.%d", cause, day)
  keep(paste0(name, ".share"), one[1])
  keep(paste0(name, ".se"), one[2])
  other <- gone(accounts[accounts$arm == 0, ], cause, day)
  keep(paste0(name, ".value"), one[1] - other[1])
  keep(paste0(name, ".difference_se"), sqrt(one[2]^2 + other[2]^2))
  # Newcombe's interval, and Pearson's chi-square x (N - 1) / N, with the sizes that these errors are worth
  p <- c(one[1], other[1])
  size <- p * (1 - p) / c(one[2], other[2])^2
  z <- qnorm(0.975)
  centre <- (p + z^2 / (2 * size)) / (1 + z^2 / size)
  half <- z * sqrt(p * (1 - p) / size + z^2 / (4 * size^2)) / (1 + z^2 / size)
  low <- centre - half
  high <- centre + half
  keep(paste0(name, ".low"), p[1] - p[2] - sqrt((p[1] - low[1])^2 + (high[2] - p[2])^2))
  keep(paste0(name, ".high"), p[1] - p[2] + sqrt((high[1] - p[1])^2 + (p[2] - low[2])^2))
  pooled <- sum(p * size) / sum(size)
  chisq <- (p[1] - p[2])^2 / (pooled * (1 - pooled) * sum(1 / size)) * (sum(size) - 1) / sum(size)
  keep(paste0(name, ".p"), pchisq(chisq, 1, lower.tail = FALSE))
}
gray <- timepoints(with(accounts, cuminc(days, reason, arm)), c(30, 90, 120))$est
for (cause in 1:3) for (i in 1:3) {
  keep(sprintf("cmprsk.%d.%d", cause, c(30, 90, 120)[i]),
       gray[paste("1", cause), i] - gray[paste("0", cause), i])
}

# Regression: lm with sandwich's HC2 and HC3, t with lm's degrees of freedom; covariates centred by lm's own scale().
centred <- transform(accounts, before = before - mean(before), age = age - mean(age))
fits <- list(cuped = spend ~ arm + before, adjusted = spend ~ arm + before + age,
             interacted = spend ~ arm * before, interacted2 = spend ~ arm * (before + age))
for (name in names(fits)) for (type in c("HC2", "HC3")) {
  fit <- lm(fits[[name]], centred)
  student(paste("ols", name, type, sep = "."), coef(fit)[["arm"]], sqrt(vcovHC(fit, type)["arm", "arm"]),
          df.residual(fit))
}

# Ratio of totals: the slope through 0 with weights 1 / months is the ratio, its HC1 error the delta method's.
slope <- function(rows) {
  fit <- lm(spend ~ 0 + months, rows, weights = 1 / months)
  c(coef(fit)[[1]], vcovHC(fit, "HC1")[1, 1], nrow(rows))
}
one <- slope(accounts[accounts$arm == 1, ])
other <- slope(accounts[accounts$arm == 0, ])
keep("ratio.arm", one[1])
df <- (one[2] + other[2])^2 / (one[2]^2 / (one[3] - 1) + other[2]^2 / (other[3] - 1))
student("ratio", one[1] - other[1], sqrt(one[2] + other[2]), df)

# Circles: sandwich's clustered HC1, which is G / (G - 1) x (n - 1) / (n - 2); t with G - 1.
fit <- lm(circle_spend ~ in_circle_arm, accounts)
circles <- length(unique(accounts$circle))
student("circles", coef(fit)[[2]], sqrt(vcovCL(fit, cluster = accounts$circle, type = "HC1")[2, 2]), circles - 1)

# BCa bootstrap of a difference of means, 20 customers an arm; a million resamples leave an error of 0.7 thousandths of the
# interval's width at each end. The interval does not depend on the scale of the influence values.
few <- rbind(accounts[accounts$arm == 1, ][1:20, ], accounts[accounts$arm == 0, ][1:20, ])
money <- few$spend^2 / 100
by_arm <- few$arm
difference <- function(x, w) sum((x * w)[by_arm == 1]) / sum(w[by_arm == 1]) - sum((x * w)[by_arm == 0]) / sum(w[by_arm == 0])
drawn <- boot(money, difference, 1000000, stype = "f", strata = by_arm)
jackknife <- ifelse(by_arm == 1, money - mean(money[by_arm == 1]), mean(money[by_arm == 0]) - money)
bca <- boot.ci(drawn, type = "bca", L = jackknife)$bca
keep("bca.value", drawn$t0)
keep("bca.low", bca[4])
keep("bca.high", bca[5])

write.csv(data.frame(name = names(values), value = sprintf("%.15g", unlist(values))), "r_values_lives.csv",
          row.names = FALSE, quote = FALSE)
