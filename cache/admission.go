package cache

import "strings"

// An admission decides which objects a cache takes in at all. It stands before any eviction policy.
type admission interface {
	// asked notes a request; sizeBytes is known only if it hit.
	asked(key uint64, sizeBytes int64, hit bool)
	// admit decides about an object that has arrived. fits tells that nothing would have to be
	// evicted for it.
	admit(key uint64, sizeBytes int64, fits bool) bool
	// evicted notes that the policy evicted a key.
	evicted(key uint64)
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
	build func(*core, *spec, uint64) admission
}{
	{"size", newSizeLimit},
	{"prob", newChance},
	{"adaptsize", newAdaptSize},
	{"second-hit", newSecondHit},
	{"second-hit-exact", newSecondHitExact},
	{"tinylfu", newTinyLFU},
}

// newAdmission builds the admission of a Config for a cache; nil stands for always.
func newAdmission(cfg Config, c *core) (admission, error) {
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

func newSizeLimit(_ *core, s *spec, _ uint64) admission {
	return &sizeLimit{maxBytes: s.integer("max", 1<<20, 1, 1<<50)}
}

func (a *sizeLimit) asked(uint64, int64, bool) {}

func (a *sizeLimit) admit(_ uint64, sizeBytes int64, _ bool) bool { return sizeBytes <= a.maxBytes }

func (a *sizeLimit) evicted(uint64) {}
