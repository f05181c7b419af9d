// Package sim runs one placement: it leads the requests of every workload through the sites and tallies
// what they met. A run is a pure function of its [Job]; it looks at no clock and shares nothing, so any
// number of runs go side by side.
//
// # How a run works
//
// Users of a metro enter at the site that the placement's routing gives them: often all at the same one,
// but anycast and weights part them, and a failure sends them elsewhere for a while. What they do is
// drawn ahead in blocks, sorted by the instant at which it reaches the site, and met by the site's own
// events: the end of a fetch, a message from another site. Whatever cannot change state is arithmetic:
// the legs of a journey, the handshakes, a FIFO queue, every tick of a match.
//
// Sites whose caches and queues touch nobody else run to the end one after another. Sites that send
// each other messages (to a cache of the next tier, to an origin or a data's home with few servers) advance in
// windows, each as far as no message that is still to be sent can reach it, so that inside a window each
// works alone.
//
// A site asks others for what it lacks: a cache the next tier for an object, a compute site the home of its data.
// All such questions follow one path. Who asks has a list of next hops. A hop that never fails and whose answer
// depends on nobody else is a sum; any other is asked by message, and answers, refuses, or is silent until a timer
// ends the wait and the next hop is asked.
//
// A game's events are few: a matchmaker lets players in and out, begins and ends matches. It yields segments, in
// which the players of a match stay the same, and these are played by arithmetic.
//
// Servers of a site may be pools that workloads share. First come first served is arithmetic, bounded or not: when a job starts is known when it
// comes, or that it is rejected. Where servers share themselves among all jobs, each departure is an event.
//
// A [Failure] takes a site out for a while. Users, and other sites that need it, wait in vain, then turn to
// another or fail: a [Reason] says why, and a request that fails has no latency.
//
// # What the user feels
//
// With R the round trip between user and site (propagation, last mile, jitter), h the round trips of a
// new connection, f and l the instants at which the first and the last byte are at the site, and a the
// instant at which the request arrives there:
//
//	TTFB = h*R + R + (f - a)
//	TTLB = max(TTFB + transfer to the user, h*R + R + (l - a))
//
// Where packets are lost, R takes longer by what is sent again, and the transfer slows down from the first loss
// on ([transport.LossyTransfer]).
//
// A request reaches the site at its own instant plus the fixed part of the way there. Jitter and
// handshakes belong to the user's latency but do not move that instant: a Poisson process whose points
// are shifted independently is the same Poisson process, as long as its rate hardly changes within a
// shift, and a day's rate does not change within a second.
//
// A player's update that is sent at s reaches the match at s + up, waits for the next tick, is worked
// on, and comes back: response = up + tick wait + tick work + down. The jitter of one exchange falls on
// one of its two directions, chosen by a fair coin.
package sim
