package edgewise

import "time"

// A SiteDrain is a site of the study whose users are sent elsewhere for a while: a [sim.Drain].
type SiteDrain struct {
	// Site is the site's id.
	Site string `json:"site"`
	// At is the instant from which on nobody is sent there, since the start of the run, warm-up included; For how long.
	At  time.Duration `json:"at_ns"`
	For time.Duration `json:"for_ns"`
}

// siteDrains returns the drains of the study, in its order.
func (s *Study) siteDrains() (all []SiteDrain) {
	for _, d := range s.Drains {
		all = append(all, SiteDrain{Site: d.Site, At: d.At, For: d.For})
	}
	return all
}
