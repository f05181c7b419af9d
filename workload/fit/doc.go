// Package fit finds the workload that a recorded trace is like: how many objects there are and how their popularity falls, what is
// asked for just once, how large objects are, by popularity too, the day of the load and where it comes from; and says how
// well it fits: each figure beside the data, and what an LRU cache misses under both.
package fit
