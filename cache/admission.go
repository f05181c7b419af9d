package cache

import "strings"

// An Admission decides which objects a cache takes in at all. It stands before any eviction policy. Those of
// [Admissions] come by name; hand in one of your own as [Config.NewAdmission].
type Admission interface {
	// Asked notes a request; sizeBytes is the stored size after a hit, and 0, as it is not known, after a miss.
	Asked(key uint64, sizeBytes int64, hit bool)
	// Admit reports whether an object that has arrived and is not cached, of 1 byte or more, may enter. fits
	// tells that nothing would have to be evicted for it.
	Admit(key uint64, sizeBytes int64, fits bool) bool
	// Evicted notes that the policy evicted a key.
	Evicted(key uint64)
}

// Limits are what a policy or an admission of your own may want to know of the cache that it is made for.
type Limits struct {
	// One of CapacityBytes and CapacityObjects is above 0: that of the [Config].
	CapacityBytes, CapacityObjects int64
	// Seed is that of the Config. Draw at random from it and from nothing else, so that runs repeat.
	Seed uint64
}

// Admissions returns the names that [Config.Admission] takes, in the order of the documentation.
func Admissions() []string {
	names := []string{"always"}
	for _, a := range admissions {
		names = append(names, a.name)
	}
	return names
}

var admissions = []struct {
	name  string
	build func(*core, *spec, uint64) Admission
}{
	{"size", newSizeLimit},
	{"prob", newChance},
	{"adaptsize", newAdaptSize},
	{"second-hit", newSecondHit},
	{"second-hit-exact", newSecondHitExact},
	{"tinylfu", newTinyLFU},
}

// newAdmission builds the admission of a Config for a cache; nil stands for always.
func newAdmission(cfg Config, c *core) (Admission, error) {
	if cfg.NewAdmission != nil {
		a := cfg.NewAdmission(cfg.limits())
		if a == nil {
			return nil, wrong("NewAdmission", "a function that returned nil", "one that returns an Admission")
		}
		return a, nil
	}
	s := parseSpec("Admission", cfg.Admission)
	if s.name == "" || s.name == "always" {
		return nil, s.done()
	}
	for _, a := range admissions {
		if a.name == s.name {
			built := a.build(c, s, cfg.Seed)
			return built, s.done()
		}
	}
	return nil, wrong("Admission", cfg.Admission, "one of %s", strings.Join(Admissions(), ", "))
}

// defaultSketchKeys is how many keys a sketch is made for where the capacity counts bytes, and a tenth of
// the keys that a filter then remembers (assumed).
const defaultSketchKeys = 1 << 17

// maxKeys bounds the memory of an admission rule.
const maxKeys = 1 << 28

// A sizeLimit admits objects up to a size. It protects many small objects from few large ones and is
// bad where the large ones are what is asked for.
//
// Parameter: max (1048576), in bytes. The default is assumed.
type sizeLimit struct{ maxBytes int64 }

func newSizeLimit(_ *core, s *spec, _ uint64) Admission {
	return &sizeLimit{maxBytes: s.integer("max", 1<<20, 1, 1<<50)}
}

func (a *sizeLimit) Asked(uint64, int64, bool) {}

func (a *sizeLimit) Admit(_ uint64, sizeBytes int64, _ bool) bool { return sizeBytes <= a.maxBytes }

func (a *sizeLimit) Evicted(uint64) {}
