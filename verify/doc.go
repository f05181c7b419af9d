// Package verify holds the simulator against what it must find: closed forms of queues, caches, games and
// transport, published reference values, and the published sequence of its generator.
//
// [Run] makes a [Page]: a [Row] for each check with what is expected, what was simulated, its confidence
// interval and whether the two agree. With intervals at 95 % one row in twenty lies outside by chance,
// so the page as a whole is judged: by the number of rows outside, against chance ([stats.ExcessP]), and
// by the worst row, corrected for the number of rows. Rows that need no luck must agree exactly. Every row has
// random numbers of its own, so rows are independent.
//
// A check that cannot fail checks nothing: the tests of this package break the simulated systems on
// purpose (work that takes too long, FIFO in place of LRU, a quantile beside the one asked for) and find
// that the page fails.
package verify
