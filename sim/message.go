package sim

// A message is what one site sends another. It takes at least the delay between the two. It fills one line
// of the processor's cache.
type message struct {
	at int64 // arrival, ns
	// order is the sender's number, then its own count of messages.
	order uint64
	// delay is, of a question, what its answer takes to the sender; of an answer, the time from its
	// first to its last byte, both arriving. In ns.
	delay int64
	// word is, of a fetch, the key of the object; of an answer, the ns that were waited for a server.
	word    uint64
	bytes   int64 // of the object that is fetched
	service int64 // the work asked for, or done, ns
	target  uint32
	token   uint32 // the sender's number of what waits for the answer
	kind    messageKind
	index   uint8 // of the workload of a fetch or a call
	toMid   bool  // a fetch asks the mid-tier cache of the site, not its origin
	// recorded says that the request behind it is past the warm-up.
	recorded bool
}

// orderBits is the length of a sender's own count in the order of messages.
const orderBits = 40

// sender returns the site that sent the message.
func (m *message) sender() uint32 { return uint32(m.order >> orderBits) }

type messageKind uint8

const (
	// fetch asks the next tier for an object.
	fetch messageKind = iota
	// fetched answers it.
	fetched
	// call asks the parent region to do a part of a computed request.
	call
	// called answers it.
	called
	// restart tells a site that it is up again.
	restart
	// unanswered and callUnanswered stand for the answer that a site could not give before it failed; their
	// delay is the timeout, their word the end of the outage.
	unanswered
	callUnanswered
	// expired tells a site that it need not wait for an answer to a fetch any more.
	expired
	// refused answers a fetch whose object could not be had.
	refused
)
