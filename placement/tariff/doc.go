// Package tariff makes bills: what a placement costs in a month, from what it uses and a list of dated prices.
//
// A [Tariff] is a table of prices, each with its date, its source and how good that is ([Standing]), read from CSV
// ([Read]) and written as such; [Default] is the one that comes with edgewise. A [Book] is tariffs made ready to look prices
// up. [Book.Bill] is a pure function: a [Usage], which says what is carried and which servers run, becomes a [Bill] by item
// and site. Where the usage comes from is not its matter: a simulation has measured it, or a search expects it.
//
// A price that is missing is a [Gap] of the bill, with its name, and never 0. A price of one site is never taken for that of
// another: there is no such thing as the premium of Local Zones.
package tariff
