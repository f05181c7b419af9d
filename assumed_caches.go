package edgewise

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/placement"
)

// assumedOfCaches says what a cache is at a site: one, or of servers, with their objects spread over them in which way.
func assumedOfCaches(s *Study) string {
	if !s.hasCaches() {
		return ""
	}
	var all []string
	disks := ""
	of := make(map[string][]string) // tiers with their placement, by what their caches are
	for i := range s.Placements {
		for _, t := range s.Placements[i].Tiers {
			for _, c := range t.Caches {
				text := serversInWords(c.Servers)
				if c.Servers.DiskRead > 0 {
					disks = "; how old an object is, where objects age, is read from the disk with it, and a question to confirm it does not wait for that (assumed)"
				}
				if text == "" {
					continue
				}
				if _, ok := of[text]; !ok {
					all = append(all, text)
				}
				if name := fmt.Sprintf("%s of %s", words.Tier(t.Name), s.Placements[i].Name); !slices.Contains(of[text], name) {
					of[text] = append(of[text], name)
				}
			}
		}
	}
	if len(all) == 0 {
		return "a site has one cache of a tier, however many servers it has; caches work without delay and without a queue"
	}
	for i, text := range all {
		all[i] = fmt.Sprintf("each is %s (%s)", text, strings.Join(of[text], ", "))
	}
	return "caches: " + strings.Join(all, "; ") +
		"; where nothing is said of servers a site has one cache of a tier (pooled); caches work without a queue, and without delay but for reads of a disk that are given" + disks
}

// assumedOfSteadyCaches says what caches begin with where what was asked for before cannot be followed.
func assumedOfSteadyCaches(s *Study) string {
	begins := slices.ContainsFunc(s.Placements, func(p placement.Placement) bool { return s.BeginsWithoutEvictions(&p) })
	return textIf(begins, "too many requests come within a lifetime for caches that begin in their steady state to follow those before the run: they begin with ages as if none evicted an object within its lifetime, and behind the first tier as if users asked each on their own. "+
		"Where they do, origins are asked too often as the run begins: by 9 to 18 % in three that were tried, of two and three tiers, and second tiers by 16 % in one with visits")
}

// serversInWords says what a cache is made of, nothing where it is one.
func serversInWords(s placement.Servers) string {
	if s.IsOne() {
		return ""
	}
	text := "pooled"
	switch {
	case s.Apart() > 1 && s.Spread == placement.Sharded:
		text = fmt.Sprintf("%d servers, sharded: an object has one of them, by consistent hashing", s.Count)
	case s.Apart() > 1:
		text = fmt.Sprintf("%d independent servers: any serves any request, and keeps what it has served", s.Count)
	}
	if s.MemoryBytes > 0 {
		text += fmt.Sprintf(", %s of memory over disks", words.Bytes(uint64(s.MemoryBytes)))
	}
	if s.DiskRead > 0 {
		text += fmt.Sprintf(", whose first byte takes %v", s.DiskRead)
	}
	return text
}
