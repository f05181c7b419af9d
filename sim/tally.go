package sim

import (
	"fmt"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/stats"
)

// A Metric is a latency, or a wait, of which a workload's tally holds the distribution.
type Metric uint8

// The metrics.
const (
	// TTFB is the time to the first byte of a response, as the user sees it, TTLB that to the last.
	TTFB Metric = iota
	TTLB
	// Response is the time from a player's update to the snapshot that shows it.
	Response
	// RTT is the network round trip of an update.
	RTT
	// InputToDisplay is the time from a player's input to the picture that shows what the server made of it, of those updates
	// that are followed to the screen: one of every few, so that one comes about every quarter of a second. There is none where
	// nothing is known of the players' machines.
	InputToDisplay
	// PlayerRTT is the RTT of a player as a ping shows it: with the median jitter of the player's line, and of the
	// links on the way. One sample for each session of which recorded time has a part and in which the player has played.
	PlayerRTT
	// PlayerRTTP95 is the 95th percentile of the RTT of a player's updates in a match, PlayerJitter how far the 99th lies above
	// the median. One sample for each match of each player in which 20 updates have been followed, or 100.
	PlayerRTTP95
	PlayerJitter
	// PlayerDisplay is the median of a player's [InputToDisplay] in a match, PlayerDisplayP95 the 95th percentile, of 20 updates
	// or more.
	PlayerDisplay
	PlayerDisplayP95
	// Rewind is how far a server with lag compensation turns its clock back for a player's shots, one sample for each match of
	// each player.
	Rewind
	// Felt is the latency of a player by which the quality of play is judged: PlayerRTT or PlayerDisplay. Its deadlines are the
	// bounds of the classes of quality. One sample for each match of each player.
	Felt
	// WorstRTT is the largest [PlayerRTT] of a match, one sample for each match that starts with as many players as it
	// is made for: a match of fewer has a better worst player by their number alone.
	WorstRTT
	// MatchSpread is how far the largest PlayerRTT of a match lies above the least, one sample for each such match.
	MatchSpread
	// PeekersAdvantage is by how much a player who steps round a corner sees another before being seen, by the median round
	// trips; one sample for each player of each such match, who is met by one of the others.
	PeekersAdvantage
	// LobbyWait is the wait for a match, one sample a player and match: until the match starts, until the player gives
	// up or is thrown out, or until the end of the run, so that those whom nobody serves count with what they have
	// waited by then.
	LobbyWait
	// FirstWait is the time from the start of a session until its first match begins, logging in included, of the players who got
	// one; GaveUpWait that of those who gave up before they had one, until they did.
	FirstWait
	GaveUpWait
	// NumMetrics is the number of metrics.
	NumMetrics
)

// metrics say what the metrics are called, by programs and by people.
var metrics = [NumMetrics]struct{ name, title string }{
	TTFB:             {"ttfb", "time to first byte (TTFB)"},
	TTLB:             {"ttlb", "time to last byte (TTLB)"},
	Response:         {"response", "response time"},
	RTT:              {"rtt", "round-trip time (RTT)"},
	InputToDisplay:   {"input_to_display", "time from input to display"},
	PlayerRTT:        {"player_rtt", "players' median round-trip time (RTT)"},
	PlayerRTTP95:     {"player_rtt_p95", "players' 95th percentile of the round-trip time (RTT)"},
	PlayerJitter:     {"player_jitter", "players' jitter (p99 - p50 of the RTT)"},
	PlayerDisplay:    {"player_display", "players' median time from input to display"},
	PlayerDisplayP95: {"player_display_p95", "players' 95th percentile of the time from input to display"},
	Rewind:           {"rewind", "time that lag compensation turns back"},
	Felt:             {"felt", "latency by which play is judged"},
	MatchSpread:      {"match_spread", "spread of the RTTs of a full match"},
	PeekersAdvantage: {"peekers_advantage", "peeker's advantage"},
	WorstRTT:         {"worst_rtt", "RTT of the worst player of a full match"},
	LobbyWait:        {"lobby_wait", "wait for a match"},
	FirstWait:        {"first_wait", "wait for the first match"},
	GaveUpWait:       {"gave_up_wait", "wait of players who gave up"},
}

// String returns the metric's name, for example "worst_rtt".
func (m Metric) String() string {
	if m >= NumMetrics {
		return fmt.Sprintf("metric(%d)", uint8(m))
	}
	return metrics[m].name
}

// Title returns what the metric is called on an axis, for example "time to first byte (TTFB)".
func (m Metric) Title() string {
	if m >= NumMetrics {
		return m.String()
	}
	return metrics[m].title
}

// IsWait reports whether the metric is a wait for a match, not a latency: no deadline is about it.
func (m Metric) IsWait() bool { return m == LobbyWait || m == FirstWait || m == GaveUpWait }

// ParseMetric returns the metric with a name. The error lists the names there are.
func ParseMetric(name string) (Metric, error) {
	var names []string
	for m, is := range metrics {
		if is.name == name {
			return Metric(m), nil
		}
		names = append(names, is.name)
	}
	return 0, fmt.Errorf("sim: %w", invalid.New("metric", name, "one of %s", strings.Join(names, ", ")))
}

// A Counter is something that a tally counts.
type Counter uint8

// The counters. Those of requests and sessions are known by metro; the origin does not know whose request a
// cache has made its own, so its counters are those of a whole workload.
const (
	// Requests counts requests, or players' updates, those that failed or were not played included.
	Requests Counter = iota
	// Bytes counts what they delivered.
	Bytes
	// FailedNs sums, in ns, how long the users of what ended as [Failed] waited in vain.
	FailedNs
	// Sessions counts the players' sessions of a matched workload that the recorded time has a part of.
	Sessions
	// LostSessions counts those sessions that a failure cut off or did not let begin.
	LostSessions
	// PlayerUs sums, in us over all players of a matched workload, the recorded time that they were there, in a match
	// or waiting for one; WaitingUs that in which they waited.
	PlayerUs
	WaitingUs
	// GaveUpSessions counts the sessions of players who gave up waiting for a match, TurnedAwaySessions those of players who were turned
	// away because all sites were full that they accept, Reconnected the returns of players whom a failure had cut off.
	GaveUpSessions
	TurnedAwaySessions
	Reconnected
	// Overflowed counts the seats that players took at another site than the best by the game's rule, which was full: one a player
	// and match.
	Overflowed
	// OriginRequests and OriginBytes count what a cacheable workload's origins had to serve, where made by site that of
	// the one that served it.
	OriginRequests
	OriginBytes
	// OriginConfirmed counts those of OriginRequests that were answered without the object, which had not changed (304).
	OriginConfirmed
	// AgedAnswers counts the objects with a lifetime that users got at a first tier of caches, AgeMs sums their ages in
	// ms, as that cache counts them. StaleAnswers counts those of them that were older than their lifetime, StaleMs sums
	// by how much.
	AgedAnswers
	AgeMs
	StaleAnswers
	StaleMs
	// StaleWaited counts the requests that ended as [Stale] after a wait for a fetch: it has failed, or an upper tier had what is stale, too.
	StaleWaited
	// LostUpdates counts players' updates, or the answers to them, that were lost on the way; a later one said the same.
	// LateUpdates counts those whose answer came, but later than the interpolation buffer holds: its picture was over.
	LostUpdates
	LateUpdates
	// OverrunUpdates counts the updates of matches whose server did not keep up with its ticks.
	OverrunUpdates
	// UnseenSessions counts the sessions in which the player never played: of games of which one match of k is played, one k-th
	// of them, as of those that have. It is known by metro and not by site.
	UnseenSessions
	// QualityPpm sums the quality of play by the curve of [workload.Quality], in millionths, over the samples of [Felt];
	// JainPpm the index of Jain of the RTTs of a match's players, over those of [MatchSpread].
	QualityPpm
	JainPpm
	// Retries counts how often users asked again what was not answered in time or was rejected: see [workload.Patience].
	Retries
	// RollbackFrames sums the frames that were played anew because an input of the other player came late, StalledUpdates counts the
	// inputs for which the game stood still, HeldNs sums for how long the inputs that are followed to the screen were held back: of
	// players who exchange their inputs directly. Their LateUpdates are the inputs that came after the frame that they are for.
	RollbackFrames
	StalledUpdates
	HeldNs
	// NumCounters is the number of counters.
	NumCounters
)

var counterNames = [NumCounters]string{"requests", "bytes", "failed ns", "sessions", "lost sessions", "player us", "waiting us", "gave up sessions", "turned away sessions", "reconnected", "overflowed", "origin requests", "origin bytes", "origin confirmed", "aged answers", "age ms", "stale answers", "stale ms", "stale waited",
	"lost updates", "late updates", "overrun updates", "unseen sessions", "quality ppm", "jain ppm", "retries", "rollback frames", "stalled updates", "held ns"}

// String returns the counter's name, for example "lost sessions".
func (c Counter) String() string {
	if c >= NumCounters {
		return fmt.Sprintf("counter(%d)", uint8(c))
	}
	return counterNames[c]
}

// A Tally is what the requests of one workload from one metro met. It holds integers only, so merging
// tallies in any order gives the same bits.
type Tally struct {
	// Counters holds the counters; see [Tally.Count].
	Counters [NumCounters]uint64
	// Outcomes and OutcomeBytes take the requests and their bytes apart.
	Outcomes, OutcomeBytes [NumOutcomes]uint64
	// Failures takes the requests apart that ended as [Failed], [Rejected] or [NotPlayed].
	Failures [NumReasons]uint64
	// Causes takes the sum of the headline latency apart, in ns.
	Causes [NumCauses]int64
	// Stages takes the sum of [InputToDisplay] apart, in ns.
	Stages [NumStages]int64
	// Metrics holds the distributions of the workload's metrics, the headline first; see [Tally.Metric].
	Metrics []MetricTally
}

// A MetricTally is the distribution of one metric.
type MetricTally struct {
	Metric Metric
	// Latency holds the samples, of the requests that were answered.
	Latency stats.Sketch
	// Within counts the samples within each deadline of the workload, exactly. A request that failed, or an update
	// that was not played, is within none.
	Within []uint64
}

// Count returns a counter.
func (t *Tally) Count(c Counter) uint64 { return t.Counters[c] }

// Metric returns the samples of a metric, nil where the workload's kind has none.
func (t *Tally) Metric(m Metric) *stats.Sketch {
	if of := t.ofMetric(m); of != nil {
		return &of.Latency
	}
	return nil
}

// Within returns how many samples of a metric lie within each of the workload's deadlines, in their order; nil
// where the workload's kind has no such metric.
func (t *Tally) Within(m Metric) []uint64 {
	if of := t.ofMetric(m); of != nil {
		return of.Within
	}
	return nil
}

// ofMetric returns what is known of a metric, nil where that is nothing. It looks first where kinds have it.
func (t *Tally) ofMetric(m Metric) *MetricTally {
	if int(m) < len(metricPlaces) {
		if i := metricPlaces[m]; i < len(t.Metrics) && t.Metrics[i].Metric == m {
			return &t.Metrics[i]
		}
	}
	for i := range t.Metrics {
		if t.Metrics[i].Metric == m {
			return &t.Metrics[i]
		}
	}
	return nil
}

// A TierCounter is something that is counted at a tier of caches.
type TierCounter uint8

// The counters of a tier.
const (
	// TierRequests counts what reached the tier, TierBytes the sizes of the objects: at the first tier of those
	// that were delivered.
	TierRequests TierCounter = iota
	TierBytes
	// TierHits and TierHitBytes count those of them that it answered from a cache, stale or not, or that joined a fetch of
	// the same object that was under way.
	TierHits
	TierHitBytes
	// TierFetches counts the fetches that it began where objects have lifetimes, TierBackground those of them for which
	// nobody waited, since what is stale was served, TierConfirmed those whose object had not changed. They are 0 where nothing
	// ever expires.
	TierFetches
	TierBackground
	TierConfirmed
	// TierFetchedBytes counts the bytes of the fetches, and TierFetches these, also where parts of objects are asked for or caches keep
	// slices, at the first tier. It is 0 elsewhere.
	TierFetchedBytes
	// TierServed counts what reached the caches of the tier that several servers apart make up, TierServedBytes its bytes, and TierMostServed
	// and TierMostServedBytes what that would be if all servers of such a cache were asked for as much as the one that is asked for most.
	// Servers serve all workloads, so these count what all of them asked there, for each workload that asked for anything.
	TierServed
	TierServedBytes
	TierMostServed
	TierMostServedBytes
	// TierPassed counts the requests that write and have passed the tier by, to an origin: at the first tier.
	TierPassed
	// NumTierCounters is the number of counters of a tier.
	NumTierCounters
)

var tierCounterNames = [NumTierCounters]string{"requests", "bytes", "hits", "hit bytes", "fetches", "background fetches", "confirmed fetches",
	"fetched bytes", "served", "served bytes", "most served", "most served bytes", "passed"}

// String returns the counter's name, for example "hit bytes".
func (c TierCounter) String() string {
	if c >= NumTierCounters {
		return fmt.Sprintf("counter(%d)", uint8(c))
	}
	return tierCounterNames[c]
}

// A TierTally is what one cacheable workload met at a tier of caches: the requests of users, or the fetches of
// other caches.
type TierTally struct {
	Counters [NumTierCounters]uint64
}

// Count returns a counter.
func (t *TierTally) Count(c TierCounter) uint64 { return t.Counters[c] }

func (t *TierTally) merge(o *TierTally) { add(t.Counters[:], o.Counters[:]) }

// mergeTiers adds the tallies of tiers, one by one.
func mergeTiers(to, from []TierTally) {
	for i := range to {
		to[i].merge(&from[i])
	}
}

// add adds numbers to others, one by one.
func add[T uint64 | int64](to, from []T) {
	for i := range to {
		to[i] += from[i]
	}
}

func newTally(kind Kind, deadlines int) Tally {
	t := Tally{Metrics: make([]MetricTally, len(kinds[kind].metrics))}
	for i, m := range kinds[kind].metrics {
		t.Metrics[i] = MetricTally{Metric: m, Within: make([]uint64, deadlines)}
	}
	return t
}

// newTally returns an empty tally of a workload.
func (w *plannedWorkload) newTally() Tally {
	t := newTally(w.kind, len(w.deadlines))
	for i := range t.Metrics {
		t.Metrics[i].Within = make([]uint64, len(w.boundsOf(t.Metrics[i].Metric)))
	}
	return t
}

// boundsOf returns the deadlines of a metric.
func (w *plannedWorkload) boundsOf(metric Metric) []int64 {
	switch metric {
	case InputToDisplay, PlayerDisplay, PlayerDisplayP95:
		return w.display
	case Felt:
		return w.classes
	case PlayerJitter, PeekersAdvantage, Rewind:
		return nil
	}
	return w.deadlines
}

// record adds one sample of a metric that the tally has.
func (t *Tally) record(metric Metric, ns int64, deadlines []int64) {
	of := t.ofMetric(metric)
	of.Latency.Record(ns)
	for i, deadline := range deadlines {
		if ns <= deadline {
			of.Within[i]++
		}
	}
}

// fail records a request that ended as [Failed] when its user had waited for so many ns, or was [Rejected].
func (t *Tally) fail(why Reason, waited int64) {
	outcome := why.outcome()
	t.Outcomes[outcome]++
	t.Failures[why]++
	if outcome == Failed {
		t.Counters[FailedNs] += uint64(waited)
	}
}

// miss counts updates that were not played.
func (t *Tally) miss(why Reason, updates uint64) {
	t.Counters[Requests] += updates
	t.Outcomes[NotPlayed] += updates
	t.Failures[why] += updates
}

// Unanswered returns the number of requests that failed, were rejected or were not played.
func (t *Tally) Unanswered() uint64 {
	return t.Outcomes[Failed] + t.Outcomes[Rejected] + t.Outcomes[NotPlayed]
}

// Answered returns the number of requests that have a latency: all but those [Tally.Unanswered].
func (t *Tally) Answered() uint64 { return t.Counters[Requests] - t.Unanswered() }

// matches returns an error unless the other tally can be of the same workload.
func (t *Tally) matches(o *Tally) error {
	if len(t.Metrics) != len(o.Metrics) {
		return fmt.Errorf("%d metrics; want %d", len(o.Metrics), len(t.Metrics))
	}
	for i := range t.Metrics {
		a, b := &t.Metrics[i], &o.Metrics[i]
		if a.Metric != b.Metric || len(a.Within) != len(b.Within) {
			return fmt.Errorf("metric %v within %d deadlines; want %v within %d", b.Metric, len(b.Within), a.Metric, len(a.Within))
		}
	}
	return nil
}

// Merge adds another tally of the same workload. After an error the tally is as it was.
func (t *Tally) Merge(o *Tally) error {
	if err := t.matches(o); err != nil {
		return fmt.Errorf("sim: cannot merge tallies of different workloads: %w", err)
	}
	add(t.Counters[:], o.Counters[:])
	add(t.Outcomes[:], o.Outcomes[:])
	add(t.OutcomeBytes[:], o.OutcomeBytes[:])
	add(t.Failures[:], o.Failures[:])
	add(t.Causes[:], o.Causes[:])
	add(t.Stages[:], o.Stages[:])
	for i := range t.Metrics {
		t.Metrics[i].Latency.Merge(&o.Metrics[i].Latency)
		add(t.Metrics[i].Within, o.Metrics[i].Within)
	}
	return nil
}
