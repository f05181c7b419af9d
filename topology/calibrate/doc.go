// Package calibrate makes modelled delays agree with measured ones.
//
// A path through a graph of exchange towns knows geography; it does not know that traffic between
// neighbours in one country is hauled over another, or that a city is better connected than the one
// next to it. Such things show in measurements, and places near one another share them. So a [Model]
// holds, for the public Internet and for a provider's backbone, a [Surface]: how much longer or shorter
// than the path a round trip is, learned from measured pairs of cities and carried over to places
// nearby.
//
// [Default] is the model that comes with the library. It was fitted by [Fit] to tables of measured round
// trips, of which it keeps coefficients, not the measurements. [CrossValidate] says how far off it is
// for cities that it has never seen.
package calibrate
