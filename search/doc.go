// Package search chooses sites: which of some candidates a placement should have besides what is fixed, so that a figure is as
// good as it can be and others keep their bounds.
//
// A [Problem] says what may be chosen and what is best; [Run] answers it in three steps. [Explore] scores the alternatives by a
// surrogate that simulates nothing but short runs of games: all of them where that is possible, else those that a greedy search and swaps come by, with a bound of
// how much better another may be. [Exploration.Study] simulates the best with the same users. [Exploration.Conclude] says
// which is best and how sure that is, who loses, what the best lacks, and how often each site would be chosen if what is given were other than
// it is.
//
// In reading order: problem.go, figure.go (what is wanted), users.go, surrogate.go, hits.go, queue.go, money.go, games.go (what to expect of a
// placement), space.go, nearest.go, money_table.go (of any alternative, fast), explore.go (the search), bound.go, median.go, center.go, facility.go,
// loose.go, front.go (how much better another may be), exploration.go, answer.go, robustness.go.
package search
