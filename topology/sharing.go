package topology

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// A Sharing is how the capacity of a link is given to the responses that cross it at once.
type Sharing uint8

// The kinds of sharing.
const (
	// Unshared gives each response the whole capacity, whatever else crosses the link: a link that is hardly used.
	Unshared Sharing = iota
	// FirstCome sends one response after the other, each at the whole capacity.
	FirstCome
	// EqualParts gives all responses that cross the link at once the same part of the capacity.
	EqualParts
)

var sharings = []string{"none", "fifo", "ps"}

// String returns the sharing's name, for example "fifo".
func (s Sharing) String() string {
	if int(s) >= len(sharings) {
		return fmt.Sprintf("sharing(%d)", uint8(s))
	}
	return sharings[s]
}

// ParseSharing returns the sharing with a name. The error lists the names there are.
func ParseSharing(name string) (Sharing, error) {
	if i := slices.Index(sharings, name); i >= 0 {
		return Sharing(i), nil
	}
	return 0, invalid.New("sharing", strconv.Quote(name), "one of %s", strings.Join(sharings, ", "))
}
