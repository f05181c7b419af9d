package sim

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// newLine returns a player with a line of a technology, and the law of how it changes.
func newLine(t *testing.T, tech topology.Technology, l workload.PlayerLine) (*sender, *lineLaw) {
	t.Helper()
	require.NoError(t, l.Validate())
	law, err := random.NewQuantiles(func(p float64) float64 { return float64(tech.JitterRTT(p)) })
	require.NoError(t, err)
	line := newLineLaw(&l)
	return &sender{way: &playerWay{}, jitter: law, rand: random.New(1, 2, 3, 4), spells: random.Key(7)}, &line
}

func TestJitterThatLastsKeepsItsLawAndFades(t *testing.T) {
	// A discrete autoregressive process: the law of the jitter is that of the technology, and what two updates meet that are
	// sent t apart is correlated by exp(-t/mean).
	const mean = 200 * time.Millisecond
	for _, hz := range []float64{128, 20, 0.5} {
		t.Run(fmt.Sprint(hz), func(t *testing.T) {
			p, line := newLine(t, topology.WiFi, workload.PlayerLine{JitterTime: mean})
			distance := int64(1e9 / hz)
			const n = 400_000
			uniform := make([]float64, n) // the rank of each jitter by its law: heavy tails would blur the correlation
			jitters := make([]float64, n)
			there := 0
			for i := range n {
				jitter, inEffect, late := p.keptJitter(distance, line.jitterTime)
				require.LessOrEqual(t, inEffect, jitter)
				if late > 0 {
					there++
					require.Equal(t, inEffect, late)
				}
				jitters[i] = float64(jitter) / 1e6
				p.send += distance
			}
			keep := math.Exp(-float64(distance) / float64(mean))
			effective := n * (1 - keep) / (1 + keep) // as many independent ones say as much
			require.InDelta(t, 0.5, float64(there)/n, 4*0.5/math.Sqrt(effective))
			ranks := slices.Clone(jitters)
			slices.Sort(ranks)
			for _, q := range []float64{0.1, 0.5, 0.9, 0.99} {
				x := ranks[int(q*n)]
				require.InDelta(t, q, jitterWithin(topology.WiFi, x), 4*math.Sqrt(q*(1-q)/effective)+2e-4, "p%v is %v ms", 100*q, x)
			}
			for i, x := range jitters {
				at, _ := slices.BinarySearch(ranks, x)
				uniform[i] = float64(at)/n - 0.5
			}
			variance := correlation(uniform, 0)
			for _, lag := range []int{1, 5, 25} {
				want := math.Pow(keep, float64(lag))
				require.InDelta(t, want, correlation(uniform, lag)/variance, 5/math.Sqrt(effective), "lag %d", lag)
			}
		})
	}
}

// correlation returns the mean of the products of numbers so far apart.
func correlation(x []float64, lag int) float64 {
	sum := 0.0
	for i := lag; i < len(x); i++ {
		sum += x[i] * x[i-lag]
	}
	return sum / float64(len(x)-lag)
}

func TestUpdatesThatAreOvertakenAreThoseThatAre(t *testing.T) {
	// Whatever the law, an update is in effect when the first of it and those after it comes. The jitter of each update of a
	// long row is known, so that this can be found by looking at all that follow.
	for _, tech := range []topology.Technology{topology.LTE, topology.FiveG} {
		p, line := newLine(t, tech, workload.PlayerLine{JitterTime: 300 * time.Millisecond})
		distance := int64(time.Second / 60)
		const n = 50_000
		var jitters, inEffect []int64
		for range n {
			jitter, effect, _ := p.keptJitter(distance, line.jitterTime)
			jitters, inEffect = append(jitters, jitter), append(inEffect, effect)
			p.send += distance
		}
		overtaken := 0
		for i := range n - 200 {
			first := jitters[i]
			for k := 1; int64(k)*distance < first; k++ {
				first = min(first, int64(k)*distance+jitters[i+k])
			}
			require.Equal(t, first, inEffect[i], "update %d of %s", i, tech)
			if first < jitters[i] {
				overtaken++
			}
		}
		require.Greater(t, overtaken, 100, "some must be, or this shows nothing")
	}
}

func TestOvertakingByHand(t *testing.T) {
	// Spells of 0 ns end at once, so that every update has its own jitter, as the draws of the line say: the second says
	// after 10 ms what the first says after 50, and the third, after 20 and 5, is not there before.
	law, err := random.NewQuantiles(func(p float64) float64 { return float64(50*ms) * p })
	require.NoError(t, err)
	p := &sender{way: &playerWay{}, jitter: law, spells: random.Key(3)}
	p.spell = spell{number: 1, jitter: 50 * ms, until: 4 * ms}
	next, length := p.jitterAt(p.spells.At(4)), p.spellLength(2, 1e18)
	require.Greater(t, length, 50*ms)
	require.Less(t, next, 35*ms)
	// The spell ends 4 ms after the update; the next one, sent at 10 ms, comes first.
	require.Equal(t, 10*ms+next, p.overtakenBySpell(50*ms, 4*ms, 10*ms, 1e18))
	// Sent at 50 ms it would not.
	require.Equal(t, 50*ms, p.overtakenBySpell(50*ms, 4*ms, 50*ms, 1e18))
}

func TestBurstsOfLossAreThoseOfGilbertAndElliott(t *testing.T) {
	for _, c := range []struct {
		line workload.PlayerLine
		runs float64 // mean number of updates lost in a row, in closed form
	}{
		{workload.PlayerLine{Loss: 0.02, LossBurst: 4}, 4},
		{workload.PlayerLine{Loss: 0.2, LossBurst: 10}, 10},
		{workload.PlayerLine{Loss: 0.1}, 1 / 0.9}, // each on its own
		// In a burst of mean 8 that loses half: a run goes on if the burst does and the next is lost.
		{workload.PlayerLine{Loss: 0.05, LossBurst: 8, InBurst: 0.5}, 1 / (1 - 0.5*(1-1./8))},
	} {
		p, line := newLine(t, topology.Fiber, c.line)
		const distance = int64(10 * time.Millisecond)
		const n = 1_000_000
		lost, runs, there := 0, 0, 0
		var waits []int64
		was := false
		for range n {
			wait, late := p.lineLoss(line, distance)
			is := wait > 0
			if is {
				lost++
				if !was {
					runs++
					waits = append(waits, wait/distance)
				}
				if late > 0 {
					there++
				}
			}
			was = is
			p.send += distance
		}
		burst := c.line.Burst()
		require.InEpsilon(t, c.line.Loss, float64(lost)/n, 6*math.Sqrt(2*burst/(c.line.Loss*n)), "%+v", c.line)
		require.InEpsilon(t, c.runs, float64(lost)/float64(runs), 6/math.Sqrt(float64(runs)), "%+v", c.line)
		// The first that is lost waits for the first that is not.
		sum := int64(0)
		for _, w := range waits {
			sum += w
		}
		require.InEpsilon(t, c.runs, float64(sum)/float64(len(waits)), 6/math.Sqrt(float64(runs)), "%+v", c.line)
		require.InDelta(t, 0.5, float64(there)/float64(lost), 6*math.Sqrt(burst/float64(lost)))
	}
}

func TestSampledUpdatesLoseAsManyAsAll(t *testing.T) {
	// Of every 50th update as many are lost, and two in a row as often as the chain says: pi (pi + (1-pi) lambda^50).
	l := workload.PlayerLine{Loss: 0.2, LossBurst: 40}
	p, line := newLine(t, topology.Fiber, l)
	const distance, step, n = int64(time.Millisecond), 50, 400_000
	lost, both := 0, 0
	was := false
	for range n {
		wait, _ := p.lineLoss(line, distance)
		is := wait > 0
		if is {
			lost++
			if was {
				both++
			}
		}
		was = is
		p.send += step * distance
	}
	require.InEpsilon(t, 0.2, float64(lost)/n, 0.03)
	lambda := 1 - 1./40 - 0.2/0.8/40
	require.InEpsilon(t, 0.2*(0.2+0.8*math.Pow(lambda, step)), float64(both)/n, 0.04)
}

func TestLossesInARowWaitForTheNextUpdate(t *testing.T) {
	// One in ten is lost: of the draws the last tenth loses one, the last hundredth two, the last thousandth three.
	for u, want := range map[float64]time.Duration{0.5: 0, 0.899: 0, 0.95: 1, 0.995: 2, 0.9995: 3} {
		require.Equal(t, want*time.Millisecond, lossInStream(u, 0.1, time.Millisecond), "%v", u)
	}
}
