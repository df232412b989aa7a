# Makes r_values_looks.csv: bounds and estimates of trials that are looked at several times, from the multivariate
# normal distribution (mvtnorm, algorithm of Miwa) instead of recursive integration. Run from this folder: Rscript
# make_looks.R. Needs R 4.2 and mvtnorm. The tests read the CSV, so nothing here is needed to run them.
library(mvtnorm)

values <- list()
keep <- function(name, value) for (i in seq_along(value))
  values[[if (length(value) == 1) name else sprintf("%s.%d", name, i - 1)]] <<- value[i]

information <- c(2, 4.5, 7, 9)
looks <- length(information)
correlation <- outer(information, information, function(a, b) sqrt(pmin(a, b) / pmax(a, b)))
# chance that z lies between low and high at the looks 1..k under an effect
inside <- function(low, high, effect = 0) {
  k <- length(high)
  mean <- effect * sqrt(information[1:k])
  if (k == 1) return(pnorm(high - mean) - pnorm(low - mean))
  as.numeric(pmvnorm(pmax(low, mean - 10), pmin(high, mean + 10), mean = mean, corr = correlation[1:k, 1:k],
                     algorithm = Miwa(steps = 4096)))
}
obf <- function(alpha, t) 2 - 2 * pnorm(qnorm(1 - alpha / 2) / sqrt(t))
pocock <- function(alpha, t) alpha * log(1 + (exp(1) - 1) * t)
hsd <- function(alpha, t, gamma = -2) alpha * (1 - exp(-gamma * t)) / (1 - exp(-gamma))
root <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-13)$root
t <- information / information[looks]

one_sided <- function(spent) {
  b <- numeric(0)
  for (k in 1:looks) b[k] <- root(function(c) 1 - inside(rep(-Inf, k), c(b, c)) - spent[k], 1, 6)
  b
}
symmetric <- function(spent) {
  b <- numeric(0)
  for (k in 1:looks) b[k] <- root(function(c) (1 - inside(-c(b, c), c(b, c))) / 2 - spent[k], 1, 6)
  b
}
upper <- one_sided(obf(0.025, t))
keep("obf.upper", upper)
keep("pocock.upper", one_sided(pocock(0.025, t)))
keep("hsd.upper", one_sided(hsd(0.025, t)))
keep("obf.symmetric", symmetric(obf(0.025, t)))
keep("pocock.symmetric", symmetric(pocock(0.025, t)))

# futility, not binding, error 0.2 under an effect of 1, Pocock-type
spent <- pocock(0.2, t)
futility <- numeric(0)
for (k in 1:(looks - 1)) {
  before <- if (k == 1) 0 else spent[k - 1]
  step <- spent[k] - before
  first_below <- function(c) {
    if (k == 1) return(pnorm(c - sqrt(information[1])))
    inside(c(futility, -Inf), c(upper[1:(k - 1)], c), 1)
  }
  futility[k] <- root(function(c) first_below(c) - step, -6, upper[k])
}
keep("futility", futility)
power <- 0
for (k in 1:looks) power <- power + (if (k == 1) 1 - pnorm(upper[1] - sqrt(information[1])) else
  inside(c(futility[1:(k - 1)], upper[k]), c(upper[1:(k - 1)], Inf), 1))
keep("futility.power", power)

# stopped at the third look with z = 2.6, no lower bounds
z <- 2.6
higher <- function(effect) 1 - inside(rep(-Inf, 2), upper[1:2], effect) +
  inside(c(-Inf, -Inf, z), c(upper[1:2], Inf), effect)
keep("stagewise.p", 2 * higher(0))
keep("stagewise.value", root(function(e) higher(e) - 0.5, -1, 3))
keep("stagewise.low", root(function(e) higher(e) - 0.025, -1, 3))
keep("stagewise.high", root(function(e) higher(e) - 0.975, -1, 3))

write.csv(data.frame(name = names(values), value = sprintf("%.15g", unlist(values))), "r_values_looks.csv",
          row.names = FALSE, quote = FALSE)
