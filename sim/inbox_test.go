package sim

import (
	"cmp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/random"
)

func TestMessagesComeOutInOrder(t *testing.T) {
	// Windows of messages from several senders and of the site's own, drawn from laws that are hard on sorting.
	laws := map[string]func(s *random.Stream) int64{
		"even":       func(s *random.Stream) int64 { return int64(s.Uint64N(1000)) },
		"ties":       func(s *random.Stream) int64 { return int64(s.Uint64N(3)) },
		"far ones":   func(s *random.Stream) int64 { return int64(s.Uint64N(1000)) << (40 * (s.Uint64N(50) / 49)) },
		"in order":   nil,
		"exponents":  func(s *random.Stream) int64 { return 1 << s.Uint64N(50) },
		"long after": func(s *random.Stream) int64 { return 1_000_000 + int64(s.Uint64N(10)) },
	}
	for name, law := range laws {
		var b inbox
		s := random.New(1, 0, 0, 0)
		var pending []message
		now, count := int64(0), uint64(0)
		for window := range int64(100) {
			for range s.Uint64N(100) {
				count++
				at := now + int64(count)
				if law != nil {
					at = now + law(&s)
				}
				order := s.Uint64N(5)<<orderBits | count
				if s.Uint64N(10) == 0 {
					b.push(&message{at: at, order: order})
				} else {
					b.deliver(at, &message{at: at, order: order})
				}
				pending = append(pending, message{at: at, order: order})
			}
			slices.SortFunc(pending, func(a, b message) int {
				return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.order, b.order))
			})
			if len(pending) > 0 {
				require.Equal(t, pending[0].at, b.next(), name)
			}
			b.sort()
			for now = 500 * (window + 1); b.next() < now; pending = pending[1:] {
				if m := b.pop(); m.at != pending[0].at || m.order != pending[0].order {
					require.Equal(t, pending[0], message{at: m.at, order: m.order}, name)
				}
			}
		}
		for range pending {
			require.Equal(t, pending[0].order, b.pop().order, name)
			pending = pending[1:]
		}
		require.Equal(t, unknown, b.next(), name)
	}
}

func TestSitesRunAsFarAsAMessageCouldReachThem(t *testing.T) {
	// Two PoPs, 25 and 5 ms from an origin, and back in 20 and 5.
	g := siteGroup{paths: []path{{0, 2, 25}, {2, 0, 20}, {1, 2, 5}, {2, 1, 5}}}
	for name, c := range map[string]struct{ next, want []int64 }{
		"all at once":        {[]int64{100, 100, 100}, []int64{120, 105, 105}},
		"the origin is idle": {[]int64{100, 100, unknown}, []int64{125, 110, 105}},
		"only the first":     {[]int64{100, unknown, unknown}, []int64{145, 130, 125}},
		"nobody":             {[]int64{unknown, unknown, unknown}, []int64{unknown, unknown, unknown}},
	} {
		ends := make([]int64, 3)
		g.horizons(c.next, ends)
		require.Equal(t, c.want, ends, name)
	}
}
