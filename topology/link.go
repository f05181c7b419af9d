package topology

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// A LinkKind says which network a link belongs to.
type LinkKind uint8

// The kinds of links.
const (
	// Access joins a metro to the exchange where its users' own lines end.
	Access LinkKind = iota
	// Internet is public transit.
	Internet
	// Backbone is a provider's private network between its sites.
	Backbone

	numLinkKinds = iota
)

var linkKindNames = [numLinkKinds]string{"access", "internet", "backbone"}

// String returns the kind's name, for example "backbone".
func (k LinkKind) String() string {
	if int(k) < len(linkKindNames) {
		return linkKindNames[k]
	}
	return fmt.Sprintf("LinkKind(%d)", uint8(k))
}

// ParseLinkKind returns the kind with the given name. The error lists the names allowed.
func ParseLinkKind(name string) (LinkKind, error) {
	for i, n := range linkKindNames {
		if n == name {
			return LinkKind(i), nil
		}
	}
	return 0, invalid.New("link kind", strconv.Quote(name), "one of %s", strings.Join(linkKindNames[:], ", "))
}

// LinkKinds is a set of link kinds: the networks that a route may use.
type LinkKinds uint8

// The sets in common use.
const (
	// Public is what a user's packets travel on: access and Internet, never a provider's backbone.
	Public LinkKinds = 1<<Access | 1<<Internet
	// Private is a provider's backbone alone.
	Private LinkKinds = 1 << Backbone
	// AnyKind is every link.
	AnyKind LinkKinds = Public | Private
)

// Has reports whether the set holds the kind.
func (s LinkKinds) Has(k LinkKind) bool { return s>>k&1 == 1 }

// String returns the kinds in the set joined by "+", for example "access+internet".
func (s LinkKinds) String() string {
	var names []string
	for k := range LinkKind(numLinkKinds) {
		if s.Has(k) {
			names = append(names, k.String())
		}
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, "+")
}

// MaxOneWay is the longest delay that a link may have. It keeps every sum along a path far from
// overflow; a real link takes well under a second.
const MaxOneWay = time.Hour

// A Link carries traffic in one direction.
type Link struct {
	// From and To are node IDs. Between the same two nodes there is at most one link of a kind.
	From, To string
	// Kind says which network the link belongs to.
	Kind LinkKind
	// OneWay is the delay from one end to the other, in [0, MaxOneWay].
	OneWay time.Duration
	// CapacityBitsPerSecond is the rate of the link, at least 0; 0 means unlimited.
	CapacityBitsPerSecond float64
	// Sharing says how the capacity is given to what crosses the link at once.
	Sharing Sharing
	// Jitter is the mean extra one-way delay of a message over OneWay, in [0, MaxOneWay].
	Jitter time.Duration
	// Loss is the probability that a packet is lost, in [0, 1).
	Loss float64
	// Measured says that OneWay comes from a measurement instead of a model; reports mark it.
	Measured bool
}

// Both returns the link and its mirror image: the same delay, capacity, jitter and loss each way.
func (l Link) Both() []Link {
	back := l
	back.From, back.To = l.To, l.From
	return []Link{l, back}
}

// Validate returns an error that names the link if one of its values is out of range.
func (l Link) Validate() error {
	switch { // without a call for each field: networks have many links
	case l.Kind >= numLinkKinds:
		return l.wrap(invalid.New("Kind", uint8(l.Kind), "access, internet or backbone"))
	case l.From == l.To:
		return l.wrap(invalid.New("To", l.To, "another node than From"))
	case l.OneWay < 0 || l.OneWay > MaxOneWay:
		return l.wrap(invalid.New("OneWay", l.OneWay, "0 to %v", MaxOneWay))
	case l.Jitter < 0 || l.Jitter > MaxOneWay:
		return l.wrap(invalid.New("Jitter", l.Jitter, "0 to %v", MaxOneWay))
	case !(l.CapacityBitsPerSecond >= 0 && l.CapacityBitsPerSecond <= 1e18):
		return l.wrap(invalid.New("CapacityBitsPerSecond", l.CapacityBitsPerSecond, "0 (unlimited) to 1e18 bit/s"))
	case int(l.Sharing) >= len(sharings):
		return l.wrap(invalid.New("Sharing", uint8(l.Sharing), "one of %q", sharings))
	case l.Sharing != Unshared && l.CapacityBitsPerSecond == 0:
		return l.wrap(invalid.New("Sharing", l.Sharing, "none without a capacity"))
	case !(l.Loss >= 0 && l.Loss < 1):
		return l.wrap(invalid.New("Loss", l.Loss, "a probability from 0, below 1"))
	}
	return nil
}

// wrap says whose error it is.
func (l Link) wrap(err error) error {
	return fmt.Errorf("link %q -> %q (%v): %w", l.From, l.To, l.Kind, err)
}
