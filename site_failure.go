package edgewise

import (
	"cmp"
	"time"

	"github.com/edgewise-sim/edgewise/sim"
)

// A SiteFailure is a site of the study that is down for a while: a [sim.Failure] with its default.
type SiteFailure struct {
	// Site is the site's id.
	Site string `json:"site"`
	// At is when it goes down, since the start of the run, warm-up included; For how long it stays down.
	At  time.Duration `json:"at_ns"`
	For time.Duration `json:"for_ns"`
	// Detection is how long it takes until that is noticed, Redirection from then until users are sent elsewhere.
	Detection   time.Duration `json:"detection_ns"`
	Redirection time.Duration `json:"redirection_ns"`
	// Timeout is when a request that meets the site is given up.
	Timeout time.Duration `json:"timeout_ns"`
}

// siteFailures returns the failures of the study, in its order. Of what goes down time and again a window has those times that begin before it ends.
func (s *Study) siteFailures() (all []SiteFailure) {
	for i := range s.Failures {
		f := &s.Failures[i]
		for _, d := range s.Downtimes(f) {
			if d.At >= s.WarmUp+s.Duration {
				continue
			}
			all = append(all, SiteFailure{
				Site: d.Site, At: d.At, For: d.For, Detection: d.Noticed - d.At - f.Redirection, Redirection: f.Redirection,
				Timeout: cmp.Or(f.Timeout, sim.DefaultFailureTimeout),
			})
		}
	}
	return all
}
