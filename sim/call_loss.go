package sim

import (
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/transport"
)

// Losses are what a call for data loses on its ways. They are a matter of the request and of the number of its call, so that all placements share them.
type losses struct {
	key random.Key
	// exchanges counts those that may have lost something: a call may be made again.
	exchanges uint64
}

// lossesOf returns those of a call by its number among the calls of a request, of which the work that is drawn next is drawn from a stream.
func lossesOf(work *random.Stream, number int) losses {
	of := *work // which goes on as if nobody had looked
	return losses{key: random.Key(random.Key(of.Uint64()).At(uint64(number)))}
}

// lose lets a call leave again when something of it is lost: of calls, as of what clients ask, one packet each way decides.
func (k *call) lose(h *nextHop) {
	if h.loss == 0 || h.missing(k.asked) != nil {
		return
	}
	draws := k.key.StreamAt(k.exchanges)
	k.exchanges++
	k.asked += lossDelay(&draws, h.loss, transport.RetransmitNs(h.rtt()))
}
