# BCa ends from one and the same set of resamples: `boot.ci` of package boot, and in the tests ours.
# Reads accounts.csv (of make_reference.R); makes bootstrap_draws.csv and r_values_bootstrap.csv.
# R 4.2 with Debian's r-cran-boot.
suppressPackageStartupMessages(library(boot))
set.seed(20100901)
options(digits = 15)

accounts <- read.csv("accounts.csv")
few <- rbind(accounts[accounts$arm == 1, ][1:20, ], accounts[accounts$arm == 0, ][1:20, ])
money <- few$spend^2 / 100
by_arm <- few$arm
difference <- function(x, w) sum((x * w)[by_arm == 1]) / sum(w[by_arm == 1]) - sum((x * w)[by_arm == 0]) / sum(w[by_arm == 0])
drawn <- boot(money, difference, 9999, stype = "f", strata = by_arm)
drawn$t <- round(drawn$t, 4)  # what the CSV holds is what both sides get
jackknife <- ifelse(by_arm == 1, money - mean(money[by_arm == 1]), mean(money[by_arm == 0]) - money)
values <- c()
for (level in c(0.9, 0.95)) {
  bca <- boot.ci(drawn, conf = level, type = "bca", L = jackknife)$bca
  values[sprintf("bca.%d.low", round(100 * level))] <- bca[4]
  values[sprintf("bca.%d.high", round(100 * level))] <- bca[5]
}
write.csv(data.frame(difference = sprintf("%.4f", drawn$t)), "bootstrap_draws.csv", row.names = FALSE, quote = FALSE)
write.csv(data.frame(name = names(values), value = sprintf("%.15g", values)), "r_values_bootstrap.csv",
          row.names = FALSE, quote = FALSE)
