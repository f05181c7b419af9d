package words

import "strings"

// Tier returns what a tier of caches is called, from the name that placements give it: "mid-tier cache" for
// "mid-tier-cache", "origin shield" for "origin-shield". Other names stay as they are.
func Tier(name string) string {
	for _, last := range []string{"-cache", "-shield"} {
		if first, ok := strings.CutSuffix(name, last); ok && first != "" {
			return first + " " + last[1:]
		}
	}
	return name
}

// ShortTier returns a name of [Tier] for the title of a column: "mid-tier" for "mid-tier cache".
func ShortTier(tier string) string { return strings.TrimSuffix(tier, " cache") }

// Caches returns what the caches of a tier are called: "mid-tier caches", "origin shields", "caches of regional".
func Caches(name string) string {
	if tier := Tier(name); tier != name {
		return tier + "s"
	}
	return "caches of " + name
}
