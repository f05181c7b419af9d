package sim

import (
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// resultVersion is the version of the encoding of results.
const resultVersion = 4

// An encodedResult is a [Result] as it is sent: CBOR (RFC 8949) with counters by name, those that are 0 left out. So a
// counter, an outcome or a cause that is added later does not make older results unreadable, and one that is not
// known is refused by name.
type encodedResult struct {
	Version     int               `cbor:"version"`
	Placement   string            `cbor:"placement"`
	Replication int               `cbor:"replication"`
	Fingerprint uint64            `cbor:"fingerprint"`
	Sites       []string          `cbor:"sites"`
	Tiers       []TierResult      `cbor:"tiers"`
	Links       []LinkTally       `cbor:"links,omitempty"`
	Workloads   []encodedWorkload `cbor:"workloads"`
}

type encodedWorkload struct {
	Name     string              `cbor:"name"`
	Kind     string              `cbor:"kind"`
	Counters map[string]uint64   `cbor:"counters,omitempty"`
	Sites    []encodedSite       `cbor:"sites"`
	Tiers    []map[string]uint64 `cbor:"tiers,omitempty"`
	Timeline encodedTimeline     `cbor:"timeline"`
	Metros   []encodedTally      `cbor:"metros"`
	Pairs    []PairTally         `cbor:"pairs,omitempty"`
	Course   []byte              `cbor:"course,omitempty"` // of [Course.AppendBinary]
}

// An encodedTimeline holds the columns of a [Timeline].
type encodedTimeline struct {
	BatchNs  int64    `cbor:"batch_ns"`
	Requests []uint64 `cbor:"requests,omitempty"`
	SumNs    []uint64 `cbor:"sum_ns,omitempty"`
	Hits     []uint64 `cbor:"hits,omitempty"`
}

type encodedTally struct {
	Counters     map[string]uint64 `cbor:"counters,omitempty"`
	Outcomes     map[string]uint64 `cbor:"outcomes,omitempty"`
	OutcomeBytes map[string]uint64 `cbor:"outcome_bytes,omitempty"`
	Failures     map[string]uint64 `cbor:"failures,omitempty"`
	Causes       map[string]int64  `cbor:"causes_ns,omitempty"`
	Stages       map[string]int64  `cbor:"stages_ns,omitempty"`
	Metrics      []encodedMetric   `cbor:"metrics,omitempty"`
}

// An encodedSite is a [SiteTally].
type encodedSite struct {
	Tally        *encodedTally       `cbor:"tally"`
	Counters     map[string]uint64   `cbor:"counters,omitempty"`
	Tiers        []map[string]uint64 `cbor:"tiers,omitempty"`
	PeakRequests uint64              `cbor:"peak_requests,omitempty"`
	PeakBusyUs   uint64              `cbor:"peak_busy_us,omitempty"`
	PeakPlayers  uint64              `cbor:"peak_players,omitempty"`
	Hours        []SiteHour          `cbor:"hours,omitempty"`
	MatchCores   uint64              `cbor:"match_cores,omitempty"`
	SpilledTo    []uint64            `cbor:"spilled_to,omitempty"`
	Course       []byte              `cbor:"course,omitempty"`
}

type encodedMetric struct {
	Name    string   `cbor:"name"`
	Latency []byte   `cbor:"latency"` // of [stats.Sketch.MarshalBinary]
	Within  []uint64 `cbor:"within,omitempty"`
}

// MarshalBinary encodes the result, for a file or another machine. Equal results have equal encodings.
func (r *Result) MarshalBinary() ([]byte, error) {
	e := encodedResult{
		Version: resultVersion, Placement: r.Placement, Replication: r.Replication, Fingerprint: r.Fingerprint, Sites: r.Sites, Tiers: r.Tiers, Links: r.Links,
	}
	for i := range r.Workloads {
		w, err := r.Workloads[i].encode()
		if err != nil {
			return nil, fmt.Errorf("sim: encode result: %w", err)
		}
		e.Workloads = append(e.Workloads, w)
	}
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		return nil, fmt.Errorf("sim: encode result: %w", err)
	}
	data, err := mode.Marshal(&e)
	if err != nil {
		return nil, fmt.Errorf("sim: encode result: %w", err)
	}
	return data, nil
}

// UnmarshalBinary decodes what [Result.MarshalBinary] wrote. Data that is damaged, of another version or that no result
// can have written gives an error and leaves r as it was.
//
// The memory that it takes is bounded by the length of the data: 57 KiB at most for each distribution ([stats.Sketch]), of
// which the data need about 50 bytes, and about 200 bytes at most for every other byte.
func (r *Result) UnmarshalBinary(data []byte) error {
	decoded, err := decodeResult(data)
	if err != nil {
		return fmt.Errorf("sim: decode result: %w", err)
	}
	*r = *decoded
	return nil
}

func decodeResult(data []byte) (*Result, error) {
	mode, err := cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, IndefLength: cbor.IndefLengthForbidden, TagsMd: cbor.TagsForbidden,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField, MaxNestedLevels: 8, MaxArrayElements: 1 << 24,
	}.DecMode()
	if err != nil {
		return nil, err
	}
	var e encodedResult
	if err := mode.Unmarshal(data, &e); err != nil {
		return nil, err
	}
	if e.Version != resultVersion {
		return nil, fmt.Errorf("version %d; this program reads version %d", e.Version, resultVersion)
	}
	if err := checkSites(e.Sites); err != nil {
		return nil, err
	}
	r := &Result{Placement: e.Placement, Replication: e.Replication, Fingerprint: e.Fingerprint, Sites: e.Sites, Tiers: e.Tiers, Links: e.Links}
	for i := range e.Workloads {
		w, err := e.Workloads[i].decode(len(r.Sites), len(r.Tiers))
		if err != nil {
			return nil, fmt.Errorf("workload %q: %w", e.Workloads[i].Name, err)
		}
		r.Workloads = append(r.Workloads, w)
	}
	return r, nil
}

// checkSites refuses ids that sites of a network cannot have.
func checkSites(ids []string) error {
	seen := make(map[string]bool, len(ids))
	for i, id := range ids {
		if id == "" || seen[id] {
			return fmt.Errorf("site %d is %q; want an id that no other site has", i, id)
		}
		seen[id] = true
	}
	return nil
}

func (w *WorkloadTally) encode() (encodedWorkload, error) {
	e := encodedWorkload{
		Name: w.Name, Kind: w.Kind.String(), Counters: byName[Counter](w.Counters[:]), Tiers: encodeTiers(w.Tiers),
		Timeline: encodedTimeline{BatchNs: w.Timeline.BatchNs}, Pairs: w.Pairs,
	}
	for _, b := range w.Timeline.Batches {
		e.Timeline.Requests = append(e.Timeline.Requests, b.Requests)
		e.Timeline.SumNs = append(e.Timeline.SumNs, b.SumNs)
		e.Timeline.Hits = append(e.Timeline.Hits, b.Hits)
	}
	for i := range w.Sites {
		site := &w.Sites[i]
		t, err := site.Tally.encode()
		if err != nil {
			return e, err
		}
		e.Sites = append(e.Sites, encodedSite{
			Tally: &t, Counters: byName[SiteCounter](site.Counters[:]), Tiers: encodeTiers(site.Tiers),
			PeakRequests: site.PeakRequests, PeakBusyUs: site.PeakBusyUs, PeakPlayers: site.PeakPlayers, Hours: site.Hours, MatchCores: site.MatchCores, SpilledTo: site.SpilledTo, Course: encodeCourse(site.Course),
		})
	}
	e.Course = encodeCourse(w.Course)
	for m := range w.Metros {
		t, err := w.Metros[m].encode()
		if err != nil {
			return e, err
		}
		e.Metros = append(e.Metros, t)
	}
	return e, nil
}

// decode decodes the tally of a workload in a result with so many sites and tiers. How many tallies it holds is looked at
// before there are any: each takes far more memory than an empty one takes in the data.
func (e *encodedWorkload) decode(sites, tiers int) (w WorkloadTally, err error) {
	w = WorkloadTally{Name: e.Name, Timeline: Timeline{BatchNs: e.Timeline.BatchNs}, Pairs: e.Pairs}
	if w.Kind, err = ParseKind(e.Kind); err != nil {
		return w, err
	}
	if err := fromNames[Counter](w.Counters[:], e.Counters); err != nil {
		return w, err
	}
	if !w.Kind.MeetsCaches() {
		tiers = 0
	}
	if w.Tiers, err = decodeTiers(e.Tiers, tiers); err != nil {
		return w, err
	}
	if n := len(e.Timeline.Requests); len(e.Timeline.SumNs) != n || len(e.Timeline.Hits) != n {
		return w, fmt.Errorf("a timeline of %d, %d and %d batches; want as many of each", n, len(e.Timeline.SumNs), len(e.Timeline.Hits))
	}
	for i, n := range e.Timeline.Requests {
		w.Timeline.Batches = append(w.Timeline.Batches, TimelineBatch{Requests: n, SumNs: e.Timeline.SumNs[i], Hits: e.Timeline.Hits[i]})
	}
	if len(e.Sites) != sites {
		return w, fmt.Errorf("%d sites; want the %d of the result", len(e.Sites), sites)
	}
	for i := range e.Sites {
		t, err := e.Sites[i].decode(sites, tiers)
		if err != nil {
			return w, fmt.Errorf("site %d: %w", i, err)
		}
		w.Sites = append(w.Sites, t)
	}
	if w.Course, err = decodeOptional(e.Course); err != nil {
		return w, fmt.Errorf("course: %w", err)
	}
	metrics := w.Kind.Metrics()
	for m := range e.Metros {
		t, err := e.Metros[m].decode(metrics)
		if err != nil {
			return w, fmt.Errorf("metro %d: %w", m, err)
		}
		w.Metros = append(w.Metros, t)
	}
	return w, nil
}

func (e *encodedSite) decode(sites, tiers int) (t SiteTally, err error) {
	if e.Tally == nil {
		return t, errors.New("no tally")
	}
	t.PeakRequests, t.PeakBusyUs, t.PeakPlayers, t.Hours, t.MatchCores = e.PeakRequests, e.PeakBusyUs, e.PeakPlayers, e.Hours, e.MatchCores
	if err := fromNames[SiteCounter](t.Counters[:], e.Counters); err != nil {
		return t, err
	}
	if t.Tiers, err = decodeTiers(e.Tiers, tiers); err != nil {
		return t, err
	}
	if n := len(e.SpilledTo); n != 0 && n != sites {
		return t, fmt.Errorf("spilled to %d sites; want one for each of %d", n, sites)
	}
	t.SpilledTo = e.SpilledTo
	if t.Course, err = decodeOptional(e.Course); err != nil {
		return t, fmt.Errorf("course: %w", err)
	}
	t.Tally, err = e.Tally.decode(nil)
	return t, err
}

func (t *Tally) encode() (encodedTally, error) {
	e := encodedTally{
		Counters: byName[Counter](t.Counters[:]), Outcomes: byName[Outcome](t.Outcomes[:]), OutcomeBytes: byName[Outcome](t.OutcomeBytes[:]),
		Failures: byName[Reason](t.Failures[:]), Causes: byName[Cause](t.Causes[:]),
		Stages: byName[Stage](t.Stages[:]),
	}
	for i := range t.Metrics {
		latency, err := t.Metrics[i].Latency.MarshalBinary()
		if err != nil {
			return e, err
		}
		e.Metrics = append(e.Metrics, encodedMetric{t.Metrics[i].Metric.String(), latency, t.Metrics[i].Within})
	}
	return e, nil
}

func (e *encodedTally) decode(metrics []Metric) (t Tally, err error) {
	if err := errors.Join(
		fromNames[Counter](t.Counters[:], e.Counters),
		fromNames[Outcome](t.Outcomes[:], e.Outcomes), fromNames[Outcome](t.OutcomeBytes[:], e.OutcomeBytes),
		fromNames[Reason](t.Failures[:], e.Failures), fromNames[Cause](t.Causes[:], e.Causes),
		fromNames[Stage](t.Stages[:], e.Stages),
	); err != nil {
		return t, err
	}
	if len(e.Metrics) != len(metrics) {
		return t, fmt.Errorf("%d metrics; want %d", len(e.Metrics), len(metrics))
	}
	for i, m := range e.Metrics {
		if m.Name != metrics[i].String() {
			return t, fmt.Errorf("metric %q; want %q", m.Name, metrics[i])
		}
		tally := MetricTally{Metric: metrics[i], Within: m.Within}
		if tally.Within == nil {
			tally.Within = []uint64{}
		}
		if err := tally.Latency.UnmarshalBinary(m.Latency); err != nil {
			return t, fmt.Errorf("metric %q: %w", m.Name, err)
		}
		t.Metrics = append(t.Metrics, tally)
	}
	return t, nil
}

func encodeTiers(tiers []TierTally) (all []map[string]uint64) {
	for i := range tiers {
		all = append(all, byName[TierCounter](tiers[i].Counters[:]))
	}
	return all
}

func decodeTiers(all []map[string]uint64, want int) (tiers []TierTally, err error) {
	if len(all) != want {
		return nil, fmt.Errorf("%d tiers; want %d", len(all), want)
	}
	for _, named := range all {
		var t TierTally
		if err := fromNames[TierCounter](t.Counters[:], named); err != nil {
			return nil, err
		}
		tiers = append(tiers, t)
	}
	return tiers, nil
}

// A name is what the index of a counter stands for.
type name interface {
	~uint8
	fmt.Stringer
}

// byName returns the numbers that are not 0 by what their indices stand for.
func byName[N name, T uint64 | int64](numbers []T) map[string]T {
	named := make(map[string]T)
	for i, n := range numbers {
		if n != 0 {
			named[N(i).String()] = n
		}
	}
	return named
}

// fromNames puts named numbers at their indices.
func fromNames[N name, T uint64 | int64](to []T, named map[string]T) error {
	known := 0
	for i := range to {
		if n, ok := named[N(i).String()]; ok {
			to[i] = n
			known++
		}
	}
	if known == len(named) {
		return nil
	}
	for text := range named {
		if !isName[N](text, len(to)) {
			return fmt.Errorf("unknown %T %q", N(0), text)
		}
	}
	return nil
}

// isName reports whether a text is one of the first n names.
func isName[N name](text string, n int) bool {
	for i := range n {
		if N(i).String() == text {
			return true
		}
	}
	return false
}
