package topology

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// A NodeKind says what a node is.
type NodeKind uint8

// The kinds of nodes.
const (
	// Metro is a city whose users send requests. It carries no traffic of others, unless its node says Transit.
	Metro NodeKind = iota
	// PoP is an edge location of a content delivery network.
	PoP
	// RegionalEdgeCache is a mid-tier cache between PoPs and origin.
	RegionalEdgeCache
	// LocalZone is a small compute site in a metro that belongs to a parent region.
	LocalZone
	// WavelengthZone is a small compute site inside a mobile operator's network that belongs to a
	// parent region. It is a kind of its own, not a flag of LocalZone: it serves the users of one
	// operator only, so a placement must not take it for a Local Zone by accident.
	WavelengthZone
	// Region is a full set of data centres of a provider.
	Region
	// Exchange is a place where networks meet. It carries traffic and serves nothing.
	Exchange

	numNodeKinds = iota
)

var nodeKindNames = [numNodeKinds]string{
	"metro", "pop", "regional-edge-cache", "local-zone", "wavelength-zone", "region", "exchange",
}

// String returns the kind's name, for example "local-zone".
func (k NodeKind) String() string {
	if int(k) < len(nodeKindNames) {
		return nodeKindNames[k]
	}
	return fmt.Sprintf("NodeKind(%d)", uint8(k))
}

// ParseNodeKind returns the kind with the given name. The error lists the names allowed.
func ParseNodeKind(name string) (NodeKind, error) {
	for i, n := range nodeKindNames {
		if n == name {
			return NodeKind(i), nil
		}
	}
	return 0, invalid.New("node kind", strconv.Quote(name), "one of %s", strings.Join(nodeKindNames[:], ", "))
}

// IsSite reports whether a node of this kind can serve requests.
func (k NodeKind) IsSite() bool {
	switch k {
	case PoP, RegionalEdgeCache, LocalZone, WavelengthZone, Region:
		return true
	}
	return false
}

// needsParent reports whether a node of this kind belongs to a region.
func (k NodeKind) needsParent() bool { return k == LocalZone || k == WavelengthZone }

// A Node is a place in a network.
type Node struct {
	// ID names the node uniquely in its network, for example "us-west-2-lax-1". Required.
	ID string
	// Name is for people, for example "Los Angeles". Empty means ID.
	Name string
	// Kind says what the node is.
	Kind NodeKind
	// Country is the ISO 3166-1 alpha-2 code, for example "US"; empty if unknown.
	Country string
	// Continent is for example "North America"; empty if unknown.
	Continent string
	// LatDeg and LonDeg are WGS 84 degrees: latitude in [-90, 90], longitude in [-180, 180].
	LatDeg, LonDeg float64
	// Parent is the ID of the region that a Local Zone or Wavelength zone belongs to (required
	// there), or of the region beside a regional edge cache (optional).
	Parent string
	// Provider owns the site, for example "aws"; empty for metros and exchanges.
	Provider string
	// Unverified says that only announced addresses speak for the site: it may not be open (yet).
	Unverified bool
	// Users is the number of people online in a metro, at least 0.
	Users float64
	// TimeZone is a metro's IANA time zone, for example "America/Los_Angeles"; empty means UTC.
	TimeZone string
	// Access is the mix of access technologies of a metro's users. The zero value means
	// [DefaultAccessMix].
	Access AccessMix
	// Spread is how far a metro's users live from its place. The zero value puts them all there.
	Spread Spread
	// Transit says that a metro or a site carries traffic of others over its links, as an exchange does: a route may
	// pass. [ReadNetwork] sets it for the nodes of an own graph; in the catalog's networks exchange towns alone carry
	// traffic. A stub cannot have it.
	Transit bool
	// Stub says that the node carries no traffic of others: a route may start or end here, but passes
	// only if it comes from or goes to a metro over an access link that ends here. Metros are stubs
	// always, and sites are on the public Internet; see [Network.Routes].
	Stub bool
}

// Label returns the name for people: Name, or ID where there is none.
func (n Node) Label() string {
	if n.Name != "" {
		return n.Name
	}
	return n.ID
}

// place returns the node's point on the globe.
func (n Node) place() Place { return Place{LatDeg: n.LatDeg, LonDeg: n.LonDeg} }
