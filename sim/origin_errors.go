package sim

import (
	"fmt"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/placement"
)

// OriginErrors is an origin that is up and answers errors of a server, such as 503, for a while, in place of the objects. It works as long
// on an error. For an origin that gives no answer see [Failure].
type OriginErrors struct {
	// Site is the id of a site that is an origin.
	Site string
	// At is the instant at which it begins, since the start of the run, warm-up included; For how long it lasts.
	At, For time.Duration
}

// validateOriginErrors names the first that is out of range.
func (s *Scenario) validateOriginErrors() error {
	var errs []error
	for i := range s.OriginErrors {
		e := &s.OriginErrors[i]
		if err := s.validateWhile(e.Site, e.At, e.For); err != nil {
			errs = append(errs, fmt.Errorf("sim: %w", invalid.In(fmt.Sprintf("OriginErrors[%d]", i), err)))
		}
	}
	return invalid.First(errs...)
}

// checkOriginErrors refuses a placement in which nothing would meet the errors of an origin: its caches take every answer for
// good.
func (s *Scenario) checkOriginErrors(p placement.Placement) error {
	if len(p.Tiers) == 0 || saysLifetimes(s, &p) {
		return nil
	}
	for i := range s.OriginErrors {
		site := s.OriginErrors[i].Site
		isItsOrigin := func(a placement.Assignment) bool { return a.Site == site && a.Role == placement.Origin }
		if slices.ContainsFunc(p.Sites, isItsOrigin) {
			return fmt.Errorf("sim: %w", invalid.New(fmt.Sprintf("OriginErrors[%d].Site", i), site,
				"an origin of placements with a workload or a tier that has freshness: in %q nothing says what a cache makes of an error", p.Name))
		}
	}
	return nil
}

// A span is a time in ns, [from, to).
type span struct{ from, to int64 }

// errorsOf returns when a site answers errors.
func (s *Scenario) errorsOf(site string) (all []span) {
	for _, e := range s.OriginErrors {
		if e.Site == site {
			all = append(all, span{int64(e.At), int64(e.At + e.For)})
		}
	}
	return all
}

// within reports whether an instant lies in one of several times.
func within(all []span, at int64) bool {
	for _, s := range all {
		if s.from <= at && at < s.to {
			return true
		}
	}
	return false
}
