package sim

import (
	"sync"
	"time"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/transport"
)

// A lossyWay is how a site asks another over a way that loses packets.
type lossyWay struct {
	transport.LossyDialer
	loss    float64        // the probability that an exchange loses a packet
	timeout int64          // after which it is sent again, ns
	carried func() float64 // bits of answers a second that one connection carries in the long run
}

// connectBy makes a hop ready whose objects are fetched.
func (h *nextHop) connectBy(u *transport.Upstream) {
	rtt := time.Duration(h.rtt())
	h.dialer = u.Dialer(rtt, h.bitsPerSecond)
	if h.loss > 0 {
		h.lossy = newLossyWay(u, &h.leg)
	}
}

// newLossyWay returns how a site asks another over a leg.
func newLossyWay(u *transport.Upstream, l *leg) *lossyWay {
	w := &lossyWay{LossyDialer: u.LossyDialer(time.Duration(l.rtt()), l.bitsPerSecond, l.lossBack), loss: l.loss}
	w.timeout = w.ResendNs()
	w.carried = sync.OnceValue(w.CarriedBitsPerSecond)
	return w
}

// draw draws what a question over the way loses, and which packets of the answer to it. As of clients one packet each way decides about an exchange. Each of
// the three has a stream of its own, so that placements whose connections differ share the others: that of the answer is stream 1.
func (w *lossyWay) draw(key random.Key) transport.Losses {
	exchange := key.StreamAt(0)
	lost := transport.Losses{Exchange: lossDelay(&exchange, w.loss, w.timeout), Key: key}
	if trips := w.SetUpTrips(); trips > 0 {
		setUp := key.StreamAt(2)
		for range trips {
			lost.SetUp += lossDelay(&setUp, w.loss, w.timeout)
		}
	}
	return lost
}

// fetchLosses say what the fetches of a tier lose on their ways. That is a matter of the request that has begun a fetch, of the tier and of how often it
// has asked, so that placements share it.
type fetchLosses struct {
	tier random.Key
	// request stands for the request whose fetch begins next, names for those of the fetches under way, by number.
	request uint64
	names   []uint64
	// isSliced says that a question leaves room for the number of a slice.
	isSliced bool
	resent   int64 // how much later the last question over such a way has left, as something was lost, ns
}

// newFetchLosses returns those of a tier; nil where no way that anything is fetched over loses packets.
func (p *Plan) newFetchLosses(number part) *fetchLosses {
	if !p.fetchesLose {
		return nil
	}
	return &fetchLosses{tier: random.Key(random.Entity(p.placement.Tiers[number].Name))}
}

// fetchesLose reports whether some way that objects are fetched over loses packets, by site and tier.
func fetchesLose(hops [][][]nextHop) bool {
	for _, tiers := range hops {
		for _, hops := range tiers {
			for i := range hops {
				if hops[i].lossy != nil {
					return true
				}
			}
		}
	}
	return false
}

// requestBits is the length of a number that stands for a request, which a question to another tier takes along where its answer will have what it has waited
// for links. Beside the number of a slice there is room for the last 27 of them.
const requestBits = 48

// begins says which request of clients the next fetch is for, by its number among theirs.
func (l *fetchLosses) begins(c *clients, number uint64) {
	l.request = c.losses.At(number) >> (64 - requestBits)
}

// note notes that a fetch begins, by its number.
func (l *fetchLosses) note(n uint32) {
	for int(n) >= len(l.names) {
		l.names = append(l.names, 0)
	}
	l.names[n] = l.request
}

// sends tells the tier that a fetch asks for which request it does.
func (l *fetchLosses) sends(n uint32, m *message) {
	name := l.names[n]
	if l.isSliced {
		name = name << sliceBits % (1 << requestBits)
	}
	if m.to < spillPart {
		m.high, m.low = uint16(name>>32), uint32(name)
	}
}

// receives takes from a question which request it is for.
func (l *fetchLosses) receives(m *message) {
	l.request = uint64(m.high)<<32 | uint64(m.low)
	slice := uint32(0)
	if l.isSliced {
		slice = m.low & (maxSlices - 1)
		l.request >>= sliceBits
	}
	m.high, m.low = 0, slice
}

// of draws what a fetch loses that asks over a way, by its number.
func (l *fetchLosses) of(w *lossyWay, n uint32, f *flight) transport.Losses {
	key := l.tier.At(l.names[n])
	if f.second {
		key = random.Key(key).At(secondChoice)
	}
	lost := w.draw(random.Key(key))
	l.resent = lost.Exchange
	return lost
}

// secondChoice is the index of what the second site that a fetch asks draws, among what that draws.
const secondChoice = 1 << 40
