package workload

import (
	"math/bits"
	"time"

	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
)

// A Churning demand is endless in another way: new objects take the place of those that it asks for again and again, each with the popularity
// and the size of the one before it. The numbers of new objects are behind [Endless].Regular.
type Churning interface {
	Endless
	// RenewalOf says which objects there are when in one replication of a workload; it is the same in all metros.
	RenewalOf(workload string, seed, replication uint64) Renewal
}

// A Renewal says when new objects take the place of others. Every object lives equally long; when it is born within that time is its place's
// own, evenly spread over places. The zero value has the same objects for ever.
type Renewal struct {
	// Lifetime is how long an object lives in ns; 0 for ever.
	Lifetime int64
	places   uint32
	salt     uint64
}

// generations is how many numbers a place has, one after another; then they begin anew.
const generations = 64

func newRenewal(perDay float64, places int, workload string, seed, replication uint64) Renewal {
	if perDay == 0 {
		return Renewal{}
	}
	key := random.NewKey(seed, replication, purpose.EntityOf(workload, ""), purpose.Renewal)
	stream := key.Stream()
	return Renewal{Lifetime: int64(float64(24*time.Hour) / perDay), places: uint32(places), salt: stream.Uint64()}
}

// begun returns how long before the instant 0 the object of a place was born.
func (r *Renewal) begun(place uint32) int64 {
	x := (uint64(place) + r.salt) * golden // splitmix64 (Steele, Lea and Flood, OOPSLA 2014)
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	high, _ := bits.Mul64(x^x>>31, uint64(r.Lifetime))
	return int64(high)
}

// Object returns the number of the object that a place, the number of an object there for ever, has at an instant in ns since the run began.
func (r *Renewal) Object(place uint32, at int64) uint32 {
	generation := uint32((at+r.begun(place))/r.Lifetime) % generations
	return place + generation*r.places
}

// AgeAtStart returns how old the object of a place is when the run begins, in ns.
func (r *Renewal) AgeAtStart(place uint32) int64 { return r.begun(place) }

// Before returns the number of an object that the place had before the run, 1 for the last of them; there are [Renewal.MostBefore] at most.
func (r *Renewal) Before(place uint32, n int) uint32 {
	return place + uint32(generations-n)*r.places
}

// MostBefore is how many objects before the run a place has numbers for.
func (r *Renewal) MostBefore() int { return generations / 2 }

// Missed returns how often in a second an LRU cache lacks the object of a place that keeps what is not asked for so many seconds: its mean over the life of an
// object, of which nobody has asked before it is born.
func (r *Renewal) Missed(l *Gaps, keeps float64) float64 {
	if r.Lifetime == 0 {
		return l.Missed(keeps)
	}
	life := float64(float64(r.Lifetime) * 1e-9)
	young := min(keeps, life) // until that age not all of the time that counts has been lived
	return (-portable.Expm1(-l.hazard(young)) + float64((life-young)*l.Missed(keeps))) / life
}
