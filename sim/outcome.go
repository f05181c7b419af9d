package sim

import "fmt"

// An Outcome is how a request ended.
type Outcome uint8

// The outcomes.
const (
	// Hit was answered from the first cache it met.
	Hit Outcome = iota
	// DelayedHit joined a fetch of the same object that was under way.
	DelayedHit
	// Stale was answered with an object whose lifetime is over: while it is fetched anew, or since that has failed.
	Stale
	// NegativeHit was answered from a cache with an error of the client's, such as 404, that it holds.
	NegativeHit
	// Revalidated was answered from the first cache, once its object was confirmed from further up (304).
	Revalidated
	// Miss was fetched from further up.
	Miss
	// Bypass met no cache: computed requests, and cacheable ones that go straight to the origin.
	Bypass
	// Played is an update of a player that met its tick.
	Played
	// Failed was never answered; a [Reason] says why.
	Failed
	// Rejected was answered at once by servers that had no room for it; a [Reason] says why.
	Rejected
	// NotPlayed is an update that a player wanted to send and could not, without a match; a [Reason] says why.
	NotPlayed
	// NumOutcomes is the number of outcomes.
	NumOutcomes
)

var outcomeNames = [NumOutcomes]string{"HIT", "DELAYED_HIT", "STALE", "NEGATIVE_HIT", "REVALIDATED", "MISS", "BYPASS", "PLAYED", "ERROR", "REJECTED", "NOT_PLAYED"}

// IsFailure reports whether the outcome is that of a request which its user has no use of: [Failed] or [Rejected].
func (o Outcome) IsFailure() bool { return o == Failed || o == Rejected }

// String returns the outcome's name, for example "DELAYED_HIT".
func (o Outcome) String() string {
	if o >= NumOutcomes {
		return fmt.Sprintf("OUTCOME(%d)", uint8(o))
	}
	return outcomeNames[o]
}

// A Reason is why a request failed or was rejected, or an update was not played.
type Reason uint8

// The reasons.
const (
	// SiteDown is that of requests whose site, or the PoP on the way there, was down or went down before
	// they were answered.
	SiteDown Reason = iota
	// NextTierDown is that of requests whose object the cache could not fetch: the next tier or the
	// origin was down or went down, and so was what could stand in for it.
	NextTierDown
	// DataHomeDown is that of requests whose data's home was down when they needed it.
	DataHomeDown
	// WaitsForPlayers is that of updates not played because the player's match still lacked players, WaitsForServer
	// that of those whose site was full: all the matches were under way that its servers can host.
	WaitsForPlayers
	WaitsForServer
	// SessionLost is that of updates not played because the site had failed: those of the rest of the session.
	SessionLost
	// OriginError is that of requests that the origin answered by an error, CachedError of those for which a cache held one.
	OriginError
	CachedError
	// LoggingIn is that of updates not played while the player logged in, or the match that had been found was set up.
	LoggingIn
	// GaveUp is that of updates not played because the player had waited for a match for too long: those of the rest of the
	// session.
	GaveUp
	// TurnedAway is that of updates not played because all sites were full that the player accepts: those of the session.
	TurnedAway
	// QueueFull is that of requests that came when as many waited as may wait for servers, Shed of those that would have waited for
	// longer than the servers let anybody wait.
	QueueFull
	Shed
	// OriginFull is that of requests that the origin's servers had to reject for either, as the error says that caches pass on
	// where objects age.
	OriginFull
	// TimedOut is that of requests whose clients have lost patience: see [workload.Patience].
	TimedOut
	// LinkDown is that of requests that were lost, or whose answers were, on a way on which a link was down: see [LinkFailure].
	LinkDown
	// ObjectChanged is that of requests that are answered slice by slice, of which one came that is of another version of the object than those before it:
	// the answer is broken off.
	ObjectChanged
	// NumReasons is the number of reasons.
	NumReasons
)

var reasonNames = [NumReasons]string{"site down", "next tier down", "data home down", "waiting for players", "waiting for a server", "session lost", "origin error", "cached error", "logging in", "gave up", "turned away", "queue full", "shed", "origin full", "timed out", "link down", "object changed"}

// String returns the reason's name, for example "site down".
func (r Reason) String() string {
	if r >= NumReasons {
		return fmt.Sprintf("reason(%d)", uint8(r))
	}
	return reasonNames[r]
}

// outcome returns how a request ends that is not answered for the reason.
func (r Reason) outcome() Outcome {
	switch r {
	case QueueFull, Shed, OriginFull:
		return Rejected
	}
	return Failed
}

// isWithoutMatch reports whether the reason is one of updates that are not played for want of a match.
func (r Reason) isWithoutMatch() bool { return r >= WaitsForPlayers }

// A Cause is a part of a latency.
type Cause uint8

// The causes. They sum to the headline latency: TTFB of cacheable and computed requests, the response time
// of a player's update.
const (
	// Connect and TLS are the round trips of a new connection.
	Connect Cause = iota
	TLS
	// Access is the user's last mile, both ways, its jitter included.
	Access
	// Propagation is the way between the metro and the site where the user enters, both ways.
	Propagation
	// Queue is the wait for a server.
	Queue
	// Service is the work of servers: of the origin, of those that compute, and of a cache's that read from a disk, at whichever tier.
	Service
	// Upstream is the way between sites: PoP to origin, compute site to the data's home.
	Upstream
	// CollapseWait is what a delayed hit waits for: the rest of a fetch that another request has begun, the
	// way between sites as well as the origin's queue and work; and what a miss waits for whose fetch joins another one at a
	// further tier, from when it comes there to when the answer leaves.
	CollapseWait
	// TickWait is the wait of an update for the next tick.
	TickWait
	// Loss is the wait for packets that were lost on the way between user and entry point.
	Loss
	// Timeout is the wait for a site further up that was down, before another answered or what is stale was served, at whichever tier, and for what was not answered in time or was
	// rejected, until it was asked for again.
	Timeout
	// Lookup is the look-up of the site's name before a connection.
	Lookup
	// FirstRecord is what comes of a response before its first byte can be read: the rest of its first TLS record.
	FirstRecord
	// LinkQueue is the wait of a response for a link to the user that sends one after the other. What is waited for between sites is a
	// part of Upstream.
	LinkQueue
	// ConnectionQueue is the wait of a request for one of the connections that its user may have open to a site over HTTP/1.1.
	ConnectionQueue
	// AnswerQueue is the wait of an answer's first byte for the answers before it on the same connection of a user, over HTTP/2 or 3.
	AnswerQueue
	// NumCauses is the number of causes.
	NumCauses
)

var causeNames = [NumCauses]string{"connect", "tls", "access", "propagation", "queue", "service", "upstream", "collapse wait", "tick wait", "packet loss", "timeout", "dns", "first record", "link queue", "connection queue", "answer queue"}

// String returns the cause's name, for example "propagation".
func (c Cause) String() string {
	if c >= NumCauses {
		return fmt.Sprintf("cause(%d)", uint8(c))
	}
	return causeNames[c]
}
