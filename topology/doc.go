// Package topology says where things are and how far apart they are in time.
//
// A [Network] is a weighted graph. Its nodes are places: metros with users, edge locations (PoPs),
// regional edge caches, Local Zones, regions, and the exchange towns in between that carry traffic
// but serve nothing. Its links are one-way delays of three kinds that are different networks in the
// real world and stay apart here: a user's own access line, the public Internet and a provider's
// private backbone.
//
//	metro ──access──► exchange ──internet──► town ──internet──► PoP
//	                                                             │
//	                                            region ◄─────backbone
//
// Build a network by hand from nodes and links with [New], or take the real world from the package
// [github.com/edgewise-sim/edgewise/topology/catalog]. Then ask for [Network.Routes]: the shortest
// delay between any metro and any site, with the path and where the time goes on it.
//
// A [DelayModel] turns kilometres into delay. A [Technology] says what a user's own line adds: a
// base round trip that stays for as long as the user does, and a jitter that differs from message to
// message. An [AccessMix] is the share of users on each technology.
//
// Every delay of a node or a link is one way; a name that means both ways says RTT. A Network never
// changes after New, so any number of goroutines may read it.
package topology
