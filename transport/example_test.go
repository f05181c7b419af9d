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

// The round trips before a request can be sent over a new connection, by stack: to connect, and to agree on keys.
func ExampleHandshake_RoundTrips() {
	for _, name := range transport.HandshakeNames() {
		h, err := transport.ParseHandshake(name)
		if err != nil {
			panic(err)
		}
		connect, tls := h.RoundTrips()
		fmt.Printf("%-20s %d + %d\n", name, connect, tls)
	}
	// Output:
	// tcp+tls1.3           1 + 1
	// tcp+tls1.2           1 + 2
	// tcp                  1 + 0
	// quic                 1 + 0
	// tcp+tls1.3-resumed   1 + 0
	// quic-resumed         0 + 0
	// tcp+tls1.2-resumed   1 + 1
	// tcp+tls1.3-ticket    1 + 1
	// quic-ticket          1 + 0
}

// From the first byte to the last over a new connection: round trips of slow start from 14,600 bytes on, and at 95 ms and 100 Mbit/s the time that
// they and the line take.
func ExampleConnection_TransferTime() {
	c := transport.Connection{BitsPerSecond: 100e6}
	for _, bytes := range []int64{2_000, 14_600, 43_800, 100_000, 250_000, 500_000, 1_000_000, 2_000_000, 10_000_000} {
		fmt.Printf("%8d %2d %v\n", bytes, c.Rounds(bytes), c.TransferTime(bytes, 95*time.Millisecond, true))
	}
	// Output:
	//     2000  1 160µs
	//    14600  1 1.168ms
	//    43800  2 97.4528ms
	//   100000  3 194.7296ms
	//   250000  5 382.9472ms
	//   500000  6 479.376ms
	//  1000000  7 577.1168ms
	//  2000000  8 677.4816ms
	// 10000000 10 1.3174816s
}
