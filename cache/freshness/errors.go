package freshness

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// A StatusTTL is for how long the answers of some errors are kept at least.
type StatusTTL struct {
	// From and To are the first and the last status, 400 to 599; one alone where they are alike.
	From, To int
	// TTL is the time, 0 or more. 0 keeps them only as long as the origin says, if it does.
	TTL time.Duration
}

// String returns the statuses as a scenario has them, for example "404" or "5xx".
func (s StatusTTL) String() string {
	switch {
	case s.From == s.To:
		return fmt.Sprint(s.From)
	case s.From%100 == 0 && s.To == s.From+99:
		return fmt.Sprintf("%dxx", s.From/100)
	}
	return fmt.Sprintf("%d-%d", s.From, s.To)
}

func (s StatusTTL) has(status int) bool { return s.From <= status && status <= s.To }

// originError is the status of the errors of an origin that is broken for a while. Assumed: 503.
const originError = 503

// A keptErrors says which errors a kind of cache keeps, and for how long.
type keptErrors struct {
	// ttl is the least time for which those of own are kept; 0 for not at all.
	ttl time.Duration
	own []int
	// byDefault are those for which the default lifetime goes as for good answers, where the origin says none.
	byDefault []int
	// said are those that are kept as long as the origin says, besides those of own; anySaid has all.
	said    []int
	anySaid bool
	// fixed says that no setting of a cache has it keep others.
	fixed bool
	// stale are those for which what is held and too old is served; all of a server where it is nil.
	stale []int
	// forbidden are those that no-store, private and no-cache keep out; all where it is nil.
	forbidden []int
}

// heuristic are the errors that a cache may keep of whose lifetime nothing is said (RFC 9110, section 15.1).
var heuristic = []int{404, 405, 410, 414, 501}

// byHeader reports whether errors of a status are kept as long as the origin says.
func (k *keptErrors) byHeader(status int) bool {
	return k.anySaid || slices.Contains(k.said, status) || k.fixed && slices.Contains(k.own, status)
}

// keeps reports whether errors of a status may be kept at all, where a cache's settings say for how long.
func (k *keptErrors) keeps(status int) bool {
	return !k.fixed || slices.Contains(k.own, status) || slices.Contains(k.said, status)
}

// errorTTL returns for how long errors of a status are kept at least by the settings of a cache, if they say it.
func (r *Rules) errorTTL(status int) Span {
	for _, s := range r.ErrorTTLs {
		if s.From == s.To && s.has(status) {
			return For(s.TTL)
		}
	}
	for _, s := range r.ErrorTTLs {
		if s.has(status) {
			return For(s.TTL)
		}
	}
	return r.ErrorTTL
}

// errorLifetime returns for how long an error is kept, in ns, -1 if it is not.
func errorLifetime(is *profile, c *Control, r *Rules, status int) int64 {
	k := &is.errors
	said := c.SharedMaxAge.or(c.MaxAge)
	if c.NoStore || c.NoCache {
		if k.forbidden == nil || slices.Contains(k.forbidden, status) {
			return -1
		}
		said = Span{}
	}
	own := r.errorTTL(status)
	ttl := own
	if !own.Said && slices.Contains(k.own, status) {
		ttl = For(k.ttl)
	}
	switch {
	case !k.keeps(status):
		return -1
	case k.fixed && !said.Said && !slices.Contains(k.own, status):
		return -1
	case said.Said && k.byHeader(status):
		if most := r.MaxTTL.or(is.maxTTL); most.Said {
			said.Of = min(said.Of, most.Of)
		}
		ttl.Of = max(ttl.Of, said.Of)
	case said.Said && !own.Said:
		return -1
	case !ttl.Said && slices.Contains(k.byDefault, status):
		ttl = r.DefaultTTL.or(is.defaultTTL)
	}
	if ttl.Of <= 0 {
		return -1
	}
	return int64(ttl.Of)
}

// validateErrors names the first rule for errors that is out of range, twice there, or without effect.
func (r *Rules) validateErrors(is *profile) error {
	for i, s := range r.ErrorTTLs {
		field := fmt.Sprintf("ErrorTTLs[%d]", i)
		switch {
		case s.From < 400 || s.To > 599 || s.From > s.To:
			return invalid.New(field, s, "statuses from 400 to 599")
		case s.TTL < 0 || s.TTL > longest:
			return invalid.New(field, s.TTL, "0 to 2^31 s")
		case slices.ContainsFunc(r.ErrorTTLs[:i], func(o StatusTTL) bool { return o.From == s.From && o.To == s.To }):
			return invalid.New(field, s, "statuses that no rule before has")
		case is != nil && s.From == s.To && !is.errors.keeps(s.From):
			return invalid.New(field, s, "one that a cache of profile %s keeps: %s", is.name, statuses(append(slices.Clone(is.errors.own), is.errors.said...)))
		}
	}
	return nil
}

func statuses(of []int) string {
	slices.Sort(of)
	var names []string
	for _, s := range of {
		names = append(names, fmt.Sprint(s))
	}
	return strings.Join(names, ", ")
}
