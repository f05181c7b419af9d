package placement

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// A Spill says where requests of users go that a pool of servers rejects: the site passes them on to others, one after another, until
// one takes them, and passes the answers back. Each try costs the way there and back. A request that has been passed on is not passed
// on again by the site that it comes to, so that sites may spill to each other.
type Spill struct {
	// Rule says which sites are asked.
	Rule SpillRule
	// To are the sites of [SpillToSites], in the order in which they are asked. A site passes itself over, so that several may have one list.
	To []string
}

// A SpillRule is how the sites are found that get what another has no room for.
type SpillRule uint8

// The rules.
const (
	// NoSpill rejects requests for good.
	NoSpill SpillRule = iota
	// SpillToNearest asks the other sites that compute the workload and are no backups, by round trip from the site.
	SpillToNearest
	// SpillToBackup asks the backups that compute the workload, by round trip; a backup asks the others, if there are any.
	SpillToBackup
	// SpillToSites asks those that are listed.
	SpillToSites
)

var spillRules = []string{"none", "nearest", "backup", "sites"}

// String returns the rule's name, for example "nearest".
func (r SpillRule) String() string {
	if int(r) >= len(spillRules) {
		return fmt.Sprintf("spill(%d)", uint8(r))
	}
	return spillRules[r]
}

// ParseSpillRule returns the rule with a name, "nearest" or "backup"; others are lists of sites. The error lists the names there are.
func ParseSpillRule(name string) (SpillRule, error) {
	if r := SpillRule(slices.Index(spillRules, name)); r == SpillToNearest || r == SpillToBackup {
		return r, nil
	}
	return NoSpill, fmt.Errorf("placement: %w", invalid.New("Rule", name, "nearest, backup or a list of sites"))
}

// String returns the rule and its sites, for example "nearest" or "lax, sfo".
func (s Spill) String() string {
	if s.Rule == SpillToSites {
		return strings.Join(s.To, ", ")
	}
	return s.Rule.String()
}

// validateSpill names what is wrong with where the pool's requests go, of what one site alone can know.
func (p *Pool) validateSpill(a *Assignment) error {
	s := &p.Spill
	switch {
	case int(s.Rule) >= len(spillRules):
		return invalid.New("Rule", uint8(s.Rule), "one of %q", spillRules)
	case s.Rule == NoSpill && len(s.To) == 0:
		return nil
	case a.Role != Compute:
		return invalid.New("Rule", s.Rule, "none: only who computes passes on what it has no room for")
	case !p.Rejects():
		return invalid.New("Rule", s.Rule, "none: the pool has room for all, since neither Queue nor Shed bounds it")
	case s.Rule == SpillToSites && len(s.To) == 0:
		return invalid.New("To", "empty", "a site or more")
	case s.Rule != SpillToSites && len(s.To) > 0:
		return invalid.New("To", s.To, "nothing beside the rule %q", s.Rule)
	}
	for i, id := range s.To {
		field := fmt.Sprintf("To[%d]", i)
		if id == a.Site && len(s.To) == 1 && !a.Backup {
			return invalid.New(field, id, "another site: it leads in a circle, back to where there is no room")
		}
		if slices.Contains(s.To[:i], id) {
			return invalid.New(field, id, "a site that is not asked before")
		}
	}
	return nil
}

// validateSpills names the first pool that would pass requests on to a site that computes nothing, or to nobody.
func (p Placement) validateSpills() error {
	for i := range p.Sites {
		a := &p.Sites[i]
		for k := range a.Pools {
			s := &a.Pools[k].Spill
			in := func(err error) error { return invalid.In(fmt.Sprintf("Sites[%d].Pools[%d].Spill", i, k), err) }
			for n, id := range s.To {
				if !slices.ContainsFunc(p.Sites, func(o Assignment) bool { return o.Role == Compute && o.Site == id }) {
					return in(invalid.New(fmt.Sprintf("To[%d]", n), id, "a site that computes"))
				}
			}
			others := func(backup bool) bool {
				return slices.ContainsFunc(p.Sites, func(o Assignment) bool { return o.Role == Compute && o.Backup == backup && o.Site != a.Site })
			}
			if s.Rule == SpillToNearest && !others(false) || s.Rule == SpillToBackup && !others(true) && !a.Backup {
				return in(invalid.New("Rule", s.Rule, "none: there is no such other site that computes"))
			}
		}
	}
	return nil
}
