package sim

import (
	"fmt"
	"sync"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/topology"
)

// lastMiles holds the laws of the access technologies, ready to be drawn from. Times are RTTs in ns.
type lastMiles struct {
	base, jitter [topology.NumTechnologies]*random.Quantiles
	median       [topology.NumTechnologies]int64 // of the jitter
}

// measuredLastMiles returns the laws as they were measured. They are the same for every run, and are made once.
var measuredLastMiles = sync.OnceValues(newLastMiles)

func newLastMiles() (*lastMiles, error) {
	var l lastMiles
	for i := range l.base {
		t := topology.Technology(i)
		var err error
		if l.base[i], err = random.NewQuantiles(func(p float64) float64 { return float64(t.BaseRTT(p)) }); err != nil {
			return nil, fmt.Errorf("sim: last mile of %s: %w", t, err)
		}
		if l.jitter[i], err = random.NewQuantiles(func(p float64) float64 { return float64(t.JitterRTT(p)) }); err != nil {
			return nil, fmt.Errorf("sim: jitter of %s: %w", t, err)
		}
		l.median[i] = int64(t.JitterRTT(0.5))
	}
	return &l, nil
}

// An accessLaw draws the last mile of a metro's users.
type accessLaw struct {
	miles *lastMiles
	// upTo[i] is the cumulated share of the first i+1 technologies, as a fraction of 2^32.
	upTo  []uint64
	techs []topology.Technology
	// away is what the way to the metro adds for each part of the users, in ns; see [topology.Spread].
	away [topology.SpreadParts]int64
}

// newAccessLaw returns the law of users with a mix, which is valid: its shares sum to 1.
func newAccessLaw(miles *lastMiles, mix topology.AccessMix, spread topology.Spread) *accessLaw {
	law := &accessLaw{miles: miles}
	for part := range law.away {
		law.away[part] = int64(spread.RTT(part))
	}
	sum := 0.0
	for t, share := range mix {
		if share == 0 {
			continue
		}
		sum += share
		law.upTo = append(law.upTo, outOf32(min(sum, 1)))
		law.techs = append(law.techs, topology.Technology(t))
	}
	law.upTo[len(law.upTo)-1] = 1 << 32
	return law
}

// technology returns the technology at a uniform 32-bit number.
func (a *accessLaw) technology(uniform uint32) topology.Technology {
	i := 0
	for uint64(uniform) >= a.upTo[i] {
		i++
	}
	return a.techs[i]
}

// base returns the last mile's RTT without jitter of some user of a technology, the way from home to the metro included.
//
// How far that is follows from bits 1 to 16 of a number whose other bits say how good the line is: these move it by less than
// a millionth of the distance between two knots.
func (a *accessLaw) base(t topology.Technology, s *random.Stream) int64 {
	u := s.Uint64()
	return int64(a.miles.base[t].At(u)) + a.away[(u>>1&(1<<16-1))*topology.SpreadParts>>16]
}

// draw returns the last-mile RTT of one request of some user, base and jitter, the base alone, and the user's technology.
func (a *accessLaw) draw(uniform uint32, s *random.Stream) (access, quiet int64, t topology.Technology) {
	t = a.technology(uniform)
	quiet = a.base(t, s)
	return quiet + int64(a.miles.jitter[t].Draw(s)), quiet, t
}

// linkJitter returns the jitter of the links on a way with the given mean, in ns. It follows from a number
// drawn for the request anyway, so that ways with and without jitter leave all other draws alone.
func linkJitter(mean float64, drawn uint64) int64 {
	if mean == 0 {
		return 0
	}
	stream := random.Key(drawn).Stream()
	return int64(mean * stream.Exp())
}
