package cache

import "github.com/edgewise-sim/edgewise/random"

// A chance admits an object with the same probability each time it is missed, whatever it is ("q-LRU"
// before LRU: Martina, Garetto and Leonardi, A unified approach to the performance analysis of caching
// systems, INFOCOM 2014). What is missed often gets in, what is asked for once mostly does not; the smaller
// the probability, the nearer LRU comes to LFU and the slower it follows changes.
//
// Parameter: p (0.5, as in libCacheSim).
type chance struct {
	p     float64
	draws random.Stream
}

func newChance(_ *core, s *spec, seed uint64) Admission {
	return &chance{p: s.number("p", .5, 1), draws: random.New(seed, 0, random.Entity("prob"), 0)}
}

func (a *chance) Asked(uint64, int64, bool) {}

func (a *chance) Admit(uint64, int64, bool) bool { return a.draws.Float64() < a.p }

func (a *chance) Evicted(uint64) {}
