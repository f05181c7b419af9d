package transport_test

import (
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/transport"
)

// A file of 100 KB over a round trip of 95 ms: a new connection pays for its handshake and for slow start, one that has
// been idle for slow start alone.
func Example() {
	client := transport.Connection{Handshake: transport.TCPTLS13, BitsPerSecond: 100e6}
	rtt := 95 * time.Millisecond
	connect, tls := client.Handshake.RoundTrips()
	firstByte := time.Duration(connect+tls+1) * rtt
	fmt.Println("new: ", firstByte+client.TransferTime(100_000, rtt, true))
	fmt.Println("open:", rtt+client.TransferTime(100_000, rtt, false))
	// Output:
	// new:  479.7296ms
	// open: 289.7296ms
}
