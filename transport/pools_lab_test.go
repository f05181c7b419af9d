package transport_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/transport"
)

// A polledPool is a row of lab-pools.csv: how nginx keeps connections to another, when it was asked, and which requests opened one.
type polledPool struct {
	rtt, keepFor time.Duration
	keep         int
	at           []int64
	opened       []bool
}

func readPools(t *testing.T) (all []polledPool) {
	t.Helper()
	number := func(text string) float64 {
		x, err := strconv.ParseFloat(text, 64)
		require.NoError(t, err)
		return x
	}
	for _, c := range tableOf(t, "lab-pools.csv")[1:] {
		p := polledPool{rtt: time.Duration(number(c[0]) * 1e6), keep: int(number(c[1])), keepFor: time.Duration(number(c[2]) * 1e6)}
		for i, at := range strings.Fields(c[4]) {
			p.at, p.opened = append(p.at, int64(number(at)*1e6)), append(p.opened, c[5][i] == '1')
		}
		all = append(all, p)
	}
	return all
}

// opens asks the pool of the arithmetic at the same instants, and returns which requests open a connection. A round trip takes half a ms of
// the machine's work more, as the other tables have it.
func (p *polledPool) opens() (opened []bool) {
	rtt := p.rtt + 500*time.Microsecond
	d := transport.Upstream{Handshake: transport.TCPClear, KeepAlive: p.keepFor, Pool: p.keep}.Dialer(rtt, 0)
	var pool transport.Pool
	type answer struct {
		at     int64
		number uint32
	}
	var under []answer // in the order of their ends
	for _, now := range p.at {
		for len(under) > 0 && under[0].at <= now {
			d.Done(&pool, under[0].number, under[0].at)
			under = under[1:]
		}
		number, leaves, takes := askPool(&d, &pool, 10, now, rtt)
		opened = append(opened, leaves > now)
		a := answer{leaves + int64(rtt) + takes, number}
		i, _ := slices.BinarySearchFunc(under, a, func(x, y answer) int { return int(x.at - y.at) })
		under = slices.Insert(under, i, a)
	}
	return opened
}

// nginx opens a connection to an upstream for the same requests as the pool does, but for some: by a few milliseconds a busy machine is late, and a
// question comes before an answer and not after it. They are most in a pool of one, every sixteenth. In all they are as many, to within 3 % or two.
func TestPoolsOpenConnectionsAsNginxDoes(t *testing.T) {
	alike, all := 0, 0
	for _, p := range readPools(t) {
		same, count, want := 0, 0, 0
		for i, opened := range p.opens() {
			if opened == p.opened[i] {
				same++
			}
			if opened {
				count++
			}
			if p.opened[i] {
				want++
			}
		}
		t.Logf("keepalive %d, %v: %d of %d alike, %d opened, nginx %d", p.keep, p.keepFor, same, len(p.at), count, want)
		require.InDelta(t, want, count, max(2, 0.03*float64(want)), "keepalive %d, %v", p.keep, p.keepFor)
		require.GreaterOrEqual(t, float64(same), 0.93*float64(len(p.at)), "keepalive %d, %v", p.keep, p.keepFor)
		alike, all = alike+same, all+len(p.at)
	}
	require.GreaterOrEqual(t, float64(alike), 0.97*float64(all), "%d of %d alike", alike, all)
}
