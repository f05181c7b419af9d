package sim

import "fmt"

// A wayBook counts the bytes of objects that a cache fetches from one site, warm-up included: received is what has come, or was lost on its
// way, sent is what a site without state has sent, of which nobody else keeps a book.
type wayBook struct{ sent, received uint64 }

// openBooks lets all sites that are asked by message for objects count what they send to whom.
func (r *run) openBooks() {
	for _, s := range r.sites {
		for _, t := range s.caches {
			for _, hops := range t.hops {
				for i := range hops {
					if at := r.sites[hops[i].to]; hops[i].remote && at.sentTo == nil {
						at.sentTo = make([]uint64, len(r.sites))
					}
				}
			}
		}
	}
}

// balance names the first way between two sites over which other bytes have come than were sent.
func (r *run) balance() error {
	came := make([]wayBook, len(r.sites))
	for _, s := range r.sites {
		clear(came)
		for _, t := range s.caches {
			for w, hops := range t.hops {
				for i := range hops {
					from, book := &came[hops[i].to], &t.books[w][i]
					from.sent, from.received = from.sent+book.sent, from.received+book.received
				}
			}
		}
		for i, from := range r.sites {
			sent := came[i].sent
			if from.sentTo != nil {
				sent += from.sentTo[s.id]
			}
			if sent != came[i].received {
				return fmt.Errorf("invariant broken: site %q sent %d bytes to %q, which received %d", from.name, sent, s.name, came[i].received)
			}
		}
	}
	return nil
}
