// Package freshness says for how long a cache may serve what it holds: what an origin says ([Control]), what a cache makes of
// it ([Rules]), and what follows for an object at an instant ([Policy]). It follows RFC 9111 (HTTP caching) and RFC 5861
// (stale content), and has the departures of real caches as profiles ([Profiles]).
//
// Everything is arithmetic on instants: nothing expires by an event. A cache keeps a [Held] beside each object and asks a
// Policy when the object is asked for. The package knows no cache and no network.
package freshness
