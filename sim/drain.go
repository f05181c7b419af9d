package sim

import (
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// A Drain sends the users of a site elsewhere for a while, and the sites that ask it: for its maintenance, or since it opens only when the
// drain that began with the run is over, or closes with one that lasts until the end. The site is up: what it has begun it ends, matches of
// games are played to their end, and who has not learned of it yet is served. Its caches keep what they have.
type Drain struct {
	// Site is the id of a site.
	Site string
	// At is the instant from which on nobody is sent there, since the start of the run, warm-up included; For how long.
	At, For time.Duration
}

// validateDrains names the first drain that is out of range.
func (s *Scenario) validateDrains() error {
	var errs []error
	for i, d := range s.Drains {
		if err := s.validateWhile(d.Site, d.At, d.For); err != nil {
			errs = append(errs, fmt.Errorf("sim: %w", invalid.In(fmt.Sprintf("Drains[%d]", i), err)))
		}
	}
	return invalid.First(errs...)
}

// validateWhile names what is out of range of something that happens to a site for a while.
func (s *Scenario) validateWhile(site string, at, lasts time.Duration) error {
	n, ok := s.Network.Index(site)
	switch {
	case !ok || !s.Network.At(n).Kind.IsSite():
		return invalid.New("Site", site, "a site of the network")
	case at < 0 || at > maxRun:
		return invalid.New("At", at, "0s to %v", maxRun)
	case lasts < 1 || lasts > maxRun:
		return invalid.New("For", lasts, "1ns to %v", maxRun)
	}
	return nil
}
