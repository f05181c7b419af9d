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
	// Back is how long after the site is up again its users are back, once checks have found that; 0 where they are at once.
	Back time.Duration `json:"back_ns,omitempty"`
	// Timeout is when a request that meets the site is given up, and Sooner those workloads whose clients do so before that.
	Timeout time.Duration `json:"timeout_ns"`
	Sooner  []GivenUp     `json:"sooner,omitempty"`
}

// A GivenUp says after how long clients of a workload give up.
type GivenUp struct {
	Workload string        `json:"workload"`
	After    time.Duration `json:"after_ns"`
}

// siteFailures returns the failures of the study, in its order. Of what goes down time and again a window has those times that begin before it ends.
func (s *Study) siteFailures() (all []SiteFailure) {
	for i := range s.Failures {
		f := &s.Failures[i]
		for _, d := range s.Downtimes(f) {
			if d.At >= s.WarmUp+s.Duration {
				continue
			}
			of := SiteFailure{
				Site: d.Site, At: d.At, For: d.For, Detection: d.Noticed - d.At - f.Redirection, Redirection: f.Redirection, Back: d.Back - d.At - d.For,
				Timeout: cmp.Or(f.Timeout, sim.DefaultFailureTimeout),
			}
			for k := range s.Workloads {
				if after := s.Workloads[k].Patience().Timeout; after > 0 && after < of.Timeout {
					of.Sooner = append(of.Sooner, GivenUp{s.Workloads[k].Name, after})
				}
			}
			all = append(all, of)
		}
	}
	return all
}
