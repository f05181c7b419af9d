package edgewise_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// runCells runs cells one by one.
func runCells(t testing.TB, s *edgewise.Study, cells []edgewise.Cell) []*edgewise.CellResult {
	t.Helper()
	var results []*edgewise.CellResult
	for _, c := range cells {
		r, err := s.RunCell(context.Background(), c)
		require.NoError(t, err)
		results = append(results, r)
	}
	return results
}

// sent returns results as they are after a journey between machines.
func sent(t testing.TB, results []*edgewise.CellResult) []*edgewise.CellResult {
	t.Helper()
	arrived := make([]*edgewise.CellResult, len(results))
	for i, r := range results {
		data, err := r.MarshalBinary()
		require.NoError(t, err)
		arrived[i] = new(edgewise.CellResult)
		require.NoError(t, arrived[i].UnmarshalBinary(data))
	}
	return arrived
}

func TestCellsInAnyOrderGiveTheComparisonOfTheStudy(t *testing.T) {
	s := smallStudy(t)
	whole, err := s.Run(context.Background())
	require.NoError(t, err)
	cells, err := s.Cells()
	require.NoError(t, err)
	require.Len(t, cells, 9)
	results := sent(t, runCells(t, s, cells))
	for range 3 {
		rand.Shuffle(len(results), func(i, j int) { results[i], results[j] = results[j], results[i] })
		c, err := s.Compare(context.Background(), results)
		require.NoError(t, err)
		require.Equal(t, asJSON(t, whole), asJSON(t, c))
	}
	c, err := s.Compare(context.Background(), append(results, results[2]))
	require.NoError(t, err, "a cell that ran twice")
	require.Equal(t, asJSON(t, whole), asJSON(t, c))
	next, err := s.NextCells(results)
	require.NoError(t, err)
	require.Empty(t, next)
}

func TestMissingCellsAreListedAndCompleteReplicationsCompared(t *testing.T) {
	s := smallStudy(t)
	cells, err := s.Cells()
	require.NoError(t, err)
	results := runCells(t, s, cells)
	few := append(results[:4:4], results[5:]...) // without the second placement's second replication
	next, err := s.NextCells(few)
	require.NoError(t, err)
	require.Equal(t, []edgewise.Cell{cells[4]}, next)
	c, err := s.Compare(context.Background(), few)
	require.NoError(t, err)
	require.Equal(t, 1, c.Replications)
	require.Equal(t, 3, c.Planned)
	_, err = s.Compare(context.Background(), results[1:3])
	require.ErrorContains(t, err, `placement "region only", replication 0 is missing`)
}

func TestStudiesThatDecideThemselvesRunInRounds(t *testing.T) {
	s := smallStudy(t)
	s.Replications = 0
	s.Until = &edgewise.Until{StoppingRule: stats.StoppingRule{MinReplications: 2, MaxReplications: 5, RelativeError: 1e-6}}
	whole, err := s.Run(context.Background())
	require.NoError(t, err)
	var results []*edgewise.CellResult
	rounds := 0
	for {
		cells, err := s.NextCells(results)
		require.NoError(t, err)
		if len(cells) == 0 {
			break
		}
		rounds++
		results = append(results, runCells(t, s, cells)...)
	}
	require.Greater(t, rounds, 1)
	c, err := s.Compare(context.Background(), results)
	require.NoError(t, err)
	require.Equal(t, asJSON(t, whole), asJSON(t, c))
}

func TestResultsOfSomethingElseAreRefusedByName(t *testing.T) {
	s := smallStudy(t)
	cells, err := s.Cells()
	require.NoError(t, err)
	for what, change := range map[string]func(*edgewise.CellResult){
		"scenario":      func(r *edgewise.CellResult) { r.Scenario = "ab" },
		"input files":   func(r *edgewise.CellResult) { r.Inputs = "ab" },
		"study":         func(r *edgewise.CellResult) { r.Study = "ab" },
		"commit":        func(r *edgewise.CellResult) { r.Code.Revision = "ab" },
		"compiler":      func(r *edgewise.CellResult) { r.Code.Go = "go1" },
		"generator":     func(r *edgewise.CellResult) { r.Generator = "dice" },
		"holds that of": func(r *edgewise.CellResult) { r.Result.Replication++ },
		"no placement":  func(r *edgewise.CellResult) { r.Placement, r.Result.Placement = "x", "x" },
	} {
		results := runCells(t, s, cells[:1])
		change(results[0])
		_, err := s.Compare(context.Background(), results)
		require.ErrorContains(t, err, what)
		_, err = s.NextCells(results)
		require.ErrorContains(t, err, what)
	}
	_, err = s.RunCell(context.Background(), edgewise.Cell{Placement: "x"})
	require.ErrorContains(t, err, `placement "x"`)
	_, err = s.RunCell(context.Background(), edgewise.Cell{Placement: cells[0].Placement, Replication: -1})
	require.ErrorContains(t, err, "0 to")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("enough"))
	_, err = s.RunCell(ctx, cells[0])
	require.Error(t, err)
}

func TestResultsOfAnotherPlatformAreAsGood(t *testing.T) {
	s := smallStudy(t)
	cells, err := s.Cells()
	require.NoError(t, err)
	results := runCells(t, s, cells)
	want, err := s.Compare(context.Background(), results)
	require.NoError(t, err)
	results[0].Code.Platform, results[0].Code.Instructions = "linux/arm64", "GOARM64=v8.0"
	results[1].Code.Instructions = "GOAMD64=v4"
	is, err := s.Compare(context.Background(), results)
	require.NoError(t, err)
	require.Equal(t, asJSON(t, want), asJSON(t, is))

	// What other code does on another platform nobody here knows.
	own, other := edgewise.CellHeader{OwnParts: []string{"demand bots.Crawler"}}, edgewise.CellHeader{OwnParts: []string{"demand bots.Crawler"}}
	other.Code.Instructions = "GOAMD64=v4"
	require.ErrorContains(t, own.Matches(&other), "another instruction set")
	other = own
	other.Code.Platform = "linux/arm64"
	require.ErrorContains(t, own.Matches(&other), "another platform")
}

func TestResultsWhoseContentIsNotOfTheStudyAreRefused(t *testing.T) {
	s := smallStudy(t)
	cells, err := s.Cells()
	require.NoError(t, err)
	whole := runCells(t, s, cells[1:2])[0] // with PoPs
	for want, change := range map[string]func(*sim.Result){
		"0 workloads; want 3":          func(r *sim.Result) { r.Workloads = nil },
		"4 workloads; want 3":          func(r *sim.Result) { r.Workloads = append(r.Workloads, r.Workloads[0]) },
		"another name; want":           func(r *sim.Result) { r.Workloads[0].Name = "other" },
		"kind computed; want":          func(r *sim.Result) { r.Workloads[0].Kind = sim.Computed },
		"0 metros; want":               func(r *sim.Result) { r.Workloads[0].Metros = nil },
		"the sites differ":             func(r *sim.Result) { r.Sites[0] = "x" },
		"2 tiers; want":                func(r *sim.Result) { r.Tiers = append(r.Tiers, r.Tiers...) },
		"tallies of 2 tiers; want 1":   func(r *sim.Result) { r.Workloads[0].Sites[0].Tiers = make([]sim.TierTally, 2) },
		"deadlines; want":              func(r *sim.Result) { r.Workloads[0].Metros[0].Metrics[0].Within = make([]uint64, 9) },
		"a timeline of 0 batches":      func(r *sim.Result) { r.Workloads[0].Timeline = sim.Timeline{} },
		"timelines of":                 func(r *sim.Result) { b := &r.Workloads[0].Timeline; b.Batches = b.Batches[1:] },
		"not a result of a run: invar": func(r *sim.Result) { r.Workloads[0].Metros[0].Counters[sim.Requests] = 1 },
	} {
		r := sent(t, []*edgewise.CellResult{whole})
		change(r[0].Result)
		_, err := s.Compare(context.Background(), r)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, cells[1].String())
	}
}

func TestFunctionsThatMayHaveCapturedParametersNeedNames(t *testing.T) {
	of := func(bytes int64, name string) (string, error) {
		s := smallStudy(t)
		s.Placements[1] = s.Placements[1].WithEachCache(func(_ string, c *placement.Cache) {
			c.NewAdmission, c.Admission = upTo(bytes), name
		})
		return s.Fingerprint()
	}
	_, err := of(1, "")
	require.ErrorContains(t, err, `Placements[1].Tiers[0].Caches[0].Admission is ""; want a name that says its parameters`)
	some, err := of(1, "up to 1")
	require.NoError(t, err)
	others, err := of(2, "up to 2")
	require.NoError(t, err)
	require.NotEqual(t, some, others)
}

func TestFiguresAndFilesMayBeAddedWhenAllCellsHaveRun(t *testing.T) {
	s := smallStudy(t)
	s.Replications = 1
	cells, err := s.Cells()
	require.NoError(t, err)
	results := runCells(t, s, cells)
	other := smallStudy(t)
	ownParts(other)
	s.Measures, s.Outputs = other.Measures, other.Outputs
	c, err := s.Compare(context.Background(), results)
	require.NoError(t, err)
	_, ok := c.Placements[0].Workloads[0].Figures.Find(s.Measures[0].Metric, s.Measures[0].Statistic)
	require.True(t, ok)
	require.Len(t, c.OwnParts, 2)
}

func TestFingerprintIsOfAllThatDecidesResults(t *testing.T) {
	of := func(change func(*edgewise.Study)) string {
		s := smallStudy(t)
		change(s)
		f, err := s.Fingerprint()
		require.NoError(t, err)
		return f
	}
	as := of(func(*edgewise.Study) {})
	require.Equal(t, as, of(func(*edgewise.Study) {}), "made twice")
	require.Equal(t, as, of(func(s *edgewise.Study) { s.Replications, s.Workers, s.Title = 7, 3, "x" }))
	for what, change := range map[string]func(*edgewise.Study){
		"seed":     func(s *edgewise.Study) { s.Seed++ },
		"duration": func(s *edgewise.Study) { s.Duration += time.Nanosecond },
		"caches":   func(s *edgewise.Study) { s.Placements = s.Placements[:2] },
	} {
		require.NotEqual(t, as, of(change), what)
	}
}

func TestUnwarmedResultsAreRefusedHoweverTheyCome(t *testing.T) {
	s := slowQueue(t)
	cells, err := s.Cells()
	require.NoError(t, err)
	_, err = s.Compare(context.Background(), runCells(t, s, cells))
	var refused *edgewise.WarmUpError
	require.ErrorAs(t, err, &refused)
}

func TestHeadersOfCellsAreReadWholeOrRefused(t *testing.T) {
	s := queueStudy(t, 0.5)
	s.Duration = time.Second
	cells, err := s.Cells()
	require.NoError(t, err)
	r := runCells(t, s, cells[:1])[0]
	data, err := r.MarshalBinary()
	require.NoError(t, err)
	at := len("edgewise cell") + 3
	n := binary.LittleEndian.Uint32(data[at:])
	for _, behind := range []string{" ", "x", "{}"} {
		longer := slices.Insert(slices.Clone(data), at+4+int(n), []byte(behind)...)
		binary.LittleEndian.PutUint32(longer[at:], n+uint32(len(behind)))
		require.ErrorContains(t, new(edgewise.CellResult).UnmarshalBinary(withHash(longer)), "more behind it")
	}
	r.OwnParts = []string{strings.Repeat("x", 1<<20)}
	_, err = r.MarshalBinary()
	require.ErrorContains(t, err, "want 1048576 at most")
}

func FuzzCellDecoding(f *testing.F) {
	s := queueStudy(f, 0.5)
	s.Duration = time.Second
	cells, err := s.Cells()
	require.NoError(f, err)
	data, err := runCells(f, s, cells[:1])[0].MarshalBinary()
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte("edgewise cell\x00\x00\x02"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var r edgewise.CellResult
		// The hash at the end is made right, so that what it guards is reached, too.
		for _, d := range [][]byte{data, withHash(data)} {
			if r.UnmarshalBinary(d) != nil {
				continue
			}
			again, err := r.MarshalBinary()
			require.NoError(t, err)
			require.NoError(t, r.UnmarshalBinary(again))
		}
	})
}

// withHash returns the encoding of a result whose last bytes are the hash of the others.
func withHash(data []byte) []byte {
	body := data[:max(len(data)-sha256.Size, 0)]
	sum := sha256.Sum256(body)
	return append(slices.Clone(body), sum[:]...)
}
