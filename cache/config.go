package cache

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// maxObjects is the largest number of objects one cache can hold: slots are numbered by uint32, and
// some slots are needed for lists and ghosts.
const maxObjects = math.MaxInt32 / 4

// A Config says which cache to build. Exactly one of CapacityBytes and CapacityObjects is set.
type Config struct {
	// Policy names the eviction policy, for example "lru" (the default), with parameters after
	// colons: "clock:bits=2". [Policies] lists the names.
	Policy string
	// NewPolicy, if set, makes an eviction policy of your own, one for each cache; Policy is then empty or its
	// name, for your own use, which is no name of [Policies]. Run it through package cachetest.
	NewPolicy func(Slots) Policy
	// Admission names the rule that decides which objects may enter, for example "second-hit", with
	// parameters like Policy's; "always" (the default) lets all. [Admissions] lists the names.
	Admission string
	// NewAdmission, if set, makes an admission rule of your own, one for each cache; Admission is then empty or
	// its name, for your own use, which is no name of [Admissions].
	NewAdmission func(Limits) Admission
	// CapacityBytes is the largest sum of object sizes, in bytes.
	CapacityBytes int64
	// CapacityObjects is the largest number of objects, whatever their sizes.
	CapacityObjects int64
	// DenseKeys promises that most keys are below it (0: no promise). A table of 4 bytes for each
	// such key then replaces hashing, which is up to a third faster; use it for one cache over a
	// numbered catalogue, not for a hundred caches over a large one.
	DenseKeys int
	// Directory, if set, is such a table that caches use one after the other; DenseKeys is then 0.
	Directory *Directory
	// InTurns says that many caches are used in turns, each a little at a time, so that each finds its memory cold. LRU and FIFO by
	// bytes, without an admission, DenseKeys and Directory, then keep their objects in a way that touches less of it; what they hold
	// is the same. They hold keys below 2^32 only. All other caches are as without it.
	InTurns bool
	// Seed starts the random draws of the policies and admissions that need any.
	Seed uint64
	// OnEvict, if set, is called once for every object that the policy evicts, as it leaves. It
	// must not call the cache.
	OnEvict func(key uint64, sizeBytes int64)
}

// wrong returns the error of a field out of range.
func wrong(field string, value any, want string, args ...any) error {
	return fmt.Errorf("cache: %w", invalid.New(field, value, want, args...))
}

// New returns an empty cache, or an error that names the field, its value and what is allowed.
func New(cfg Config) (Cache, error) {
	if cfg.InTurns {
		if c, ok := newLog[struct{}](cfg, ringStretch); ok {
			return c, nil
		}
	}
	e, err := build(cfg, 0)
	if err != nil {
		return nil, err
	}
	return e, nil
}

// Policies returns the names that [Config.Policy] takes, in the order of the documentation.
func Policies() []string {
	names := make([]string, len(policies))
	for i, p := range policies {
		names[i] = p.name
	}
	return names
}

// OfflinePolicies returns the names of the policies that no cache can have, because they know the requests
// to come or ignore the capacity. They are marks to compare others with, and only [Replayer.Replay] runs
// them: infinite bounds all others, belady the request misses of those that insert every object, where
// objects are equally large; belady-size bounds nothing.
func OfflinePolicies() []string {
	names := make([]string, len(offlinePolicies))
	for i, p := range offlinePolicies {
		names[i] = p.name
	}
	return names
}

// A policy is one row of a list of eviction policies.
type policy struct {
	name string
	// build makes the rule; it reads its parameters from the spec, which keeps the errors.
	build func(core, *spec) rule
}

var policies = []policy{
	{"lru", newLRU},
	{"fifo", newFIFO},
	{"clock", newClock},
	{"sieve", newSieve},
	{"s3fifo", newS3FIFO},
	{"s3fifo-2025", newS3FIFO2025},
	{"qdlp", newQDLP},
	{"slru", newSLRU},
	{"2q", newTwoQ},
	{"arc", newARC},
	{"lirs", newLIRS},
	{"lfu", newLFU},
	{"gdsf", newGDSF},
	{"gdsf-2025", newGDSF2025},
	{"lfu-perfect", newLFUPerfect},
	{"lfuda", newLFUDA},
	{"lru-k", newLRUK},
	{"w-tinylfu", newWTinyLFU},
	{"lecar", newLeCaR},
	{"hyperbolic", newHyperbolic},
	{"lhd", newLHD},
	{"random", newRandom},
}

var offlinePolicies = []policy{
	{"belady", newBelady},
	{"belady-size", newBeladySize},
	{"infinite", newInfinite},
}

// Ways to build a rule.
const (
	withBounds   = 1 << iota // for a Replayer: the offline policies too
	withoutSizes             // where the capacity counts objects, take each as one byte and save the memory
	withRemovals             // for a Replayer of writes and deletes: objects leave without the policy's will
)

// build builds the cache of a Config.
func build(cfg Config, ways uint) (*engine, error) {
	r, err := newRule(cfg, ways)
	if err != nil {
		return nil, err
	}
	e := newEngine(r)
	a, err := newAdmission(cfg, e.core)
	if err != nil {
		Release(e)
		return nil, err
	}
	if a != nil {
		e.admitBy(a)
	}
	return e, nil
}

// limits returns what rules of one's own are told.
func (cfg Config) limits() Limits { return Limits{cfg.CapacityBytes, cfg.CapacityObjects, cfg.Seed} }

// checkOwn reports a rule of one's own under a name that stands for another.
func (cfg Config) checkOwn() error {
	for _, own := range []struct {
		field, name string
		isSet       bool
		taken       []string
	}{
		{"Policy", cfg.Policy, cfg.NewPolicy != nil, slices.Concat(Policies(), OfflinePolicies())},
		{"Admission", cfg.Admission, cfg.NewAdmission != nil, Admissions()},
	} {
		name, _, _ := strings.Cut(own.name, ":")
		if own.isSet && slices.Contains(own.taken, name) {
			return wrong(own.field, own.name, "another name, or none: New%s is set, and that name stands for a rule of this package", own.field)
		}
	}
	return nil
}

// newRule builds the policy of a Config. After an error it has no directory.
func newRule(cfg Config, ways uint) (rule, error) {
	if err := cfg.checkOwn(); err != nil {
		return nil, err
	}
	base, err := newCore(cfg)
	if err != nil {
		return nil, err
	}
	r, err := base.become(cfg, ways)
	if err != nil && base.directory != nil {
		base.directory.taken = false
	}
	return r, err
}

// become builds the policy of a Config on a core.
func (base core) become(cfg Config, ways uint) (rule, error) {
	base.keepSizes = ways&withoutSizes == 0 || !base.byObjects
	if cfg.NewPolicy != nil {
		return newCustom(base, cfg)
	}
	s := parseSpec("Policy", cfg.Policy)
	if s.name == "" {
		s.name = "lru"
	}
	s.seed, s.replayed = cfg.Seed, ways&withBounds != 0 && ways&withRemovals == 0
	allowed := policies
	if ways&withBounds != 0 {
		allowed = slices.Concat(policies, offlinePolicies)
	}
	var names []string
	for _, p := range allowed {
		if p.name == s.name {
			r := p.build(base, s)
			if err := s.done(); err != nil {
				return nil, err
			}
			return r, nil
		}
		names = append(names, p.name)
	}
	for _, p := range offlinePolicies {
		if p.name == s.name {
			return nil, wrong("Policy", cfg.Policy, "one of %s; only a replay runs %s, which no real cache can have", strings.Join(names, ", "), p.name)
		}
	}
	return nil, wrong("Policy", cfg.Policy, "one of %s", strings.Join(names, ", "))
}
