package sim

import (
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/transport"
)

// A lossyWay is how a cache fetches over a way that loses packets.
type lossyWay struct {
	transport.LossyDialer
	loss    float64 // the probability that an exchange loses a packet
	timeout int64   // after which it is sent again, ns
}

// connectBy makes a hop ready whose objects are fetched.
func (h *nextHop) connectBy(u *transport.Upstream) {
	rtt := time.Duration(h.rtt())
	h.dialer = u.Dialer(rtt, h.bitsPerSecond)
	if h.loss > 0 {
		h.lossy = &lossyWay{u.LossyDialer(rtt, h.bitsPerSecond, h.lossBack), h.loss, transport.RetransmitNs(int64(rtt))}
	}
}

// lose draws what the next fetch over a way loses. As of clients one packet each way decides about an exchange.
func (t *tier) lose(w *lossyWay) transport.Losses {
	draws := t.losses.StreamAt(t.lossy)
	t.lossy++
	lost := transport.Losses{Exchange: lossDelay(&draws, w.loss, w.timeout), Intact: math.MaxInt64}
	if lossy := w.Lossy(); lossy != nil {
		lost.Intact = lossy.Intact(&draws)
	}
	for range w.SetUpTrips() {
		lost.SetUp += lossDelay(&draws, w.loss, w.timeout)
	}
	t.resent = lost.Exchange
	return lost
}
