// Package event is a discrete-event kernel: it moves a clock from event to event and tells whoever
// registered for them. It knows nothing of networks and can be used alone.
//
// A discrete-event simulation does not let time flow; it jumps from one moment at which something happens
// to the next. What happens then schedules what will happen later. The package holds the parts of that:
//
//   - [Simulation]: the clock, and handlers that are called in the order of time. Start here.
//   - [Timer]: an event that can be moved or called off, such as a time-out.
//   - [Station] and [Link]: servers and wires with a queue, first come first served. They need no events
//     at all: the departure is known at the arrival.
//   - [Source]: a stream of arrivals that is drawn in blocks ahead.
//   - [Process] and [Resource]: a piece of a model written as a story, in the manner of SimPy.
//   - [Queue]: the pending events alone, for an engine of one's own; [Fingerprint] guards its results.
//
// # Time and order
//
// Time is a whole number of nanoseconds from 0 on. Two events never happen "at the same time in some
// order": the one scheduled first comes first. A run therefore gives the same result each time, on any
// machine, provided that its random numbers do (see package random).
//
// # What it costs
//
// An event is 24 bytes by value with no pointer and no closure: a handler is registered once, and an event
// names it with a number for the handler to know what it is about (commonly an index). Scheduling and
// handling an event allocate nothing, and with exponential delays take 28 to 37 ns whether a hundred or a million
// are pending (W2 on the machine of docs/performance.md, the draw of the delay included). Delays of most kinds
// cost about that; a few kinds cost several times as much: see [Queue].
// What is no event costs less: prefer a Station to an event for each departure, and add up delays that
// nothing can change instead of stopping at each leg.
//
// # Mistakes
//
// Scheduling into the past, or for a handler that does not exist, ends the run with an error that names
// the times; no event is ever moved to fit.
package event
