# Makes r_values_arms.csv: comparisons of several arms. Run from this folder: Rscript make_arms.R
# Needs R 4.2, mvtnorm, multcomp and metafor. The tests read the CSV, so nothing here is needed to run them.
library(mvtnorm)
suppressPackageStartupMessages({library(multcomp); library(metafor)})
set.seed(20261123)

values <- list()
keep <- function(name, value) for (i in seq_along(value))
  values[[if (length(value) == 1) name else sprintf("%s.%d", name, i - 1)]] <<- value[i]

# money: four arms, the first the reference; sizes differ and so do spreads
n <- c(40, 25, 30, 35)
m <- c(10, 11.5, 12.2, 9.1)
s <- c(3, 4.5, 3.5, 5)
spend <- do.call(rbind, lapply(1:4, function(i) {
  e <- rnorm(n[i]); data.frame(arm = i - 1, y = m[i] + s[i] * (e - mean(e)) / sd(e))}))
spend$arm <- factor(spend$arm)
fit <- aov(y ~ arm, spend)
test <- summary(glht(fit, mcp(arm = "Dunnett")), test = adjusted("single-step"))$test
keep("multcomp.p", as.numeric(test$pvalues))  # by random numbers: three digits
# the same to more digits: Miwa's deterministic algorithm, and the common variance integrated over its quantiles
within <- function(c, corr, df) {
  normal <- function(c) as.numeric(pmvnorm(rep(-c, 3), rep(c, 3), corr = corr, algorithm = Miwa(steps = 512)))
  if (is.infinite(df)) return(normal(c))
  law <- function(s) 2 * df * s * dchisq(df * s^2, df)
  integrate(function(u) sapply(u, function(s) normal(c * s) * law(s)), sqrt(qchisq(1e-12, df) / df),
            sqrt(qchisq(1 - 1e-12, df) / df), rel.tol = 1e-9)$value
}
critical <- function(corr, df) uniroot(function(c) within(c, corr, df) - 0.95, c(1.9, 3.5), tol = 1e-9)$root
correlations <- function(part) {
  lambda <- sqrt(part[1] / (part[-1] + part[1])); R <- outer(lambda, lambda); diag(R) <- 1; R
}
R <- correlations(1 / n)
for (i in 1:3) keep(sprintf("pooled.p.%d", i - 1), 1 - within(abs(as.numeric(test$tstat)[i]), R, sum(n - 1)))
error <- sqrt(sum((n - 1) * s^2) / sum(n - 1) * (1 / n[-1] + 1 / n[1]))
keep("pooled.low", m[-1] - m[1] - critical(R, sum(n - 1)) * error)
keep("pooled.high", m[-1] - m[1] + critical(R, sum(n - 1)) * error)

part <- s^2 / n
R <- correlations(part)
welch <- (part[-1] + part[1])^2 / (part[-1]^2 / (n[-1] - 1) + part[1]^2 / (n[1] - 1))
for (i in 1:3) {
  t <- abs(m[i + 1] - m[1]) / sqrt(part[i + 1] + part[1])
  keep(sprintf("each.p.%d", i - 1), 1 - within(t, R, welch[i]))
}

# shares: 500 customers an arm
x <- c(150, 121, 118, 140)
N <- c(500, 500, 480, 510)
smooth <- (x + 1) / (N + 2)
part <- smooth * (1 - smooth) / (N + 2)
keep("shares.critical", critical(correlations(part), Inf))

# linear contrast of means, half the second and third arm against the first
w <- c(-1, 0.5, 0.5, 0)
v <- w^2 * s^2 / n
keep("contrast.df", sum(v)^2 / sum(v^2 / (n - 1)))
keep("contrast.p", 2 * pt(-abs(sum(w * m)) / sqrt(sum(v)), sum(v)^2 / sum(v^2 / (n - 1))))
# 2 x 2 with one variance: the interaction of lm equals the contrast's value
cell <- spend; cell$a <- as.integer(cell$arm %in% c(1, 3)); cell$b <- as.integer(cell$arm %in% c(2, 3))
keep("interaction", coef(lm(y ~ a * b, cell))[["a:b"]])

bh <- p.adjust(c(0.012, 0.041, 0.013, 0.9, 0.041, 0.0004), "BH")
keep("bh", bh)

# dose and churn
trend <- prop.trend.test(x, N, score = c(0, 15, 30, 45))
keep("trend.chisq", trend$statistic[[1]])
keep("trend.slope", coef(lm(I(x / N) ~ c(0, 15, 30, 45), weights = N))[[2]])

# Emax by weighted nonlinear least squares on the arms' means, and intervals by the profile of the deviance
dose <- c(0, 5, 15, 30, 45, 60)
effect <- c(0.9, 3.4, 6.1, 7.2, 8.1, 8.2)
se <- c(0.5, 0.45, 0.5, 0.55, 0.5, 0.45)
emax <- nls(effect ~ cbind(1, dose / (ed + dose)), start = list(ed = 10), weights = 1 / se^2, algorithm = "plinear",
            control = nls.control(tol = 1e-8, maxiter = 200))
coefficients <- as.numeric(coef(emax)); ed <- coefficients[1]; em <- coefficients[3]
keep("emax.e0", coefficients[2]); keep("emax.ed50", ed); keep("emax.emax", em)
best <- deviance(emax)
# given ed the rest is linear
given_ed <- function(ed) {g <- dose / (ed + dose); f <- lm(effect ~ g, weights = 1 / se^2); sum(((effect - fitted(f)) / se)^2)}
reach <- qchisq(0.95, 1)
ed_low <- uniroot(function(l) given_ed(exp(l)) - best - reach, c(log(0.5), log(ed)), tol = 1e-13)$root
ed_high <- uniroot(function(l) given_ed(exp(l)) - best - reach, c(log(ed), log(80)), tol = 1e-13)$root
share_dose <- function(ed, share) {r <- share * 60 / (ed + 60); r * ed / (1 - r)}
keep("emax.share", c(share_dose(ed, 0.8), share_dose(exp(ed_low), 0.8), share_dose(exp(ed_high), 0.8)))
# the dose whose effect is 4: em = 4 (ed + dose) / dose; the profile over dose minimises over ed, e0 in closed form
given_dose <- function(d) optimize(function(l) {
  ed <- exp(l); g <- 4 * (ed + d) / d * dose / (ed + dose)
  e0 <- weighted.mean(effect - g, 1 / se^2); sum(((effect - e0 - g) / se)^2)}, c(log(0.01), log(90)), tol = 1e-12)$objective
td <- 4 * ed / (em - 4)
keep("emax.size", c(td, uniroot(function(d) given_dose(d) - best - reach, c(0.5, td), tol = 1e-12)$root,
                    uniroot(function(d) given_dose(d) - best - reach, c(td, 40), tol = 1e-12)$root))

# subgroups: Cochran's Q is metafor's test of heterogeneity around the fixed effect
yi <- c(-0.05, -0.02, 0.01); vi <- c(0.0004, 0.0003, 0.0006)
q <- rma.uni(yi = yi, vi = vi, method = "FE")
keep("q", q$QE); keep("q.p", q$QEp)

write.csv(data.frame(name = names(values), value = sprintf("%.15g", unlist(values))), "r_values_arms.csv",
          row.names = FALSE, quote = FALSE)
